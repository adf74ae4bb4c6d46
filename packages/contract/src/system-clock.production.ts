/** The machine's clock for pages, in the place of `system-clock.ts`: no process has to be held, and no timer holds one. */
import type { Clock } from './ports/clock.ts'

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** `Date.now`, `performance.now` and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    if (delayMs === Number.POSITIVE_INFINITY) return () => {}
    let timer: ReturnType<typeof setTimeout>
    const arm = (remainingMs: number): void => {
      const leftMs = remainingMs - MAX_TIMER_MS
      timer = leftMs > 0 ? setTimeout(() => arm(leftMs), MAX_TIMER_MS) : setTimeout(callback, remainingMs)
    }
    arm(delayMs)
    return () => clearTimeout(timer)
  },
}
