import { timeLimit } from '@hotpath/contract'
import type { Found } from '../flights/found.ts'
import type { Flight, Outcome } from '../flights/flight.ts'
import { tooSlow } from './load.ts'
import type { Call, ReadSoFar, ReadPoint } from './call.ts'
import type { Late } from './decide.ts'
import { judge } from './look-up.ts'

const NEVER = Number.POSITIVE_INFINITY

/** Waits for a flight, until the caller's signal or timeouts end the waiting. The process is held meanwhile. */
export function awaitFlight<Value>(
  call: Call<Value>,
  flight: Flight<Value>,
  { previous, point }: Pick<ReadSoFar<Value>, 'previous' | 'point'>,
): Promise<Outcome<Value> | Late<Value>> {
  const { signal, freshness, engine } = call
  flight.enter()
  const { softTimeoutMs } = freshness
  // Who joins a load that may take longer than he would let his own does not wait so long.
  const hardTimeoutMs = freshness.hardTimeoutMs < flight.hardTimeoutMs ? freshness.hardTimeoutMs : NEVER
  const letExit = engine.clock.hold?.()
  if (signal === undefined && softTimeoutMs === NEVER && hardTimeoutMs === NEVER) {
    if (letExit !== undefined) void flight.promise.then(letExit)
    return flight.promise
  }
  return new Promise((resolve, reject) => {
    const detached = (): void => {
      cancelSoft()
      cancelHard()
      letExit?.()
      signal?.removeEventListener('abort', onAbort)
    }
    const leave = (reason: unknown): void => {
      detached()
      flight.leave(reason)
      reject(reason)
    }
    const onAbort = (): void => leave(signal?.reason)
    const onSoftTimeout = (): void => {
      const fallback = servable(call, previous, point) ?? servable(call, flight.fallback, point)
      if (fallback === undefined) return
      detached()
      // The caller stays entered, so that the load goes on behind him and is stored.
      resolve({ type: 'late', fallback })
    }
    const cancelSoft = softTimeoutMs < NEVER ? timeLimit(engine.clock, softTimeoutMs, onSoftTimeout) : () => {}
    const cancelHard =
      hardTimeoutMs < NEVER
        ? timeLimit(engine.clock, hardTimeoutMs, () => leave(tooSlow(call.key, freshness)))
        : () => {}
    void flight.promise.then((outcome) => {
      detached()
      resolve(outcome)
    })
    // The loader may have aborted it while it was called.
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** What was found before, if it may still be served in place of a load. */
export function servable<Value>(
  { engine, key, refresh }: Call<Value>,
  found: Found<Value> | undefined,
  { after, current }: ReadPoint,
): Found<Value> | undefined {
  // Who asks for a load wants what it returns.
  if (refresh || !current) return undefined
  const still = found && judge(engine, key, found.entry, found.tier, after)
  if (still === undefined || still.entry.errorMs === 0) return undefined
  // It stands in for a load that failed, so it is stale, however young it is.
  return { ...still, age: still.age === 'stale-if-error' ? 'stale-if-error' : 'stale' }
}
