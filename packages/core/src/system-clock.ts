import type { Clock } from '@hotpath/contract'

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** The machine's clock: `Date.now`, `performance.now` and unref'd timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    if (delayMs === Number.POSITIVE_INFINITY) return () => {}
    let remainingMs = delayMs
    let timer: ReturnType<typeof setTimeout>
    const arm = (): void => {
      const stepMs = Math.min(remainingMs, MAX_TIMER_MS)
      remainingMs -= stepMs
      timer = setTimeout(remainingMs > 0 ? arm : callback, stepMs)
      // Browsers answer with a number, which has no `unref` and needs none.
      if (typeof timer === 'object') timer.unref()
    }
    arm()
    return () => clearTimeout(timer)
  },
  // Not in browsers.
  ...(typeof globalThis.setImmediate === 'function' && {
    endOfTurn: (callback: () => void): void => void globalThis.setImmediate(callback),
  }),
}
