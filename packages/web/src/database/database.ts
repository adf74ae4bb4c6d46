import { ClosedError, ConfigError, type EventNamed, received } from '@hotpath/contract'
import type { FaultEvent, PageEvents } from '../events.ts'
import type { Lifecycle } from '../lifecycle.ts'
import type { Batches } from './batches.ts'
import type { DatabaseKey, DatabaseKeyRange } from './keys.ts'
import type { Backend, DatabaseTransaction, Read, TransactionOptions, Write } from './store.ts'

/** What happens to a database. */
export type DatabaseEvent =
  /** Another tab keeps an older version open; the upgrade waits for it, at most `openTimeout`. */
  | { readonly type: 'blocked' }
  /** The connection was closed: a newer page upgrades the database, another tab deletes it, or the browser gave it up. */
  | { readonly type: 'closed'; readonly reason: 'upgraded' | 'deleted' | 'lost' }

/**
 * A database of the browser, opened at the first use, and again when its connection was closed underneath. Calls for a store that it does
 * not have reject with ConfigError `ERR_CONFIG_OPTION`.
 */
export interface Database {
  /** The value of a key; `undefined` when there is none. Reads of one turn go into one transaction. */
  get(store: string, key: DatabaseKey): Promise<unknown>
  /** The values of a range of keys, in the order of their keys; all, without a range. */
  getAll(store: string, range?: DatabaseKey | DatabaseKeyRange, limit?: number): Promise<unknown[]>
  /** The keys of a range, in their order. */
  getAllKeys(store: string, range?: DatabaseKey | DatabaseKeyRange, limit?: number): Promise<DatabaseKey[]>
  /**
   * Stores a structured clone, which is made when the window ends: do not change the value before this resolves. Resolves when
   * its transaction is complete.
   *
   * @returns Rejects with StorageError `ERR_STORAGE_FAILED` for what cannot be cloned (alone), and with any code of it, all
   * writes of the window together, when the transaction was aborted: `ERR_STORAGE_QUOTA` when the disk space is used up.
   */
  put(store: string, key: DatabaseKey, value: unknown): Promise<void>
  /** Deletes a key or a range of them. */
  delete(store: string, key: DatabaseKey | DatabaseKeyRange): Promise<void>
  /** Empties a store. */
  clear(store: string): Promise<void>
  /**
   * Runs `work` in a transaction of its own, after the writes that are pending. It may await nothing else than requests of
   * the transaction. `work` runs once more when the connection turns out to be gone, of which nothing was stored.
   *
   * @returns What `work` returned, when the transaction is complete. Rejects with what `work` threw, after which nothing is
   * stored, or with a StorageError: `ERR_STORAGE_FAILED` also when the transaction ended before `work` did, which awaited something else; what
   * was written until then is stored.
   */
  transaction<Result>(
    stores: readonly string[],
    work: (transaction: DatabaseTransaction) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
  /** Sends what is pending, and resolves when all writes are settled, whatever their outcome. */
  flush(): Promise<void>
  /**
   * Deletes the database. Other tabs are asked to close it; this waits for them.
   *
   * @returns Rejects with StorageError when that fails.
   */
  destroy(): Promise<void>
  /**
   * Listens; the function that it returns ends that. A listener that throws becomes a `fault` event.
   *
   * @param type - The event, or `'*'` for all.
   * @throws ConfigError `ERR_CONFIG_OPTION` for an event that there is not.
   */
  on<Type extends DatabaseEvent['type'] | 'fault' | '*'>(
    type: Type,
    listener: (event: EventNamed<DatabaseEvent | FaultEvent, Type>) => void,
  ): () => void
  /** Settles what is pending and closes the connection. Later calls reject with ClosedError `ERR_CACHE_CLOSED`. */
  close(): Promise<void>
}

/** What a database is made of. */
interface Parts {
  readonly name: string
  readonly stores: readonly string[]
  readonly backend: Backend
  readonly batches: Batches
  readonly durability: 'relaxed' | 'strict'
  readonly lifecycle: Pick<Lifecycle, 'on'>
  /** Called when it is closed, to end what it was made with. */
  readonly closed?: () => void
  readonly events: PageEvents<DatabaseEvent>
}

/** @internal The door of a database, whatever it is kept in. */
export function databaseOf({ name, stores, backend, batches, durability, lifecycle, closed, events }: Parts): Database {
  const stopFollowing = lifecycle.on('*', ({ type }) => {
    if (type === 'hidden' || type === 'frozen' || type === 'pagehide') batches.send()
  })
  let isClosed = false

  /** In an open database, of stores that it has: a wrong one would fail all that is in the same transaction. */
  async function using<Result>(used: readonly string[], work: () => Promise<Result>): Promise<Result> {
    if (isClosed) throw new ClosedError('ERR_CACHE_CLOSED', `The database \`${name}\` is closed.`)
    const unknown = used.find((store) => !stores.includes(store))
    if (unknown === undefined) return work()
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `The database \`${name}\` has no store ${received(unknown)}. It has ${stores.join(', ')}; add it to \`stores\`, and raise \`version\`.`,
    )
  }

  const read = <Result>(read: Read): Promise<Result> => using([read.store], () => batches.read(read) as Promise<Result>)
  const write = (write: Write): Promise<void> => using([write.store], () => batches.write(write))

  return {
    get: (store, query) => read({ type: 'get', store, query }),
    getAll: (store, query, limit) => read({ type: 'getAll', store, query, limit }),
    getAllKeys: (store, query, limit) => read({ type: 'getAllKeys', store, query, limit }),
    put: (store, key, value) => write({ type: 'put', store, key, value }),
    delete: (store, key) => write({ type: 'delete', store, key }),
    clear: (store) => write({ type: 'clear', store }),
    transaction: (used, work, options = {}) =>
      using(used, () => {
        batches.send()
        return backend.transact(used, work, { durability, ...options })
      }),
    flush: () => using([], () => batches.flush()),
    destroy: () =>
      using([], async () => {
        await batches.flush()
        await backend.destroy()
      }),
    on: (type, listener) => events.on(type, listener),
    async close() {
      if (isClosed) return
      isClosed = true
      stopFollowing()
      closed?.()
      await batches.flush()
      backend.close()
      events.close()
    },
  }
}
