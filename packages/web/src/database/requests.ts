import { ConfigError, received } from '@hotpath/contract'
import type { DatabaseKey } from './keys.ts'
import type { DatabaseTransaction } from './store.ts'

/** A key or a range of them in the types of the browser. */
type NativeQuery = IDBValidKey | IDBKeyRange

/**
 * Requests by the names of stores. What is wrong with one rejects that one. They are made of the browser's own objects, as
 * there may be thousands in one transaction.
 */
export function requestsOf(transaction: IDBTransaction): DatabaseTransaction {
  const of = (store: string): IDBObjectStore => {
    // The browser's own error is also that of a store that another tab has deleted.
    if (!transaction.objectStoreNames.contains(store)) throw notPartOf(store)
    return transaction.objectStore(store)
  }
  return {
    get: async (store, key) => resultOf<unknown>(of(store).get(key as NativeQuery)),
    // To the browser a limit of 0 is none.
    getAll: async (store, range, limit) => (limit === 0 ? [] : resultOf(of(store).getAll(range as NativeQuery, limit))),
    getAllKeys: async (store, range, limit) =>
      limit === 0 ? [] : (resultOf(of(store).getAllKeys(range as NativeQuery, limit)) as Promise<never[]>),
    put: async (store, key, value) => void (await resultOf(of(store).put(value, key as IDBValidKey))),
    // To hear of each of them would cost about as much as to store it. What fails later aborts the transaction.
    putMany: async (store, entries) => {
      const into = of(store)
      const refused = new Map<DatabaseKey, unknown>()
      let last: IDBRequest | undefined
      for (const [key, value] of entries) {
        try {
          last = into.put(value, key as IDBValidKey)
        } catch (error) {
          if ((error as Error | undefined)?.name !== 'DataCloneError') throw error
          refused.set(key, error)
        }
      }
      if (last !== undefined) await resultOf(last)
      return refused
    },
    delete: async (store, key) => resultOf(of(store).delete(key as NativeQuery)),
    clear: async (store) => resultOf(of(store).clear()),
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error as DOMException))
  })
}

/** A request for a store that its transaction was not begun for. */
export function notPartOf(store: string): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `The transaction has no store ${received(store)}. Name it in the \`stores\` that it is begun with.`,
  )
}
