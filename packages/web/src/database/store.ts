/** What is written and read in one go, whatever it is kept in. */

import type { DatabaseKey, DatabaseKeyRange } from './keys.ts'

/** One write. */
export type Write =
  | { readonly type: 'put'; readonly store: string; readonly key: DatabaseKey; readonly value: unknown }
  | { readonly type: 'delete'; readonly store: string; readonly key: DatabaseKey | DatabaseKeyRange }
  | { readonly type: 'clear'; readonly store: string; readonly key?: undefined }

/** One read. */
export interface Read {
  /** The value of one key, or all values, or all keys. */
  readonly type: 'get' | 'getAll' | 'getAllKeys'
  readonly store: string
  readonly query?: DatabaseKey | DatabaseKeyRange | undefined
  readonly limit?: number | undefined
}

/** The requests of one transaction. */
export interface DatabaseTransaction {
  /** The value of a key; `undefined` when there is none. */
  get(store: string, key: DatabaseKey): Promise<unknown>
  /** The values of a range of keys, in the order of their keys; all, without a range. */
  getAll(store: string, range?: DatabaseKey | DatabaseKeyRange, limit?: number): Promise<unknown[]>
  /** The keys of a range, in their order. */
  getAllKeys(store: string, range?: DatabaseKey | DatabaseKeyRange, limit?: number): Promise<DatabaseKey[]>
  /** Stores a structured clone of a value. */
  put(store: string, key: DatabaseKey, value: unknown): Promise<void>
  /**
   * Stores structured clones of many values, in less time than one by one.
   *
   * @returns What could not be cloned, by its key, and why; all others are stored then.
   */
  putMany(
    store: string,
    entries: Iterable<readonly [key: DatabaseKey, value: unknown]>,
  ): Promise<ReadonlyMap<DatabaseKey, unknown>>
  /** Deletes a key or a range of them. */
  delete(store: string, key: DatabaseKey | DatabaseKeyRange): Promise<void>
  /** Empties a store. */
  clear(store: string): Promise<void>
}

/** How a transaction runs. */
export interface TransactionOptions {
  /** `'readonly'` transactions run beside each other. Default `'readwrite'`. */
  readonly mode?: 'readonly' | 'readwrite' | undefined
  /** Default: that of the database. */
  readonly durability?: 'relaxed' | 'strict' | undefined
}

/** What is kept of a batch: one outcome for each of its members. */
export type Outcomes = readonly PromiseSettledResult<unknown>[]

/** Where a batch goes. */
export interface Backend {
  /** All writes in one transaction. Rejects when it is aborted: each of them has failed then. */
  write(writes: readonly Write[]): Promise<Outcomes>
  /** All reads in one transaction. Rejects when each of them has failed. */
  read(reads: readonly Read[]): Promise<Outcomes>
  /** Rejects with what `work` threw, or with the reason why the transaction was aborted. */
  transact<Result>(
    stores: readonly string[],
    work: (transaction: DatabaseTransaction) => Promise<Result>,
    options: TransactionOptions,
  ): Promise<Result>
  /** Deletes everything. */
  destroy(): Promise<void>
  close(): void
}
