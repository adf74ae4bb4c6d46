/** Reads of many keys: one look-up per tier, one loader call with only what is missing, flights in progress joined. */
import { type CacheKey, type Mark, parseToken } from '@hotpath/contract'
import { awaitFlight, servable } from './await-flight.ts'
import type { ManyLoader } from './loader.ts'
import type { Found } from '../flights/found.ts'
import { countFound, countHit } from './count.ts'
import { detach } from './detach.ts'
import type { Engine } from '../engine.ts'
import { type Flight, closedError } from '../flights/flight.ts'
import { type FindOptions, usable } from './find.ts'
import { flyTogether } from './fly-together.ts'
import { lookUpMany, pointAfter } from './look-up.ts'
import { valuesOf } from './many-result.ts'
import { type Call, PRESENT, type ReadPoint } from './call.ts'
import { type Ended, admit, canServe, joinable, land, mayRefresh, takeOff } from './read.ts'
import type { Counters } from '../watch/stats.ts'

const NOTHING: ReadonlyMap<string, Found> = new Map()

/** Reads without a loader, in the order of the keys. */
export async function findMany(
  engine: Engine,
  counters: Counters,
  keys: readonly string[],
  options: FindOptions,
): Promise<(Found | undefined)[]> {
  await engine.view.beginning()
  const point = options.after === undefined ? PRESENT : await pointAfter(engine, parseToken(options.after))
  const isUsable = usable(options)
  const found = point.current ? await lookUpMany(engine, new Set(keys), point.after, isUsable) : NOTHING
  return keys.map((key) => {
    const one = found.get(key)
    const answer = one !== undefined && isUsable(one) ? one : undefined
    countFound({ engine, counters, key }, answer)
    return answer
  })
}

/** One read of many keys with a loader. */
export interface ManyCall<Value> extends Omit<Call<Value | undefined>, 'key' | 'original' | 'loader'> {
  /** Encoded. */
  readonly keys: readonly string[]
  readonly originals: readonly CacheKey[]
  readonly loader: ManyLoader<Value>
}

/** Answers in the order of the keys. */
export async function getOrSetMany<Value>(
  call: ManyCall<Value>,
  after: Mark | undefined,
): Promise<(Value | undefined)[]> {
  const { engine, keys, originals, refresh } = call
  for (const key of keys) admit(call, key)
  const since = engine.view.changes
  const { begun } = engine.flights
  const beginning = engine.view.beginning()
  if (beginning !== undefined) await detach(beginning, call.signal)
  const point = after === undefined ? PRESENT : await detach(pointAfter(engine, after), call.signal)
  const lookUp = point.current && !refresh
  const found = lookUp ? await detach(lookUpMany(engine, new Set(keys), point.after), call.signal) : NOTHING
  const answers = new Map<string, Value | undefined>()
  const wanted: Wanted<Value>[] = []
  const behind: Wanted<Value>[] = []
  for (const [index, key] of keys.entries()) {
    if (answers.has(key)) continue
    const held = found.get(key) as Found<Value | undefined> | undefined
    const one = { index, key, original: originals[index] as CacheKey, previous: held }
    const isServed = canServe(call, held)
    if (!isServed) wanted.push(one)
    else {
      countHit({ ...call, key }, held)
      if (mayRefresh({ engine, key }, held)) behind.push(one)
    }
    // Of one that is loaded it is taken for the moment, so that a repeated key is asked for once.
    answers.set(key, isServed ? held?.entry.value : undefined)
  }
  const letExit = engine.clock.hold?.()
  try {
    await load(call, { wanted, behind, answers, mayJoin: !refresh, since, begun, point })
  } finally {
    letExit?.()
  }
  return keys.map((key) => answers.get(key))
}

/** A key that has to be loaded. */
interface Wanted<Value> {
  /** Its place in the call. */
  readonly index: number
  readonly key: string
  readonly original: CacheKey
  /** What is at hand if the loader fails or is slow. */
  readonly previous: Found<Value | undefined> | undefined
}

/** Keys that are loaded together. */
interface Round<Value> {
  readonly wanted: readonly Wanted<Value>[]
  /** What is refreshed on the occasion, and nobody waits for. */
  readonly behind: readonly Wanted<Value>[]
  readonly answers: Map<string, Value | undefined>
  readonly mayJoin: boolean
  readonly since: number
  readonly begun: number
  readonly point: ReadPoint
}

/** A key and the flight that was begun for it. */
interface Loading<Value> {
  readonly one: Wanted<Value>
  readonly flight: Flight<Value | undefined>
  /** It is only refreshed. */
  readonly isBehind: boolean
}

/** What the end of a flight is to a key; a promise where it has to be loaded once more. Throws where the load failed. */
type End<Value> = (one: Wanted<Value>, ended: Ended<Value | undefined>) => Promise<void> | undefined

