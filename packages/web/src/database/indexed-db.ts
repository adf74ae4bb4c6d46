import { allOrNothing, endOf } from './all-or-nothing.ts'
import type { Connection } from './connection.ts'
import { storageError } from './failures.ts'
import type { DatabaseKey } from './keys.ts'
import type { Leaving } from './leaving.ts'
import { requestsOf } from './requests.ts'
import type { Backend, Outcomes, Read, Write } from './store.ts'

/** What a backend needs. */
export interface BackendOptions {
  readonly name: string
  readonly durability: IDBTransactionDurability
  readonly leaving: Leaving
}

/** Batches as transactions of IndexedDB. */
export function indexedDbBackend(connection: Connection, { name, durability, leaving }: BackendOptions): Backend {
  return {
    write: (writes) => connection.use((database) => writeAll(database, writes, { name, durability })),
    read: (reads) => leaving.run(() => connection.use((database) => readAll(database, reads, { name, leaving }))),
    transact: (stores, work, { mode = 'readwrite', durability }) =>
      leaving.run(() =>
        connection.use((database) => {
          const transaction = database.transaction([...stores], mode, {
            durability: durability ?? 'default',
          })
          const end = leaving.add(transaction)
          const complete = async (): Promise<Awaited<ReturnType<typeof work>>> => {
            const result = await work(requestsOf(transaction))
            // From here on it needs nobody.
            end()
            commit(transaction)
            return result
          }
          return allOrNothing(transaction, complete, name).finally(end)
        }),
      ),
    destroy: () => connection.destroy(),
    close: () => connection.close(),
  }
}

async function writeAll(
  database: IDBDatabase,
  writes: readonly Write[],
  { name, durability }: Omit<BackendOptions, 'leaving'>,
): Promise<Outcomes> {
  const transaction = database.transaction(storesOf(writes), 'readwrite', { durability })
  // Before the writes: it may reject while they are made.
  const done = endOf(transaction)
  const requests = requestsOf(transaction)
  // What cannot be cloned is not written; it is no reason to lose the others.
  const outcomes = Promise.allSettled(
    writes.map((write) =>
      write.type === 'put'
        ? requests.put(write.store, write.key, write.value)
        : requests[write.type](write.store, write.key as DatabaseKey),
    ),
  )
  // Without waiting for the last request to come back.
  commit(transaction)
  const error = await done
  if (error !== undefined) throw error
  return withReasons(await outcomes, name)
}

async function readAll(
  database: IDBDatabase,
  reads: readonly Read[],
  { name, leaving }: Omit<BackendOptions, 'durability'>,
): Promise<Outcomes> {
  const transaction = database.transaction(storesOf(reads), 'readonly')
  void endOf(transaction).then(leaving.add(transaction))
  const requests = requestsOf(transaction)
  const asked = Promise.allSettled(
    reads.map(({ type, store, query, limit }) =>
      type === 'get' ? requests.get(store, query as DatabaseKey) : requests[type](store, query, limit),
    ),
  )
  // From here on it needs nobody: a tab that writes does not wait until this one has time to hear what it read.
  commit(transaction)
  // Not the end of the transaction, which is another message of the browser.
  const outcomes = await asked
  // A connection that is gone fails them all: to be tried again as a whole.
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined && outcomes.every(({ status }) => status === 'rejected')) throw failed.reason
  return withReasons(outcomes, name)
}

function commit(transaction: { commit(): void }): void {
  try {
    transaction.commit()
  } catch {
    // It has ended.
  }
}

/** Errors of the browser in our words. */
function withReasons(outcomes: Outcomes, name: string): Outcomes {
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome : { ...outcome, reason: storageError(outcome.reason, name) },
  )
}

function storesOf(items: readonly { readonly store: string }[]): string[] {
  return [...new Set(items.map(({ store }) => store))]
}
