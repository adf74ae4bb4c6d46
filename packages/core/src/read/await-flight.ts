import { timeLimit } from '@hotpath/contract'
import type { Flight } from '../flights/flight.ts'
import type { Found } from '../flights/found.ts'
import type { Call } from './call.ts'
import type { Landing } from './decide.ts'
import { judgedAgain } from './look-up.ts'
import { tooSlow } from './load.ts'

const NEVER = Number.POSITIVE_INFINITY

/** Waits for a flight, until the caller's signal or timeouts end the waiting. The process is held meanwhile. */
export function awaitFlight<Value>(call: Call<Value>, flight: Flight<Value>): Promise<Landing<Value>> {
  const { signal, freshness, engine } = call
  const { clock } = engine
  flight.enter()
  const { softTimeoutMs, hardTimeoutMs } = freshness
  // A caller that joins a load that may take longer than it would let its own does not wait so long.
  const limitMs = hardTimeoutMs < flight.hardTimeoutMs ? hardTimeoutMs : NEVER
  const letExit = clock.hold?.()
  if (signal === undefined && softTimeoutMs === NEVER && limitMs === NEVER) {
    if (letExit !== undefined) void flight.promise.then(letExit)
    return flight.promise
  }
  return new Promise((resolve, reject) => {
    const land = (landing: Landing<Value>): void => {
      for (const end of ends) end?.()
      resolve(landing)
    }
    const leave = (reason: unknown): void => {
      for (const end of ends) end?.()
      flight.leave(reason)
      reject(reason)
    }
    const onAbort = (): void => leave(signal?.reason)
    const ends = [
      letExit,
      // The caller stays entered, so that the load goes on behind it and is stored.
      timeLimit(clock, softTimeoutMs, () => {
        if (fallbackOf(call, flight) !== undefined) land({ type: 'late' })
      }),
      timeLimit(clock, limitMs, () => leave(tooSlow(call.key, freshness))),
      () => signal?.removeEventListener('abort', onAbort),
    ]
    void flight.promise.then(land)
    // The loader may have aborted it while it was called.
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** What was at hand when a flight began, or when the call came, if it may still be served in place of a load. */
export function fallbackOf<Value>(call: Call<Value>, { fallback }: Flight<Value>): Found<Value> | undefined {
  return servable(call, fallback) ?? servable(call, call.previous)
}

function servable<Value>(call: Call<Value>, found: Found<Value> | undefined): Found<Value> | undefined {
  // A caller that asks for a load wants what it returns.
  if (call.refresh || call.after === undefined) return undefined
  const still = judgedAgain(call, found)
  if (still === undefined || still.entry.errorMs === 0) return undefined
  // It is served in place of a load that failed, so it is stale, however young it is.
  return { ...still, age: still.age === 'stale-if-error' ? 'stale-if-error' : 'stale' }
}
