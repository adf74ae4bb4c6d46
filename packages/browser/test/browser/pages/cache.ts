/** A page with a cache, and with what can be done behind its back. */
import {
  type BrowserCacheOptions,
  type Cache,
  createBrowserCache,
  endScope,
  inspectStorage,
  onScopeEnd,
  placeholder,
} from '@hotpath/browser'
import { tierCases } from '@hotpath/testkit'
import { createLifecycle } from '@hotpath/web'
import { openDatabase } from '@hotpath/web/database'
import { type Clock, systemClock } from '@hotpath/contract'
import { storageName } from '../../../src/database/names.ts'
import { STORES } from '../../../src/database/stores.ts'
import { IndexedDbStore } from '../../../src/store/indexed-db-store.ts'

addEventListener('unhandledrejection', ({ reason }) => Object.assign(globalThis, { unhandled: String(reason) }))

let cache: Cache | undefined
let loads = 0
const faults: string[] = []
const ends: string[] = []

/** Takes things away from the browser, and makes the cache. */
export function create(options: BrowserCacheOptions, without: readonly string[] = []): void {
  for (const name of without) {
    const owner = name === 'locks' ? Navigator.prototype : globalThis
    Object.defineProperty(owner, name, { value: undefined, configurable: true })
  }
  cache = createBrowserCache({ ttl: '1h', tierTimeout: '20s', ...options })
  cache.on('fault', ({ error }) => void faults.push(error.code))
  onScopeEnd(cache, () => void ends.push('ended'))
}

const the = (): Cache => cache as Cache

/** What placeholder there is in the turn in which the cache is made. */
export function createAndLook(options: BrowserCacheOptions, key: string): unknown[] {
  create(options)
  return [placeholder(the(), key)?.value ?? null, the().peek(key) ?? null]
}

export async function load(key: string, value: unknown, tags: readonly string[] = []): Promise<unknown> {
  const options = { tags }
  return the().getOrSet(
    key,
    () => {
      loads++
      return value
    },
    options,
  )
}

/** Shows a key: what it was at each moment. When another tab has invalidated it, it is looked up, and loaded where there is none. */
export async function show(key: string): Promise<void> {
  const look = async (): Promise<void> => void shown.push(await load(key, 'loaded'))
  the().on('invalidated', ({ own }) => own || void look())
  await look()
}

const shown: unknown[] = []
export const history = (): readonly unknown[] => shown
export const loadCount = (): number => loads
export const get = async (key: string): Promise<unknown> => (await the().get(key)) ?? null
export const peek = (key: string): unknown => the().peek(key) ?? null
export const look = (key: string): unknown => placeholder(the(), key)?.value ?? null
export const invalidateTags = async (tags: readonly string[]): Promise<void> => void (await the().invalidateTags(tags))
export const invalidate = (tags: readonly string[]): Promise<string> => outcomeOf(the().invalidateTags(tags))
export const set = (key: string, value: unknown): Promise<string> => outcomeOf(the().set(key, value))
export const setIn = (namespace: string, key: string, value: unknown): Promise<string> =>
  outcomeOf(the().namespace(namespace).set(key, value))
export const remove = (key: string): Promise<string> => outcomeOf(the().delete(key))

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `number:${index}`)

/** Stores some thousand values, each by a call of its own. */
export async function setNumbers(count: number): Promise<void> {
  await Promise.all(numbers(count).map((key, index) => the().set(key, index)))
}

/** Keys of those that are not found, or are others. */
export async function missingNumbers(count: number): Promise<readonly string[]> {
  const keys = numbers(count)
  const found = await the().getMany(keys)
  return keys.filter((_, index) => found[index] !== index)
}

/** How many of them are in memory. */
export const peekedNumbers = (count: number): number =>
  numbers(count).filter((key, index) => the().peek(key) === index).length

export const inspect = (): ReturnType<typeof inspectStorage> => inspectStorage(the())
export const faultCodes = (): readonly string[] => faults
export const endings = (): readonly string[] => ends
export const end = (): Promise<string> => outcomeOf(endScope(the()))

/** Ends the scope twice at once, and once more when the next cache of it is there: what has become of that. */
export async function endAgain(options: BrowserCacheOptions): Promise<readonly unknown[]> {
  const before = the()
  await Promise.all([endScope(before), endScope(before)])
  create(options)
  await set('next', 1)
  await endScope(before)
  return [await set('later', 2), peek('next')]
}

export const close = (): Promise<void> => the().close()

/** What cannot be cloned, set; resolves to the codes. */
export async function setUnclonable(): Promise<readonly string[]> {
  const values: readonly unknown[] = [
    () => 1,
    document.createElement('div'),
    new Proxy({}, {}),
    Symbol('s'),
    new WeakMap(),
  ]
  const outcomes = await Promise.all(values.map((value, index) => outcomeOf(the().set(`bad:${index}`, { value }))))
  await new Promise((resolve) => void setTimeout(resolve, 100))
  return outcomes
}

/** Values of every type, through IndexedDB and back. */
export async function roundTrip(): Promise<boolean> {
  const value = {
    url: new URL('https://a.example/'),
    at: new Date(0),
    map: new Map([[1, new Set(['a'])]]),
    big: 2n,
    nothing: undefined,
  }
  await the().set('types', value)
  const stored = (await the().inspect('types')).tier
  return stored !== undefined
}

/** Hangs until the server of the test responds. */
export function hang(): void {
  const request = new XMLHttpRequest()
  request.open('GET', '/api/hang', false)
  request.send()
}

/** Begins a load that lasts until the server of the test responds. */
export function beginSlowLoad(key: string): void {
  void the()
    .getOrSet(key, () => fetch('/api/slow').then(() => 'slow'))
    .catch(() => {})
}

