/** Loads many keys by one call of the loader; each has a flight of its own, which others may join, and flights in progress are joined. */
import { type CacheKey, detach } from '@hotpath/contract'
import { type Flight, closedError } from '../flights/flight.ts'
import { pause } from '../time/pause.ts'
import { awaitFlight, fallbackOf } from './await-flight.ts'
import type { Call } from './call.ts'
import type { Landing } from './decide.ts'
import { flyTogether } from './fly-together.ts'
import type { ManyLoader } from './loader.ts'
import { joinable, land, takeOff } from './read.ts'

/** One read of many keys with a loader. */
export interface ManyCall<Value>
  extends Pick<
    Call<never>,
    'engine' | 'counters' | 'tags' | 'freshness' | 'judgedBy' | 'onRead' | 'signal' | 'refresh'
  > {
  /** Encoded. */
  readonly keys: readonly string[]
  readonly originals: readonly CacheKey[]
  readonly loader: ManyLoader<Value>
}

/** The call for one of the keys. */
export interface Single<Value> extends Call<Value | undefined> {
  /** Its place in the call. */
  readonly index: number
}

/** Keys that are loaded together. */
interface Round<Value> {
  readonly wanted: readonly Single<Value>[]
  /** What is refreshed on the occasion, and nobody waits for. */
  readonly behind: readonly Single<Value>[]
  /** `Flights.begun` when the call came. */
  readonly begun: number
  readonly answers: Map<string, Value | undefined>
}

/** A key and the flight that was begun for it. */
interface Loading<Value> {
  readonly one: Single<Value>
  readonly flight: Flight<Value | undefined>
  /** It is only refreshed. */
  readonly isBehind: boolean
}

/** What the end of an own flight is to its key; a promise where it has to be loaded once more. Throws where the load failed. */
type End<Value> = (loading: Loading<Value>, landing: Landing<Value | undefined>) => Promise<void> | undefined

/** Joins loads in progress, and loads the rest by one call; what has to be loaded once more, by another one. */
export async function loadMany<Value>(
  call: ManyCall<Value>,
  { wanted, behind, begun, answers }: Round<Value>,
): Promise<void> {
  let started: Loading<Value>[] = []
  let loading: Promise<void> | undefined
  const start = (one: Single<Value>, isBehind: boolean): void => {
    const flight = takeOff(one)
    flight.enter()
    started.push({ one, flight, isBehind })
  }
  const takeStarted = (): Loading<Value>[] => {
    const loads = started
    started = []
    loading = undefined
    return loads
  }
  /** Those that begin in one go are loaded by one call. */
  const loadStarted = async (): Promise<void> => {
    await Promise.resolve()
    await loadOwn(call, takeStarted(), endOwn)
  }
  const begin = (one: Single<Value>, mayJoin: boolean): Promise<void> => {
    assertOpen(call)
    const flight = mayJoin ? joinable<Value | undefined>(one, begun) : undefined
    if (flight !== undefined) return awaitFlight(one, flight).then((landing) => end(one, flight, false, landing))
    start(one, false)
    return (loading ??= loadStarted())
  }
  const end = (
    one: Single<Value>,
    flight: Flight<Value | undefined>,
    isOwn: boolean,
    landing: Landing<Value | undefined>,
  ): Promise<void> | undefined => {
    const decision = land(one, flight, isOwn, landing)
    if (decision.type === 'fail') throw decision.error
    if (decision.type === 'again') return begin(one, true)
    answers.set(one.key, decision.value)
    return undefined
  }
  const endOwn: End<Value> = ({ one, flight }, landing) => end(one, flight, true, landing)
  assertOpen(call)
  for (const one of behind) start(one, true)
  const waits = new Set<Promise<void>>()
  for (const one of wanted) waits.add(begin(one, !call.refresh))
  // What is only refreshed is waited for by nobody.
  if (loading === undefined && started.length > 0) void loadOwn({ ...call, signal: undefined }, takeStarted(), endOwn)
  await Promise.all(waits)
}

/** @throws ClosedError, or the signal's reason. */
function assertOpen({ engine, signal }: Pick<ManyCall<unknown>, 'engine' | 'signal'>): void {
  if (engine.closed) throw closedError()
  signal?.throwIfAborted()
}

/** Loads keys by one call of the loader; those that failed just now by another one, when they may be loaded again. */
async function loadOwn<Value>(call: ManyCall<Value>, loads: readonly Loading<Value>[], end: End<Value>): Promise<void> {
  const { engine, freshness, refresh } = call
  const ready: Loading<Value>[] = []
  const paused: Loading<Value>[] = []
  const now = engine.elapsed()
  let pauseMs = 0
  for (const load of loads) {
    const { one, flight, isBehind } = load
    const waitMs = isBehind ? 0 : engine.backoff.waitMs(one.key, now)
    pauseMs = Math.max(pauseMs, waitMs)
    if (waitMs > 0 && one.previous !== undefined && !refresh) flight.settle({ type: 'backoff' })
    else (waitMs > 0 ? paused : ready).push(load)
  }
  ready.sort((a, b) => a.one.index - b.one.index)
  const fly = (some: readonly Loading<Value>[], afterMs: number): Promise<void> | undefined => {
    if (some.length === 0) return undefined
    const [flights, keys] = [some.map(({ flight }) => flight), some.map(({ one }) => one.original)]
    return flyTogether(call, flights, keys, afterMs)
  }
  const done = Promise.all([fly(ready, 0), fly(paused, pauseMs)])
  let open = loads.filter(({ isBehind }) => !isBehind)
  const flights = open.map(({ flight }) => flight)
  const failures: unknown[] = []
  const more = new Set<Promise<void>>()
  const endOf = (load: Loading<Value>, landing: Landing<Value | undefined>): void => {
    try {
      const loading = end(load, landing)
      if (loading !== undefined) more.add(loading)
    } catch (error) {
      failures.push(error)
    }
  }
  if (await isLate(call, flights, done, freshness.softTimeoutMs)) {
    open = open.filter((load) => {
      const isServed = !load.flight.settled && fallbackOf(load.one, load.flight) !== undefined
      if (isServed) endOf(load, { type: 'late' })
      return !isServed
    })
    if (open.length > 0) await isLate(call, flights, done, Number.POSITIVE_INFINITY)
  }
  for (const load of open) if (load.flight.outcome !== undefined) endOf(load, load.flight.outcome)
  const loaded = Promise.all(more)
  if (failures.length === 0) return void (await loaded)
  loaded.catch(() => {})
  throw failures[0]
}

/** Waits for the end of flights, and answers whether the soft timeout was over before. The caller's signal detaches it. */
async function isLate<Value>(
  { engine, signal }: ManyCall<Value>,
  flights: readonly Flight<Value | undefined>[],
  done: Promise<unknown>,
  softTimeoutMs: number,
): Promise<boolean> {
  const [over, cancel] = pause(engine.clock, softTimeoutMs)
  try {
    return await detach(Promise.race([done.then(() => false), over.then(() => true)]), signal)
  } catch (reason) {
    for (const flight of flights) flight.leave(reason)
    throw reason
  } finally {
    cancel()
  }
}
