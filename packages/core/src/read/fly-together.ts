/**
 * Flights that one call of a loader serves. Each of them can be joined, left and invalidated by itself; what they share
 * is the call, its signal and its timeout, so that a key costs its flight and no more.
 */
import { type CacheKey, type MaybePromise, timeLimit } from '@hotpath/contract'
import type { Flight } from '../flights/flight.ts'
import { isPromise } from '../time/chain.ts'
import { pause } from '../time/pause.ts'
import { type Landing, fail, landTogether, tooSlow } from './load.ts'
import type { ManyLoader } from './loader.ts'
import { valuesOf } from './many-result.ts'

/** What flies together. */
export interface Group<Value> extends Landing {
  readonly loader: ManyLoader<Value>
}

/**
 * Flies. Every flight has ended then. Never rejects.
 *
 * @param keys - As the caller gave them, in the order of the flights.
 * @param afterMs - When the loader may be called: after the longest backoff of those that failed just now.
 */
export async function flyTogether<Value>(
  group: Group<Value>,
  flights: readonly Flight<Value | undefined>[],
  keys: readonly CacheKey[],
  afterMs: number,
): Promise<void> {
  const { engine, loader, freshness } = group
  const { clock, valueCheck } = engine
  const controller = new AbortController()
  let started = clock.monotonic()
  const loadMs = (): number => clock.monotonic() - started
  let left = flights.length
  let giveUp = (): void => {}
  const abandoned = new Promise<void>((resolve) => void (giveUp = resolve))
  const aborted = (flight: Flight, reason: unknown): void => {
    fail(group, flight, reason, loadMs())
    left--
    if (left > 0) return
    controller.abort(reason)
    giveUp()
  }
  for (const flight of flights) flight.whenAborted(aborted)
  let cancel = (): void => {}
  try {
    if (afterMs > 0) {
      const [over, end] = pause(clock, afterMs)
      cancel = end
      await Promise.race([over, abandoned])
      started = clock.monotonic()
    }
    if (left === 0) return
    cancel = timeLimit(clock, freshness.hardTimeoutMs, () => {
      for (const flight of flights) flight.abort(tooSlow(flight.key, freshness))
    })
    const answer = await Promise.race([loader(keys, { signal: controller.signal }), abandoned])
    if (answer === undefined && left === 0) return
    // Plain JavaScript may well return promises.
    const values: readonly MaybePromise<Value | undefined>[] = valuesOf<Value>(keys, answer)
    if (valueCheck?.loading !== undefined) await valueCheck.loading
    landTogether(
      group,
      flights,
      values.some(isPromise)
        ? await Promise.all(values as readonly Promise<Value | undefined>[])
        : (values as readonly (Value | undefined)[]),
      loadMs(),
    )
    if (engine.memory === undefined) await Promise.all(flights.map(({ promise }) => promise))
  } catch (error) {
    for (const flight of flights) if (!flight.settled) fail(group, flight, error, loadMs())
  } finally {
    cancel()
  }
}