/** Name of the database that a cache made by these options has. */
const databaseOf = (name: string): string => storageName({ name, scope: '', schema: 1 })

let holder: IDBDatabase | undefined

/** Lets no request to open the database of a cache be responded to: it waits for a deletion, and that for a page that ignores it. */
export async function holdDatabase(name: string): Promise<void> {
  const held = (holder = await opened(indexedDB.open(databaseOf(name))))
  indexedDB.deleteDatabase(databaseOf(name))
  // Not `blocked`, which Firefox leaves out where another page closes its connection after this one was asked to.
  await new Promise((resolve) => held.addEventListener('versionchange', resolve))
}

let closed = 0
const { close: closeConnection } = IDBDatabase.prototype
IDBDatabase.prototype.close = function (this: IDBDatabase) {
  closed++
  closeConnection.call(this)
}

/** How many connections this page has closed. */
export const closedConnections = (): number => closed

export const letDatabaseGo = (): void => holder?.close()

/** A database of this name with stores of its own. */
export async function makeForeign(name: string): Promise<void> {
  const request = indexedDB.open(databaseOf(name), 1)
  request.addEventListener('upgradeneeded', () => void request.result.createObjectStore('theirs'))
  ;(await opened(request)).close()
}

/** As the tools of a developer do. */
export async function deleteUnderneath(name: string): Promise<void> {
  await opened(indexedDB.deleteDatabase(databaseOf(name)))
}

function opened<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('not opened')))
  })
}

/** How many milliseconds it takes until a key has this value; `null`: none. */
export async function tookToBe(key: string, value: unknown): Promise<number> {
  const start = performance.now()
  while (((await the().get(key)) ?? null) !== value) await new Promise((resolve) => void setTimeout(resolve, 1))
  return performance.now() - start
}

/** Names of the databases of the origin. */
export async function databases(): Promise<readonly string[]> {
  return (await indexedDB.databases()).map(({ name = '' }) => name).sort()
}

export const items = (): readonly string[] => Object.keys(localStorage).sort()

/** Runs the conformance suite of tiers; returns what does not hold. */
export async function runTierCases(): Promise<readonly string[]> {
  const lifecycle = createLifecycle()
  let run = 0
  const open = () => {
    const prefix = `suite ${run++} `
    return {
      type: 'indexeddb',
      open(context: ConstructorParameters<typeof IndexedDbStore>[0]['context']) {
        const database = openDatabase({ name: prefix + context.name, stores: STORES, lifecycle })
        return new IndexedDbStore({
          database,
          context,
          maxBytes: 20_000_000,
          windowMs: 1,
          lifecycle,
          isMemoryOnly: () => false,
          cipher: undefined,
          readHead: async () => ({ epoch: 'of another log', position: 0 }),
          closed: () => database.close(),
        })
      },
    }
  }
  const cases = tierCases({ open, clock: systemClock })
  const failures: string[] = []
  for (const { name, run: each } of cases)
    await each().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
  for (const name of await databases()) if (name.startsWith('suite ')) indexedDB.deleteDatabase(name)
  return failures.length === 0 ? [`${cases.length} cases hold`] : failures
}

/** Writes what is no record into the database of the cache, under a key. */
export async function poison(key: string): Promise<void> {
  const { stored } = await inspect()
  const database = openDatabase({ name: stored?.database ?? '', stores: STORES, window: 0 })
  await database.put('entries', key, { value: '</script>', tags: 'none', __proto__: null })
  await database.close()
}

/** Writes many, and waits for none. */
export function beginWrites(round: number, count: number): void {
  for (let index = 0; index < count; index++) void the().set(`k:${round}:${index}`, 'x'.repeat(500))
}

/** Writes 10 kB each; resolves to the first code that is none. */
export async function writeLarge(round: number, count: number): Promise<string> {
  const values = Array.from({ length: count }, (_, index) => the().set(`large:${round}:${index}`, noise(10_000)))
  const outcomes = await Promise.all(values.map(outcomeOf))
  return outcomes.find((outcome) => outcome !== 'done') ?? 'done'
}

/** What the disk cannot store in less. */
function noise(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** What is in the database, and what its ledger says. */
export async function countStored(): Promise<{ readonly entries: number; readonly rows: number }> {
  const { stored } = await inspect()
  const database = openDatabase({ name: stored?.database ?? '', stores: STORES, window: 0 })
  const entries = (await database.getAllKeys('entries')).length
  await database.close()
  return { entries, rows: stored?.entries ?? -1 }
}

/** Lets every transaction that writes fail as on a full disk, or not any more. */
export function fillDisk(isFull: boolean): void {
  const { put } = IDBObjectStore.prototype
  if (!isFull) {
    Object.assign(IDBObjectStore.prototype, { put: original })
    return
  }
  original ??= put
  Object.assign(IDBObjectStore.prototype, {
    put(this: IDBObjectStore, ...args: Parameters<typeof put>) {
      if (this.name === 'entries') throw new DOMException('full', 'QuotaExceededError')
      return original?.apply(this, args)
    },
  })
}

/** Channels are there, and cannot be made. */
export function denyChannels(): void {
  function BroadcastChannel(): never {
    throw new DOMException('denied', 'SecurityError')
  }
  Object.defineProperty(globalThis, 'BroadcastChannel', { value: BroadcastChannel, configurable: true })
}

let original: IDBObjectStore['put'] | undefined

/** Makes a cache for which waits of a minute and more are over at once. */
export function createHasty(options: BrowserCacheOptions): void {
  const after: Clock['after'] = (ms, callback) => systemClock.after(ms >= 60_000 ? 500 : ms, callback)
  create({ ...options, clock: { ...systemClock, after } })
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code ?? String(error),
  )
}
