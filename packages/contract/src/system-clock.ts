import type { Clock } from './ports/clock.ts'

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * How many hold the process, and the timer that does it for all of them: a platform's timers hold it unless unref'd. It is
 * kept for the next holder, as to make one and to stop it costs more than many of the waits that hold the process.
 */
let holders = 0
let keeper: ReturnType<typeof setTimeout> | undefined

/**
 * The machine's clock: `Date.now`, `performance.now` and timers that do not hold the process.
 *
 * @example
 * ```ts
 * import { systemClock } from '@hotpath/contract'
 *
 * const startedAt = systemClock.monotonic()
 * console.log(systemClock.monotonic() >= startedAt) // true
 * ```
 */
export const systemClock: Clock = /* @__PURE__ */ createSystemClock()

function createSystemClock(): Clock {
  return {
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
    hold() {
      holders++
      if (holders === 1) holdProcess()
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        holders--
        if (holders === 0) releaseProcess()
      }
    },
    // Not in browsers.
    ...(typeof globalThis.setImmediate === 'function' && {
      endOfTurn: (callback: () => void): void => void globalThis.setImmediate(callback),
    }),
  }
}

function holdProcess(): void {
  keeper ??= setTimeout(() => {
    keeper = undefined
    if (holders > 0) holdProcess()
  }, MAX_TIMER_MS)
  if (typeof keeper === 'object') keeper.ref()
}

function releaseProcess(): void {
  // A number cannot be told to hold nothing.
  if (typeof keeper === 'object') keeper.unref()
  else {
    clearTimeout(keeper)
    keeper = undefined
  }
}
