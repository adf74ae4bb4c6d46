import type { Flight, Outcome } from './flight.ts'
import { type Found, judge } from './look-up.ts'
import type { Call, Terms } from './read.ts'

/** The soft timeout has passed, and there is something stale to serve. */
export interface Late<Value> {
  readonly type: 'late'
  readonly fallback: Found<Value>
}

/** Waits for a flight, until the caller's signal or soft timeout ends the waiting. */
export function awaitFlight<Value>(
  call: Call<Value>,
  flight: Flight<Value>,
  { previous, view }: Terms<Value>,
): Promise<Outcome<Value> | Late<Value>> {
  const { signal, freshness, engine } = call
  flight.enter()
  const soft = previous !== undefined && freshness.softTimeoutMs < Number.POSITIVE_INFINITY
  if (signal === undefined && !soft) return flight.promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancelSoft()
      flight.leave(signal?.reason)
      reject(signal?.reason)
    }
    const onSoftTimeout = (): void => {
      const fallback = servable(call, previous, view.after)
      if (fallback === undefined) return
      signal?.removeEventListener('abort', onAbort)
      // The caller stays entered, so that the load goes on behind him and is stored.
      resolve({ type: 'late', fallback })
    }
    const cancelSoft = soft ? engine.clock.after(freshness.softTimeoutMs, onSoftTimeout) : () => {}
    signal?.addEventListener('abort', onAbort, { once: true })
    void flight.promise.then((outcome) => {
      cancelSoft()
      signal?.removeEventListener('abort', onAbort)
      resolve(outcome)
    })
  })
}

/** What was found before, if it may still be served in place of a load. */
export function servable<Value>(
  { engine, key }: Call<Value>,
  found: Found<Value> | undefined,
  after: number,
): Found<Value> | undefined {
  const still = found && judge(engine, key, found.entry, found.tier, after)
  // It stands in for a load that failed, so it is stale, however young it is.
  return still && { ...found, age: still.age === 'stale-if-error' ? 'stale-if-error' : 'stale' }
}
