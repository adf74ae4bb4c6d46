/** The databases of a scope: those of other schemas go when nobody uses them, with their placeholders, and all of them when the scope ends. */
import { StorageError, isHotpathError, systemClock, within } from '@hotpath/contract'
import { type Database, openDatabase } from '@hotpath/web/database'
import { hasIndexedDb } from '../database/has-indexed-db.ts'
import { STORES } from '../database/stores.ts'
import { databaseOfItem, hotItemName, itemsOf, removeItem } from './items.ts'

/** How long a tab that does not respond keeps a database from being deleted. */
const DELETE_MS = 1_000

/** As much of the Web Locks as is needed. */
export interface Locks {
  request(
    name: string,
    options: { readonly mode?: 'shared' | 'exclusive'; readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    callback: (lock: unknown) => Promise<unknown>,
  ): Promise<unknown>
  query(): Promise<{ readonly held?: readonly { readonly name?: string }[] }>
}

/** `undefined` where there are none: outside of secure contexts. */
export function locksOf(): Locks | undefined {
  return (globalThis.navigator as { readonly locks?: Locks } | undefined)?.locks
}

/** Name of the lock that every cache holds as long as it uses a database. */
function useLock(database: string): string {
  return `${database}:used`
}

/** Whether a lock says that a cache uses one of the databases that begin like this. */
export function isUseLock(name: string | undefined, prefix: string): boolean {
  return name !== undefined && name.startsWith(prefix) && name.endsWith(useLock(''))
}

/** Says that a database is in use until the function that it returns is called. */
export function useDatabase(name: string): () => void {
  const end = new AbortController()
  const used = new Promise<void>((resolve) => {
    end.signal.addEventListener('abort', () => resolve())
  })
  locksOf()
    ?.request(useLock(name), { mode: 'shared', signal: end.signal }, () => used)
    .catch(() => {})
  return () => end.abort()
}

/** Names of the databases that begin like this. Where the browser does not list them, what is known. */
export async function databasesOf(prefix: string, known: readonly string[]): Promise<readonly string[]> {
  if (!hasIndexedDb()) return []
  try {
    const all = await indexedDB.databases()
    return all.map(({ name = '' }) => name).filter((name) => name.startsWith(prefix))
  } catch {
    return known
  }
}

/** Deletes the databases and placeholders of other schemas that no tab uses. Never rejects. */
export async function deleteUnused(prefix: string, own: string): Promise<void> {
  const databases = await databasesOf(prefix, [])
  for (const name of new Set([...databases, ...itemsOf(prefix).map(databaseOfItem)])) {
    if (name === own) continue
    const locks = locksOf()
    const remove = async (lock: unknown): Promise<void> => {
      if (lock === null) return
      removeItem(name)
      removeItem(hotItemName(name))
      if (databases.includes(name)) await deleteDatabase(name).catch(() => {})
    }
    if (locks === undefined) await remove(undefined)
    else await locks.request(useLock(name), { mode: 'exclusive', ifAvailable: true }, remove).catch(() => {})
  }
}

/**
 * Empties a database, which only a tab that hangs in a transaction can keep it from, and deletes it, unless a tab that does
 * not respond holds it.
 *
 * @returns Rejects with StorageError when it can neither be emptied nor deleted.
 */
export async function deleteDatabase(name: string): Promise<void> {
  const database = openDatabase({ name, stores: STORES, openTimeout: DELETE_MS })
  const expired = (): Error => notEmptied(name)
  const emptying = within(empty(database), { clock: systemClock, limitMs: DELETE_MS, expired, hold: true })
  const failure = await emptying.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  try {
    await database.destroy()
  } catch (error) {
    if (failure !== undefined) throw failure.error
    // It is empty, and goes when that tab does.
    if (!isHotpathError(error, 'ERR_STORAGE_BLOCKED')) throw error
  } finally {
    await database.close()
  }
}

async function empty(database: Database): Promise<void> {
  await database.transaction(
    STORES,
    async (transaction) => {
      await Promise.all(STORES.map((store) => transaction.clear(store)))
    },
    { durability: 'strict' },
  )
}

function notEmptied(name: string): StorageError {
  return new StorageError(
    'ERR_STORAGE_BLOCKED',
    `The database \`${name}\` could not be emptied within ${DELETE_MS} ms, as another tab is in the midst of a transaction. It is deleted when that tab is closed.`,
  )
}
