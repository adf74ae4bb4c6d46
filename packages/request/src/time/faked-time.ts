/**
 * Timers that a test has replaced to move time itself: by vitest, by Jest, or by `mock.timers` of node:test. Timers are
 * looked up when they are started, so those of the test are used. What they say of the time is less sure: node:test
 * moves `Date` if it is asked to, and `performance` never.
 */

/** As they were when this module was loaded, which is before a test replaces them. */
const own = /* @__PURE__ */ platform()

function platform(): Pick<typeof globalThis, 'setTimeout' | 'setImmediate' | 'performance'> {
  const { setTimeout, setImmediate, performance } = globalThis
  return { setTimeout, setImmediate, performance }
}

/** What the clocks of a test showed when they were last looked at, and what that made of the time. */
let seen: { date: number; performance: number; monotonic: number } | undefined
/** By how much tests have moved this clock ahead of the platform's. */
let aheadMs = 0

/** Whether the platform's timers are those of a test now. */
export function isFaked(): boolean {
  return globalThis.setTimeout !== own.setTimeout
}

/** Milliseconds that only grow; under timers of a test by as much as it moves its clocks. */
export function monotonicNow(): number {
  if (!isFaked()) {
    if (seen !== undefined) {
      // Time does not go back when the test is over.
      aheadMs = Math.max(aheadMs, seen.monotonic - own.performance.now())
      seen = undefined
    }
    return performance.now() + aheadMs
  }
  const date = Date.now()
  const now = performance.now()
  seen ??= { date, performance: now, monotonic: own.performance.now() + aheadMs }
  // The next test begins where it likes.
  seen.monotonic += Math.max(0, date - seen.date, now - seen.performance)
  seen.date = date
  seen.performance = now
  return seen.monotonic
}

/** A timer has come, which shows that it is so late at least, also where a test moves timers and no clock. */
export function hasCome(atMs: number): void {
  if (!isFaked()) return
  const now = monotonicNow()
  if (seen !== undefined && now < atMs) seen.monotonic = atMs
}

/**
 * Calls back when this turn of the event loop ends, which no test moves; `undefined` in browsers. Where the module was
 * loaded under a test's timers those are all there is, and they may be gone by now.
 */
export function endOfTurn(): ((callback: () => void) => void) | undefined {
  const { setImmediate } = own
  if (typeof setImmediate !== 'function') return undefined
  return (callback) => void ('clock' in setImmediate ? globalThis.setImmediate : setImmediate)(callback)
}
