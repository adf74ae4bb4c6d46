/**
 * The machine's clock, with timers that can keep the process alive: who awaits a retry would otherwise see the process
 * end before it comes. A timer holds the process only as long as somebody waits for what it will do.
 */
import type { Clock } from '@hotpath/contract'

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** A timer under way. */
export interface Timer {
  cancel(): void
  /** Whether the process is to be kept alive for it. */
  hold(isHeld: boolean): void
}

/** The machine's clock: `Date.now`, `performance.now`, and timers that do not hold the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = systemTimer(delayMs, callback)
    timer.hold(false)
    return () => timer.cancel()
  },
  // Not in browsers.
  ...(typeof globalThis.setImmediate === 'function' && {
    endOfTurn: (callback: () => void): void => void globalThis.setImmediate(callback),
  }),
}

/** Starts a timer for which somebody waits. */
export function startTimer(clock: Clock, delayMs: number, callback: () => void): Timer {
  if (clock === systemClock) return systemTimer(delayMs, callback)
  return { cancel: clock.after(delayMs, callback), hold: () => {} }
}

function systemTimer(delayMs: number, callback: () => void): Timer {
  if (delayMs === Number.POSITIVE_INFINITY) return { cancel: () => {}, hold: () => {} }
  let remainingMs = delayMs
  let isHeld = true
  let timer: ReturnType<typeof setTimeout>
  const hold = (): void => {
    // Browsers answer with a number, which holds nothing.
    if (typeof timer !== 'object') return
    if (isHeld) timer.ref()
    else timer.unref()
  }
  const arm = (): void => {
    const stepMs = Math.min(remainingMs, MAX_TIMER_MS)
    remainingMs -= stepMs
    timer = setTimeout(remainingMs > 0 ? arm : callback, stepMs)
    if (!isHeld) hold()
  }
  arm()
  return {
    cancel: () => clearTimeout(timer),
    hold(held) {
      isHeld = held
      hold()
    },
  }
}
