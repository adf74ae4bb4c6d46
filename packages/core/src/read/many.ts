/** Reads of many keys: one look-up per tier, one loader call with only what is missing, flights in progress joined. */
import type { CacheKey, Mark } from '@hotpath/contract'
import { awaitFlight, fallbackOf } from './await-flight.ts'
import { type Call, reach } from './call.ts'
import { countFound, countHit } from './count.ts'
import type { Landing } from './decide.ts'
import { detach } from '../time/detach.ts'
import type { Engine } from '../engine.ts'
import { type Flight, closedError } from '../flights/flight.ts'
import { type Found, isServable } from '../flights/found.ts'
import { type FindOptions, markOf, usable } from './find.ts'
import { flyTogether } from './fly-together.ts'
import { forReader } from './judged-by.ts'
import type { ManyLoader } from './loader.ts'
import { lookUpMany } from './look-up.ts'
import { valuesOf } from './many-result.ts'
import { reportFound } from './report.ts'
import { pause } from '../time/pause.ts'
import { admit, canServe, joinable, land, mayRefresh, takeOff } from './read.ts'
import type { Counters } from '../watch/stats.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Reads without a loader, in the order of the keys. */
export async function findMany(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  options: FindOptions,
): Promise<(Found | undefined)[]> {
  const after = await reach(engine, markOf(options.after))
  const isUsable = usable(options)
  const own = (one: Found | undefined, key: string): Found | undefined => {
    const judged = forReader({ engine, key, after, judgedBy: options.judgedBy }, one)
    return judged !== undefined && isUsable(judged) ? judged : undefined
  }
  const isEnough = (one: Found, key: string): boolean => own(one, key) !== undefined
  const found = after === undefined ? NOTHING : await lookUpMany(engine, new Set(keys), after, isEnough)
  return keys.map((key) => {
    const answer = own(found.get(key), key)
    countFound({ engine, counters, key }, answer)
    return answer
  })
}

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

/** Answers in the order of the keys. */
export async function getOrSetMany<Value>(
  call: ManyCall<Value>,
  token: Mark | undefined,
): Promise<(Value | undefined)[]> {
  const { engine, keys, judgedBy, refresh, signal } = call
  for (const key of keys) admit(call, key)
  const since = engine.view.changes
  const { begun } = engine.flights
  const after = await reach(engine, token, signal)
  const own = <Any extends Found>(one: Any | undefined, key: string): Any | undefined =>
    (judgedBy === undefined ? one : forReader({ engine, key, judgedBy, after }, one)) as Any | undefined
  const isEnough = (one: Found, key: string): boolean => isServable(own(one, key))
  const mayLook = after !== undefined && !refresh
  const found = mayLook ? await detach(lookUpMany(engine, new Set(keys), after, isEnough), signal) : NOTHING
  const answers = new Map<string, Value | undefined>()
  const wanted: Single<Value>[] = []
  const behind: Single<Value>[] = []
  for (const [index, key] of keys.entries()) {
    if (answers.has(key)) continue
    const previous = own(found.get(key) as Found<Value | undefined> | undefined, key)
    const one = singleCall(call, index, { since, after, previous })
    const isServed = canServe(call, previous)
    if (!isServed) wanted.push(one)
    else {
      countHit(one, previous)
      reportFound(one, previous)
      if (mayRefresh(engine, key, previous)) behind.push(one)
    }
    // Of one that is loaded it is taken for the moment, so that a repeated key is asked for once.
    answers.set(key, isServed ? previous?.entry.value : undefined)
  }
  const letExit = engine.clock.hold?.()
  try {
    await load(call, { wanted, behind, begun, answers })
  } finally {
    letExit?.()
  }
  return keys.map((key) => answers.get(key))
}

/** The call for one of the keys. */
interface Single<Value> extends Call<Value | undefined> {
  /** Its place in the call. */
  readonly index: number
}

function singleCall<Value>(
  { engine, counters, keys, originals, tags, freshness, judgedBy, onRead, signal, refresh, loader }: ManyCall<Value>,
  index: number,
  { since, after, previous }: Pick<Single<Value>, 'since' | 'after' | 'previous'>,
): Single<Value> {
  const original = originals[index] as CacheKey
  return {
    index,
    engine,
    counters,
    key: keys[index] as string,
    original,
    loader: async (context) => valuesOf<Value>([original], await loader([original], { signal: context.signal }))[0],
    tags,
    freshness,
    judgedBy,
    onRead,
    signal,
    refresh,
    isOneOfMany: true,
    since,
    after,
    previous,
    lookUp: false,
  }
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
async function load<Value>(call: ManyCall<Value>, { wanted, behind, begun, answers }: Round<Value>): Promise<void> {
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
