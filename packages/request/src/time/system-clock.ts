/**
 * The machine's clock, with timers that keep the process alive: a caller that awaits a retry would otherwise see the
 * process end before it comes. A timer holds the process only as long as somebody waits for what it will do.
 */
import type { Clock } from '@hotpath/contract'
import { endOfTurn, hasCome, isFaked, monotonicNow } from './faked-time.ts'

/** Longest delay that a platform timer takes; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** A timer under way. */
export interface Timer {
  cancel(): void
  /** Whether the process is to be kept alive for it. */
  hold(isHeld: boolean): void
}

/** The machine's clock: `Date.now`, `performance.now`, and timers that hold the process until they are over or cancelled. */
export const systemClock: Clock = /* @__PURE__ */ createSystemClock()

function createSystemClock(): Clock {
  const atEnd = endOfTurn()
  return {
    now: () => Date.now(),
    monotonic: monotonicNow,
    after(delayMs, callback) {
      const timer = systemTimer(delayMs, callback)
      return () => timer.cancel()
    },
    ...(atEnd !== undefined && { endOfTurn: atEnd }),
  }
}

/** Starts a timer for which somebody waits. */
export function startTimer(clock: Clock, delayMs: number, callback: () => void): Timer {
  if (clock === systemClock) return systemTimer(delayMs, callback)
  return { cancel: clock.after(delayMs, callback), hold: () => {} }
}

function systemTimer(delayMs: number, callback: () => void): Timer {
  if (delayMs === Number.POSITIVE_INFINITY) return { cancel: () => {}, hold: () => {} }
  const comesAt = isFaked() ? monotonicNow() + delayMs : undefined
  // A test moves whole milliseconds, and waits for what is a hair longer.
  let remainingMs = comesAt === undefined ? delayMs : Math.floor(delayMs)
  let isHeld = true
  let cancel: () => void
  let timer: ReturnType<typeof setTimeout>
  const hold = (): void => {
    // Browsers return a number, which holds nothing, and so may the timers of a test.
    if (typeof timer !== 'object') return
    if (isHeld) timer.ref?.()
    else timer.unref?.()
  }
  const fire = (): void => {
    if (comesAt !== undefined) hasCome(comesAt)
    callback()
  }
  const arm = (): void => {
    const stepMs = Math.min(remainingMs, MAX_TIMER_MS)
    remainingMs -= stepMs
    // A test may replace both before it is over; one is no good for the other's timers.
    const { clearTimeout } = globalThis
    timer = globalThis.setTimeout(remainingMs > 0 ? arm : fire, stepMs)
    cancel = () => clearTimeout(timer)
    if (!isHeld) hold()
  }
  arm()
  return {
    cancel: () => cancel(),
    hold(held) {
      isHeld = held
      hold()
    },
  }
}
