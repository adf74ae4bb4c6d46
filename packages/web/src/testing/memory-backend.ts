/** Stores in memory that behave as those of IndexedDB do: sorted by key, cloned, and all or nothing. */
import type { DatabaseKey, DatabaseKeyRange } from '../database/keys.ts'
import { notPartOf } from '../database/requests.ts'
import type { Backend, DatabaseTransaction, Outcomes, Read, TransactionOptions, Write } from '../database/store.ts'
import { compareKeys, isInRange } from './keys.ts'

interface Stored {
  readonly key: DatabaseKey
  readonly value: unknown
}

type Stores = ReadonlyMap<string, readonly Stored[]>

/** What it is kept in. */
export class MemoryBackend implements Backend {
  readonly transactions = { writes: 0, reads: 0 }
  readonly #errorOf: (error: unknown) => unknown
  #stores: Stores
  #failure: DOMException | undefined
  /** Transactions that write run one after another. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(stores: readonly string[], errorOf: (error: unknown) => unknown) {
    this.#stores = new Map(stores.map((store) => [store, []]))
    this.#errorOf = errorOf
  }

  failNext(error: DOMException): void {
    this.#failure = error
  }

  async write(writes: readonly Write[]): Promise<Outcomes> {
    return this.transact(
      [...this.#stores.keys()],
      async (transaction) =>
        Promise.allSettled(
          writes.map(async (write) => {
            if (write.type === 'put') return transaction.put(write.store, write.key, write.value)
            return write.type === 'delete' ? transaction.delete(write.store, write.key) : transaction.clear(write.store)
          }),
        ),
      {},
    )
  }

  async read(reads: readonly Read[]): Promise<Outcomes> {
    return this.transact(
      [...this.#stores.keys()],
      async (transaction) =>
        Promise.allSettled(
          reads.map(({ type, store, query, limit }) =>
            type === 'get' ? transaction.get(store, query as DatabaseKey) : transaction[type](store, query, limit),
          ),
        ),
      { mode: 'readonly' },
    )
  }

  transact<Result>(
    stores: readonly string[],
    work: (transaction: DatabaseTransaction) => Promise<Result>,
    { mode = 'readwrite' }: TransactionOptions,
  ): Promise<Result> {
    const done = this.#last.then(async () => {
      this.transactions[mode === 'readwrite' ? 'writes' : 'reads']++
      const draft = new Map(this.#stores)
      const result = await work(this.#requests(draft, stores))
      if (mode !== 'readwrite') return result
      const failure = this.#failure
      this.#failure = undefined
      if (failure !== undefined) throw this.#errorOf(failure)
      this.#stores = draft
      return result
    })
    this.#last = done.catch(() => {})
    return done
  }

  async destroy(): Promise<void> {
    this.#stores = new Map([...this.#stores.keys()].map((store) => [store, []]))
  }

  close(): void {}

  #requests(draft: Map<string, readonly Stored[]>, stores: readonly string[]): DatabaseTransaction {
    const of = (store: string): readonly Stored[] => {
      const records = draft.get(store)
      if (records !== undefined && stores.includes(store)) return records
      throw notPartOf(store)
    }
    /** Those that were copied for this transaction. */
    const copies = new Map<string, Stored[]>()
    const copyOf = (store: string): Stored[] => {
      const copy = copies.get(store) ?? [...of(store)]
      copies.set(store, copy)
      draft.set(store, copy)
      return copy
    }
    const replace = (store: string, records: Stored[]): void => {
      copies.set(store, records)
      draft.set(store, records)
    }
    const within = (store: string, range: DatabaseKey | DatabaseKeyRange | undefined, limit?: number) =>
      of(store)
        .filter(({ key }) => range === undefined || isInRange(key, range))
        .slice(0, limit)
    const put = (store: string, key: DatabaseKey, value: unknown): void => {
      const record = { key, value: structuredClone(value) }
      const records = copyOf(store)
      const index = indexOf(records, key)
      const found = records[index]
      records.splice(index, found !== undefined && compareKeys(found.key, key) === 0 ? 1 : 0, record)
    }
    return {
      get: async (store, key) => {
        const records = of(store)
        const found = records[indexOf(records, key)]
        return found !== undefined && compareKeys(found.key, key) === 0 ? structuredClone(found.value) : undefined
      },
      getAll: async (store, range, limit) => within(store, range, limit).map(({ value }) => structuredClone(value)),
      getAllKeys: async (store, range, limit) => within(store, range, limit).map(({ key }) => key),
      put: async (store, key, value) => {
        try {
          put(store, key, value)
        } catch (error) {
          throw this.#errorOf(error)
        }
      },
      putMany: async (store, entries) => {
        const refused = new Map<DatabaseKey, unknown>()
        for (const [key, value] of entries) {
          try {
            put(store, key, value)
          } catch (error) {
            if ((error as Error | undefined)?.name !== 'DataCloneError') throw error
            refused.set(key, error)
          }
        }
        return refused
      },
      delete: async (store, range) =>
        replace(
          store,
          of(store).filter(({ key }) => !isInRange(key, range)),
        ),
      clear: async (store) => {
        of(store)
        replace(store, [])
      },
    }
  }
}

/** Where a key is, or would be. */
function indexOf(records: readonly Stored[], key: DatabaseKey): number {
  let [from, to] = [0, records.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compareKeys((records[middle] as Stored).key, key) < 0) from = middle + 1
    else to = middle
  }
  return from
}
