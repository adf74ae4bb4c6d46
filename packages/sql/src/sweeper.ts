/** Sweeps what has expired: now and then, some at a time, and with pauses while there is more. */
import type { Clock } from '@hotpath/contract'

/** What sweeping takes. */
export interface SweepParts {
  readonly clock: Clock
  /** Removes some; `true` when there may be more. */
  sweep(): Promise<boolean>
  /** It failed; tried again next time. */
  failed(cause: unknown): void
}

const SWEEP_MS = 30_000
/** Leaves the database to others between two batches. */
const PAUSE_MS = 20

/** Begins; answers with what ends it. */
export function startSweeping({ clock, sweep, failed }: SweepParts): () => void {
  let cancel: (() => void) | undefined
  let stopped = false

  async function run(): Promise<void> {
    const hasMore = await sweep().catch((cause: unknown) => {
      if (!stopped) failed(cause)
      return false
    })
    if (!stopped) cancel = clock.after(hasMore ? PAUSE_MS : SWEEP_MS, () => void run())
  }

  cancel = clock.after(SWEEP_MS, () => void run())
  return () => {
    stopped = true
    cancel?.()
  }
}