/** Joins loads in progress, and loads the rest by one call; what has to be loaded once more, by another one. */
async function load<Value>(call: ManyCall<Value>, round: Round<Value>): Promise<void> {
  const { engine, tags, freshness } = call
  const { point, since, answers } = round
  let begun: Loading<Value>[] = []
  let loading: Promise<void> | undefined
  const takeOffFor = (one: Wanted<Value>, isBehind: boolean): void => {
    const flight = takeOff<Value | undefined>({ engine, key: one.key, tags, freshness }, point)
    flight.fallback = one.previous
    flight.enter()
    begun.push({ one, flight, isBehind })
  }
  /** Those that begin in one go are loaded by one call. */
  const loadBegun = async (): Promise<void> => {
    await Promise.resolve()
    const loads = begun
    begun = []
    loading = undefined
    await loadOwn(call, loads, { point, end })
  }
  const begin = (one: Wanted<Value>, mayJoin: boolean): Promise<void> => {
    assertOpen(call)
    const flight = mayJoin ? joinable<Value | undefined>({ engine, key: one.key }, point, round.begun) : undefined
    if (flight === undefined) {
      takeOffFor(one, false)
      return (loading ??= loadBegun())
    }
    const landed = awaitFlight(singleCall(call, one), flight, { previous: one.previous, point })
    return landed.then((outcome) => end(one, { flight, isOwn: false, outcome }))
  }
  const end: End<Value> = (one, ended) => {
    const decision = land(singleCall(call, one), ended, { since, point, previous: one.previous })
    if (decision.type === 'fail') throw decision.error
    if (decision.type === 'again') return begin({ ...one, previous: decision.previous }, true)
    answers.set(one.key, decision.value)
    return undefined
  }
  assertOpen(call)
  for (const one of round.behind) takeOffFor(one, true)
  const waits = new Set<Promise<void>>()
  for (const one of round.wanted) waits.add(begin(one, round.mayJoin))
  // What is only refreshed is waited for by nobody.
  if (loading === undefined && begun.length > 0) {
    const refreshes = begun
    begun = []
    void loadOwn({ ...call, signal: undefined }, refreshes, { point, end })
  }
  await Promise.all(waits)
}

/** @throws ClosedError, or the signal's reason. */
function assertOpen({ engine, signal }: Pick<ManyCall<unknown>, 'engine' | 'signal'>): void {
  if (engine.closed) throw closedError()
  signal?.throwIfAborted()
}

/** Loads keys by one call of the loader; those that failed just now by another one, when they may be loaded again. */
async function loadOwn<Value>(
  call: ManyCall<Value>,
  loads: readonly Loading<Value>[],
  { point, end }: Pick<Round<Value>, 'point'> & { readonly end: End<Value> },
): Promise<void> {
  const { engine, freshness, refresh } = call
  const ready: Loading<Value>[] = []
  const paused: Loading<Value>[] = []
  const now = engine.timeline.elapsed()
  let pauseMs = 0
  for (const load of loads) {
    const { one, flight, isBehind } = load
    const waitMs = isBehind ? 0 : engine.backoff.waitMs(one.key, now)
    pauseMs = Math.max(pauseMs, waitMs)
    if (waitMs > 0 && one.previous !== undefined && !refresh) flight.settle({ type: 'backoff', fallback: one.previous })
    else (waitMs > 0 ? paused : ready).push(load)
  }
  ready.sort((a, b) => a.one.index - b.one.index)
  const fly = (some: readonly Loading<Value>[], afterMs: number): Promise<void> | undefined => {
    if (some.length === 0) return undefined
    const [flights, keys] = [some.map(({ flight }) => flight), some.map(({ one }) => one.original)]
    return flyTogether(engine, { ...call, flights, keys, afterMs })
  }
  const done = Promise.all([fly(ready, 0), fly(paused, pauseMs)])
  let open = loads.filter(({ isBehind }) => !isBehind)
  const flights = open.map(({ flight }) => flight)
  const failures: unknown[] = []
  const more = new Set<Promise<void>>()
  const endOf = ({ one, flight }: Loading<Value>, outcome: Ended<Value | undefined>['outcome']): void => {
    try {
      const loading = end(one, { flight, isOwn: true, outcome })
      if (loading !== undefined) more.add(loading)
    } catch (error) {
      failures.push(error)
    }
  }
  if (await isLate(call, flights, done, freshness.softTimeoutMs)) {
    open = open.filter((load) => {
      const { one, flight } = load
      const fallback = flight.settled ? undefined : servable(singleCall(call, one), one.previous, point)
      if (fallback !== undefined) endOf(load, { type: 'late', fallback })
      return fallback === undefined
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
function isLate<Value>(
  { engine, signal }: ManyCall<Value>,
  flights: readonly Flight<Value | undefined>[],
  done: Promise<unknown>,
  softTimeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      over()
      for (const flight of flights) flight.leave(signal?.reason)
      reject(signal?.reason)
    }
    const end = (late: boolean): void => {
      over()
      resolve(late)
    }
    const cancel =
      softTimeoutMs < Number.POSITIVE_INFINITY ? engine.clock.after(softTimeoutMs, () => end(true)) : () => {}
    void done.then(() => end(false))
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The same call for one of its keys. */
function singleCall<Value>(call: ManyCall<Value>, { key, original }: Wanted<Value>): Call<Value | undefined> {
  const loader = async ({ signal }: { readonly signal: AbortSignal }): Promise<Value | undefined> =>
    valuesOf<Value>([original], await call.loader([original], { signal }))[0]
  return { ...call, key, original, loader, isOneOfMany: true }
}
