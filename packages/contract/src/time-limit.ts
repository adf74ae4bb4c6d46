import type { Clock } from './ports/clock.ts'

/**
 * Calls back when a time is up, after everything that had arrived by then was read: an event loop that was busy for
 * longer than the limit fires the timer before it looks at its sockets, and what waits there is not late.
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
  let isOver = false
  const cancel = clock.after(limitMs, () => {
    if (clock.endOfTurn === undefined) return expire()
    clock.endOfTurn(() => {
      if (!isOver) expire()
    })
  })
  return () => {
    isOver = true
    cancel()
  }
}
