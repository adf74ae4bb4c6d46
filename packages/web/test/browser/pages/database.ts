/** A page with databases by name, and with what can be done to them behind the back of the library. */
import { type Database, type DatabaseOptions, openDatabase } from '@hotpath/web/database'

type Settings = Omit<DatabaseOptions, 'upgrade' | 'lifecycle' | 'clock'> & {
  /** The upgrade stores this version as `upgraded from`. */
  readonly recordsUpgrade?: boolean
  /** After that it fails, or awaits what it may not. */
  readonly upgradeFails?: 'throws' | 'awaits'
}

interface Opened {
  readonly database: Database
  readonly events: string[]
}

addEventListener('unhandledrejection', ({ reason }) => Object.assign(globalThis, { unhandled: String(reason) }))

const databases = new Map<string, Opened>()
const raw = new Map<string, IDBDatabase>()
const transactions: { readonly mode: string; readonly durability: string | undefined }[] = []
let connections: IDBDatabase[] = []
let writtenAt: Promise<number> = Promise.resolve(0)

// What the library does with the browser: counted, and its connections kept so that a test can close them.
const begin = IDBDatabase.prototype.transaction
IDBDatabase.prototype.transaction = function (...args) {
  const transaction = begin.apply(this, args)
  const { mode, durability } = transaction as IDBTransaction & { readonly durability?: string }
  transactions.push({ mode, durability })
  if (!connections.includes(this)) connections = [...connections, this]
  return transaction
}

export function open({ recordsUpgrade = false, upgradeFails, ...options }: Settings): void {
  const events: string[] = []
  const database = openDatabase({
    ...options,
    ...(recordsUpgrade && {
      async upgrade(transaction, from) {
        await transaction.put('entries', 'upgraded from', from)
        if (upgradeFails === 'throws') throw new RangeError('mine')
        if (upgradeFails === 'awaits') await pause()
        await transaction.put('entries', 'upgraded', 1)
      },
    }),
  })
  database.on('*', (event) => events.push(event.type === 'closed' ? `closed ${event.reason}` : event.type))
  databases.set(options.name, { database, events })
}

/** Resolves to `'done'`, or to the code of the error. */
export function put(name: string, key: string, value: string | number): Promise<string> {
  return outcomeOf(of(name).put('entries', key, value))
}

export function putMany(name: string, keys: readonly string[]): Promise<readonly string[]> {
  return Promise.all(keys.map((key) => put(name, key, `value of ${key}`)))
}

/** Does not wait for it. */
export function beginPut(name: string, key: string, value: string): void {
  void put(name, key, value)
}

/** Bytes that cannot be compressed. */
export function putBytes(name: string, key: string, bytes: number): Promise<string> {
  const value = new Uint8Array(bytes)
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(value.subarray(at, Math.min(bytes, at + 65_536)))
  return outcomeOf(of(name).put('entries', key, value))
}

/** Resolves to the value, to `null` where there is none, or to the code of the error. */
export async function get(name: string, key: string): Promise<string | number | null | undefined> {
  try {
    return ((await of(name).get('entries', key)) as string | number | undefined) ?? null
  } catch (error) {
    return (error as { readonly code?: string }).code
  }
}

/** Reads, and then hangs for some time. Resolves to what was read, and to when it hung no longer. */
export async function getAndHang(name: string, key: string, ms: number): Promise<readonly [unknown, number]> {
  const reading = get(name, key)
  await inTurn()
  new BroadcastChannel('hanging').postMessage('')
  const until = Date.now() + ms
  while (Date.now() < until) {}
  return [await reading, until]
}

/** Writes as soon as another tab hangs. */
export function putWhenHanging(name: string, key: string, value: string): void {
  const hanging = new Promise((resolve) => new BroadcastChannel('hanging').addEventListener('message', resolve))
  writtenAt = hanging.then(() => put(name, key, value)).then(() => Date.now())
}

/** When that was written. */
export function whenWritten(): Promise<number> {
  return writtenAt
}

export async function getMany(name: string, keys: readonly string[]): Promise<unknown[]> {
  return Promise.all(keys.map((key) => get(name, key)))
}

/** The keys of all, after a range of them was deleted. */
export async function keysWithout(name: string, [from, to]: readonly [string, string]): Promise<unknown[]> {
  await of(name).delete('entries', IDBKeyRange.bound(from, to))
  return of(name).getAllKeys('entries')
}

/** Adds one to a number in a transaction, after which `fails` throws. */
export function increase(name: string, fails: boolean): Promise<number | string | undefined> {
  const work = of(name).transaction(['entries'], async (transaction) => {
    const next = (((await transaction.get('entries', 'count')) as number | undefined) ?? 0) + 1
    await transaction.put('entries', 'count', next)
    if (fails) throw new RangeError('mine')
    return next
  })
  return work.catch((error: unknown) => (error as Error).name)
}

/** What is wrong with a call, beside one that is right; and how often the work ran that used a store it had not named. */
export async function misuse(name: string): Promise<readonly unknown[]> {
  const { database } = databases.get(name) as Opened
  await put(name, 'a', 1)
  const read = outcomeOf(database.get('entries', Number.NaN))
  const found = [await database.get('entries', 'a'), await read, await database.getAll('entries', undefined, 0)]
  let runs = 0
  const work = database.transaction(['entries'], async (transaction) => {
    runs++
    await transaction.get('log', 'a')
  })
  return [...found, await outcomeOf(work), runs]
}

