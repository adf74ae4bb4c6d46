import type { Clock } from './ports/clock.ts'

/** A timer that fires later than this was held up by an event loop that stood still. */
const STALL_MS = 50

/**
 * Calls back when a time is up, and not for what this process itself was too busy to hear: the callback comes after
 * everything that had arrived by then was read, and time during which the event loop stood still is given once more.
 *
 * @param limitMs - `Infinity`: never.
 * @returns A function that ends the limit.
 *
 * @example
 * ```ts
 * import { type Clock, timeLimit } from '@hotpath/contract'
 *
 * const answerWithin = (clock: Clock, ms: number) =>
 *   new Promise<string>((resolve) => void timeLimit(clock, ms, () => resolve('late')))
 * ```
 */
export function timeLimit(clock: Clock, limitMs: number, expire: () => void): () => void {
  // Most callers that could have a limit have none, and look at no clock for it.
  if (limitMs === Number.POSITIVE_INFINITY) return noLimit
  const dueAt = clock.monotonic() + limitMs
  let isOver = false
  const judge = (): void => {
    // Timers fire before the loop looks at its sockets, and what lies there is not late.
    if (clock.endOfTurn === undefined) return expire()
    clock.endOfTurn(() => {
      if (!isOver) expire()
    })
  }
  let cancel = clock.after(limitMs, () => {
    const lateMs = clock.monotonic() - dueAt
    if (lateMs > STALL_MS) cancel = clock.after(Math.min(lateMs, limitMs), judge)
    else judge()
  })
  return () => {
    isOver = true
    cancel()
  }
}

function noLimit(): void {}
