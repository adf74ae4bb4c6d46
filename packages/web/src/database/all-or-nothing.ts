/** Transactions of which everything is stored, or nothing. */
import { endedEarly } from './failures.ts'

/** Runs `work` in a transaction, which is aborted when that fails. Resolves when it is complete. */
export async function allOrNothing<Result>(
  transaction: IDBTransaction,
  work: () => Result | Promise<Result>,
  database: string,
): Promise<Result> {
  const done = endOf(transaction)
  try {
    const result = await work()
    const error = await done
    if (error === undefined) return result
    throw error
  } catch (error) {
    try {
      transaction.abort()
    } catch {
      // It has ended.
    }
    const reason = await done
    if (reason === undefined) throw endedEarly(error, database)
    // A request that fails because of the abort says less than the reason for it.
    throw (error as Error | undefined)?.name === 'AbortError' ? reason : error
  }
}

/** Why a transaction was aborted; `undefined` when it is complete. */
export function endOf(transaction: IDBTransaction): Promise<unknown> {
  return new Promise((resolve) => {
    transaction.addEventListener('complete', () => resolve(undefined))
    transaction.addEventListener('abort', () =>
      resolve(transaction.error ?? new DOMException('The transaction was aborted.', 'AbortError')),
    )
  })
}
