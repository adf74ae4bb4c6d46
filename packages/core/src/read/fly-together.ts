/**
 * Flights that one call of a loader serves. Each of them can be joined, left and invalidated by itself; what they share
 * is the call, its signal and its timeout, so that a key costs its flight and no more.
 */
import { type CacheKey, type Entry, type Freshness, timeLimit } from '@hotpath/contract'
import type { ManyLoader } from './loader.ts'
import { isPromise } from '../time/chain.ts'
import type { Engine } from '../engine.ts'
import type { Flight } from '../flights/flight.ts'
import { countFailure, judgeLoaded, tooSlow } from './load.ts'
import { valuesOf } from './many-result.ts'
import type { Counters } from '../watch/stats.ts'

/** What flies together. */
export interface Group<Value> {
  readonly flights: readonly Flight<Value | undefined>[]
  /** As the caller gave them, in the order of the flights. */
  readonly keys: readonly CacheKey[]
  readonly loader: ManyLoader<Value>
  readonly tags: readonly string[]
  readonly freshness: Freshness
  readonly counters: Counters
  /** When the loader may be called: after the longest backoff of those that failed just now. */
  readonly afterMs: number
}

/** Flies. Every flight has ended then. Never rejects. */
export async function flyTogether<Value>(engine: Engine, group: Group<Value>): Promise<void> {
  const { flights, keys, loader, freshness, afterMs } = group
  const controller = new AbortController()
  let started = engine.clock.monotonic()
  const loadMs = (): number => engine.clock.monotonic() - started
  const fail = (flight: Flight, error: unknown): void => {
    countFailure(engine, flight, group, { error, loadMs: loadMs() })
    flight.settle({ type: 'failed', error, fallback: flight.fallback })
  }
  let left = flights.length
  let giveUp = (): void => {}
  const abandoned = new Promise<undefined>((resolve) => void (giveUp = () => resolve(undefined)))
  const aborted = (flight: Flight, reason: unknown): void => {
    fail(flight, reason)
    left--
    if (left > 0) return
    controller.abort(reason)
    giveUp()
  }
  for (const flight of flights) flight.whenAborted(aborted)
  let cancel = (): void => {}
  try {
    if (afterMs > 0) {
      await Promise.race([
        new Promise<void>((resolve) => void (cancel = engine.clock.after(afterMs, resolve))),
        abandoned,
      ])
      started = engine.clock.monotonic()
    }
    if (left === 0) return
    cancel = timeLimit(engine.clock, freshness.hardTimeoutMs, () => {
      for (const flight of flights) flight.abort(tooSlow(flight.key, freshness))
    })
    const answer = await Promise.race([loader(keys, { signal: controller.signal }), abandoned])
    if (answer === undefined && left === 0) return
    const values = valuesOf<Value>(keys, answer)
    if (engine.valueCheck?.loading !== undefined) await engine.valueCheck.loading
    const isLater = values.some(isPromise)
    land(
      engine,
      group,
      isLater ? await Promise.all(values.map(async (value) => value)) : (values as readonly (Value | undefined)[]),
      loadMs(),
    )
  } catch (error) {
    for (const flight of flights) if (!flight.settled) fail(flight as Flight, error)
  } finally {
    cancel()
  }
}

/** Stores all values in one go, and then tells everybody. */
function land<Value>(
  engine: Engine,
  group: Group<Value>,
  values: readonly (Value | undefined)[],
  loadMs: number,
): void {
  const { flights, counters } = group
  const decisions = { tags: group.tags, lifetime: undefined, skipped: false }
  const entries: [string, Entry][] = []
  const landed = flights.map((flight, index) => {
    if (flight.settled) return undefined
    const value = values[index]
    const judged = judgeLoaded(engine, flight, group, { value, loadMs, decisions })
    if (judged.entry !== undefined) entries.push([flight.key, judged.entry])
    return judged
  })
  const stored = engine.store(entries)
  for (const [index, flight] of flights.entries()) {
    const judged = landed[index]
    if (judged === undefined) continue
    const { key } = flight
    counters.loads++
    counters.loadTimes.record(loadMs)
    engine.backoff.succeeded(key)
    flight.stored = stored
    if (engine.events.wants('load'))
      engine.events.emit({ type: 'load', key, durationMs: loadMs, stored: judged.entry !== undefined })
    if (!flight.settled) flight.settle(judged.outcome)
  }
}