/** Awaits what a transaction may not, and then uses it, or throws. */
export async function awaitInTransaction(name: string, last: 'put' | 'throw'): Promise<string> {
  let runs = 0
  const work = of(name).transaction(['entries'], async (transaction) => {
    runs++
    await transaction.put('entries', 'before', runs)
    await pause()
    if (last === 'throw') throw new RangeError('mine')
    await transaction.put('entries', 'after', runs)
  })
  return `${await outcomeOf(work)} after ${runs}`
}

function pause(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 20))
}

/** What cannot be cloned, beside what can. */
export function putFunction(name: string): Promise<readonly string[]> {
  return Promise.all([outcomeOf(of(name).put('entries', 'function', () => {})), put(name, 'beside', 1)])
}

/** Many in one transaction, of which two cannot be cloned; then some with a key that is none. */
export async function putManyAtOnce(name: string): Promise<readonly unknown[]> {
  const refused = await of(name).transaction(['entries'], async (transaction) =>
    transaction.putMany('entries', [
      ['bad', () => 1],
      ['a', 1],
      ['worse', { in: Symbol('s') }],
      ['b', 2],
    ]),
  )
  const failed = of(name).transaction(['entries'], async (transaction) => {
    await transaction.putMany('entries', [])
    return transaction.putMany('entries', [
      ['c', 3],
      [null as never, 4],
    ])
  })
  return [[...refused].map(([key, error]) => [key, (error as Error).name]), await outcomeOf(failed)]
}

export function events(name: string): readonly string[] {
  return databases.get(name)?.events ?? []
}

/** The transactions since the last call. */
export function takeTransactions(): typeof transactions {
  return transactions.splice(0)
}

export async function destroy(name: string): Promise<string> {
  return outcomeOf(of(name).destroy())
}

export async function close(name: string): Promise<void> {
  await of(name).close()
}

/** Opens it as a page that does not care for upgrades. */
export function openRaw(name: string, version: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, version)
    opening.onupgradeneeded = () => void opening.result.createObjectStore('entries')
    opening.onsuccess = () => {
      raw.set(name, opening.result)
      resolve()
    }
    opening.addEventListener('error', () => reject(opening.error))
  })
}

export function closeRaw(name: string): void {
  raw.get(name)?.close()
}

export function deleteRaw(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase(name)
    deleting.addEventListener('success', () => resolve())
    deleting.addEventListener('error', () => reject(deleting.error))
  })
}

/** Closes the connections under the library, as a browser does that wants its storage back. */
export function closeConnections(): void {
  for (const connection of connections) connection.close()
  connections = []
}

/** The disk is full for the next writes of a key, as far as the page can tell. */
export function fillDisk(): void {
  const own = IDBObjectStore.prototype.put
  IDBObjectStore.prototype.put = function () {
    IDBObjectStore.prototype.put = own
    throw new DOMException('The disk is full.', 'QuotaExceededError')
  }
}

/** Writes again and again, and reports what comes of it to the server: where the driver has given up the page. */
export function writeAndReport(name: string): void {
  open({ name, stores: ['entries'] })
  const again = async (): Promise<void> => {
    const outcome = await put(name, 'a', 1)
    const isReported = await report([outcome, ...events(name)].join(' '))
    setTimeout(() => void again(), 100)
    if (outcome === 'done' || !isReported) return
    location.hash = name
    location.reload()
  }
  void again()
}

/** Whether it has arrived: the same process serves databases and requests. */
function report(outcome: string): Promise<boolean> {
  return fetch(`/api/${outcome}`).then(
    () => true,
    () => false,
  )
}

/** The page is away for an hour when it is left next, as far as it can tell. */
export function jumpAheadWhenLeft(): void {
  const monotonic = performance.now.bind(performance)
  const wall = Date.now
  const jump = (): void => {
    performance.now = () => monotonic() + 3_600_000
    Date.now = () => wall() + 3_600_000
  }
  addEventListener('pagehide', jump, { once: true })
}

/** Sets the clock of the page back. */
export function setClockBack(ms: number): void {
  const now = Date.now
  Date.now = () => now() - ms
}

/** A listener of the application that throws, beside one that does not. */
export function throwOnClose(name: string): void {
  of(name).on('closed', () => {
    throw new Error('mine')
  })
}

function of(name: string): Database {
  const opened = databases.get(name)
  if (opened === undefined) throw new Error(`\`${name}\` was not opened.`)
  return opened.database
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'done'
  } catch (error) {
    return (error as { readonly code?: string }).code ?? String(error)
  }
}

if (location.hash !== '') {
  const name = decodeURIComponent(location.hash.slice(1))
  open({ name, stores: ['entries'] })
  await report(`reloaded: ${await put(name, 'b', 2)}`)
}

/** When what was begun in this turn has been sent. */
async function inTurn(): Promise<void> {
  for (let step = 0; step < 10; step++) await Promise.resolve()
}
