/** Waits for a database while a store closes, but not for one that does not respond. */
import { StorageError, type TierContext, within } from '@hotpath/contract'

const LIMIT_MS = 5_000

/** Rejects with what the work rejects with; that it takes too long is reported. */
export async function closingInTime(work: Promise<void>, context: TierContext): Promise<void> {
  let late: StorageError | undefined
  const expired = (): StorageError => {
    late = new StorageError(
      'ERR_STORAGE_FAILED',
      `IndexedDB has not responded within ${LIMIT_MS} ms, so the cache is closed without it. What was written last may be lost.`,
    )
    return late
  }
  await within(work, { clock: context.clock, limitMs: LIMIT_MS, expired, hold: true }).catch((error: unknown) => {
    if (late === undefined) throw error
    context.fault(late)
  })
}
