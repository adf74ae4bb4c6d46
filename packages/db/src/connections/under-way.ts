/** Writes and transactions under way, for `close()` to wait for. */
import { type Clock, ClosedError, within } from '@hotpath/contract'

/** How long they are waited for: as long as a cache waits for its writes. */
const CLOSE_MS = 5_000

/** Keeps them in sight. */
export class UnderWay {
  readonly #running = new Set<Promise<unknown>>()
  #isClosed = false

  /** @throws ClosedError once it is closed. */
  assertOpen(): void {
    if (this.#isClosed) throw closedError()
  }

  /** Keeps one in sight until it has ended. */
  track<Result>(running: Promise<Result>): Promise<Result> {
    this.#running.add(running)
    const over = (): void => void this.#running.delete(running)
    running.then(over, over)
    return running
  }

  /** Lets no other begin, and waits for those there are. */
  async close(clock: Clock): Promise<void> {
    this.#isClosed = true
    const all = Promise.allSettled(this.#running)
    const expired = (): Error => new Error('not ended in time')
    await within<unknown>(all, { clock, limitMs: CLOSE_MS, expired, hold: true }).catch(() => {})
  }
}

/** What calls on a closed optimizer fail with. */
export function closedError(): ClosedError {
  return new ClosedError(
    'ERR_DB_CLOSED',
    'The optimizer is closed, so it runs nothing any more. Make a new one with `createQueryOptimizer()`.',
  )
}
