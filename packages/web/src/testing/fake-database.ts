import { type Clock, systemClock, toMs } from '@hotpath/contract'
import { Batches } from '../database/batches.ts'
import { type Database, databaseOf, type DatabaseEvent } from '../database/database.ts'
import { storageError } from '../database/failures.ts'
import type { DatabaseOptions } from '../database/open-database.ts'
import { PageEvents } from '../events.ts'
import { createFakeLifecycle } from './fake-lifecycle.ts'
import { MemoryBackend } from './memory-backend.ts'

/** A database in memory, and what may happen to it. */
export interface FakeDatabase extends Database {
  /** How many transactions there were. */
  readonly transactions: { readonly writes: number; readonly reads: number }
  /**
   * The next transaction that writes is aborted with an error of the browser, such as
   * `new DOMException('full', 'QuotaExceededError')`.
   */
  failNext(error: DOMException): void
  /** Another tab deletes it: what was stored is gone, and the event says so. */
  deleteUnderneath(): void
}

/** Options of `createFakeDatabase`. */
export type FakeDatabaseOptions = Pick<DatabaseOptions, 'stores' | 'window' | 'lifecycle' | 'clock'>

/**
 * Makes an empty database in memory. Windows, turns, clones and aborted transactions are as in a browser; durability and
 * versions are not there.
 *
 * @example
 * ```ts
 * import { createFakeDatabase } from '@hotpath/web/testing'
 *
 * const database = createFakeDatabase({ stores: ['entries'] })
 * const written = Promise.all([database.put('entries', 'a', 1), database.put('entries', 'b', 2)])
 * await database.flush()
 * await written
 * console.log(await database.getAll('entries'), database.transactions.writes) // [ 1, 2 ] 1
 * ```
 */
export function createFakeDatabase(options: FakeDatabaseOptions): FakeDatabase {
  const clock: Clock = options.clock ?? systemClock
  const name = 'fake'
  const lifecycle = options.lifecycle ?? createFakeLifecycle()
  const events = new PageEvents<DatabaseEvent>('database', 'blocked', 'closed')
  const backend = new MemoryBackend(options.stores, (error) => storageError(error, name))
  const database = databaseOf({
    name,
    stores: options.stores,
    backend,
    batches: new Batches({
      backend,
      clock,
      windowMs: toMs(options.window ?? '50ms', 'window'),
      isHidden: () => lifecycle.state !== 'visible',
    }),
    durability: 'relaxed',
    lifecycle,
    events,
  })
  return {
    ...database,
    transactions: backend.transactions,
    failNext: (error) => backend.failNext(error),
    deleteUnderneath() {
      void backend.destroy()
      events.emit({ type: 'closed', reason: 'deleted' })
    },
  }
}
