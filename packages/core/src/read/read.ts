/** A caller's way through the cache: memory, flights, lower tiers, loader. */
import { type ConfigError, type Entry, type Mark, type MaybePromise, assertKey, wrongOption } from '@hotpath/contract'
import { type Found, type Servable, isServable } from '../flights/found.ts'
import { awaitFlight, servable } from './await-flight.ts'
import { type Late, onLanded } from './decide.ts'
import { type Call, PRESENT, type ReadSoFar, type ReadPoint } from './call.ts'
import { countCoalesced, countHit, countMiss } from './count.ts'
import type { Engine } from '../engine.ts'
import { detach } from './detach.ts'
import { Flight, type Outcome, closedError } from '../flights/flight.ts'
import { fly } from './load.ts'
import { judge, lookBelow, lookInMemory, pointAfter } from './look-up.ts'

/** How long a caller waits for the end of a load that it cannot join. */
const EARLY_MS = 1_000

/** Reads with a loader, past the fast path. */
export function readThrough<Value>(call: Call<Value>, after: Mark | undefined): MaybePromise<Value> {
  admit(call, call.key)
  const since = call.engine.view.changes
  const beginning = call.engine.view.beginning()
  if (beginning !== undefined) return detach(beginning, call.signal).then(() => readSince(call, after, since))
  return readSince(call, after, since)
}

function readSince<Value>(call: Call<Value>, after: Mark | undefined, since: number): MaybePromise<Value> {
  if (after === undefined) return readIn(call, PRESENT, since)
  return detach(pointAfter(call.engine, after), call.signal).then((point) => readIn(call, point, since))
}

function readIn<Value>(call: Call<Value>, point: ReadPoint, since: number): MaybePromise<Value> {
  const held = point.current ? lookInMemory(call.engine, call.key, point.after) : undefined
  if (canServe(call, held)) return serve(call, held)
  const previous = held as Found<Value> | undefined
  const soFar = { since, point, previous, lookUp: point.current && !call.refresh }
  return mayLookFirst(call, soFar) ? lookFirst(call, soFar) : loadOrJoin(call, soFar)
}

/** Whether to find out first if a flight is needed: it is the dearer part of a hit in a lower tier. */
function mayLookFirst<Value>(call: Call<Value>, { lookUp, point }: ReadSoFar<Value>): boolean {
  const { engine, key, signal, freshness } = call
  // Only a flight can be left early, and who may join one need not look.
  const mayLeave = signal !== undefined || freshness.softTimeoutMs < Number.POSITIVE_INFINITY
  return lookUp && !mayLeave && engine.lower.length > 0 && engine.flights.joinable(key, point.after) === undefined
}

function lookFirst<Value>(call: Call<Value>, soFar: ReadSoFar<Value>): MaybePromise<Value> {
  const { engine, key } = call
  const { landed } = engine.flights
  return lookBelow<Value>({
    engine,
    key,
    after: soFar.point.after,
    isEnough: isServable,
    done: (found, fallback) => {
      if (found !== undefined) return serve(call, found as Servable<Value>)
      const previous = soFar.previous ?? (fallback as Found<Value> | undefined)
      // Where none has landed meanwhile, none can have stored the value behind this look-up.
      return loadOrJoin(call, { ...soFar, previous, lookUp: engine.flights.landed !== landed })
    },
  })
}

/** @throws ClosedError, ConfigError for a loader that is none, the signal's reason, or KeyError. */
export function admit(
  call: Pick<Call<unknown>, 'engine' | 'signal'> & { readonly loader: unknown },
  key: string,
): void {
  if (call.engine.closed) throw closedError()
  if (typeof call.loader !== 'function') throw noLoader(call.loader)
  call.signal?.throwIfAborted()
  assertKey(key, call.engine.maxKeyBytes)
}

function noLoader(given: unknown): ConfigError {
  return wrongOption('loader', 'a function', given, 'Use for example `() => db.city(42)`.')
}

/** Whether a read with a loader answers with what was found. */
export function canServe({ refresh }: Pick<Call<unknown>, 'refresh'>, found: Found | undefined): found is Servable {
  return isServable(found) && !refresh
}

/** Answers with what was found, and refreshes it behind when it is due. */
function serve<Value>(call: Call<Value>, found: Servable): Value {
  const held = found as Servable<Value>
  countHit(call, held)
  // Nobody leaves a flight behind the scenes, so it counts as waited for until it ends.
  if (mayRefresh(call, held)) depart(call, { point: PRESENT, previous: held, lookUp: false }).enter()
  return held.entry.value
}

/** Whether to refresh what was served: it is due, no load is on its way, and the last one did not fail just now. */
export function mayRefresh({ engine, key }: Pick<Call<unknown>, 'engine' | 'key'>, { age, entry }: Servable): boolean {
  const reason = age === 'stale' ? 'stale' : isAhead(engine, entry) ? 'ahead' : undefined
  if (reason === undefined || engine.closed || engine.flights.joinable(key) !== undefined) return false
  if (engine.backoff.waitMs(key, engine.timeline.elapsed()) > 0) return false
  if (engine.events.wants('refresh')) engine.events.emit({ type: 'refresh', key, reason })
  return true
}

/**
 * Joins the load in progress if there is one that this caller may join, else loads; until the answer may be given.
 * Each call counts once: as a hit, a miss, or coalesced.
 */
async function loadOrJoin<Value>(call: Call<Value>, soFar: ReadSoFar<Value>): Promise<Value> {
  const { engine, signal } = call
  const { point, since } = soFar
  let { previous, lookUp } = soFar
  let mayJoin = !call.refresh
  const { begun } = engine.flights
  if (!point.current && mayJoin) await waitForEarly(call)
  for (;;) {
    if (engine.closed) throw closedError()
    signal?.throwIfAborted()
    const joined = mayJoin ? joinable<Value>(call, point, begun) : undefined
    const flight = joined ?? depart(call, { point, previous, lookUp })
    mayJoin = true
    const outcome = await awaitFlight(call, flight, { previous, point })
    const end = land(call, { flight, isOwn: joined === undefined, outcome }, { since, point, previous })
    if (end.type === 'answer') return end.value
    if (end.type === 'fail') throw end.error
    previous = end.previous
    lookUp &&= end.lookUp
  }
}

/** A flight that has ended for a caller. */
export interface Ended<Value> {
  readonly flight: Flight<Value>
  /** Whether the caller began it. */
  readonly isOwn: boolean
  readonly outcome: Outcome<Value> | Late<Value>
}

/** What a read came to when its flight ended. */
export type End<Value> =
  | { readonly type: 'answer'; readonly value: Value }
  | { readonly type: 'fail'; readonly error: unknown }
  | { readonly type: 'again'; readonly previous: Found<Value> | undefined; readonly lookUp: boolean }

/** Does what is decided of a flight that has ended, and counts what the read came to. */
export function land<Value>(
  call: Call<Value>,
  { flight, isOwn, outcome }: Ended<Value>,
  { since, point, previous }: Omit<ReadSoFar<Value>, 'lookUp'>,
): End<Value> {
  const { engine, key, refresh } = call
  const isLoaded = outcome.type === 'found' || outcome.type === 'value'
  const decision = onLanded(outcome, {
    refresh,
    calledAfterRecord: since > flight.changes,
    isValid: outcome.type === 'found' && engine.view.judge(key, outcome.found.entry, point.after) !== 'outdated',
    fallback: isLoaded ? undefined : (servable(call, outcome.fallback, point) ?? servable(call, previous, point)),
  })
  switch (decision.type) {
    case 'serve':
      return { type: 'answer', value: serve(call, decision.found) }
    case 'fall-back':
      countHit(call, decision.found)
      return { type: 'answer', value: decision.found.entry.value }
    case 'again': {
      const { lookUp } = decision
      if (decision.previous === 'kept') return { type: 'again', previous, lookUp }
      const isJudged = decision.previous === 'judged' && previous !== undefined
      const still = isJudged ? judge(engine, key, previous.entry, previous.tier, point.after) : undefined
      return { type: 'again', previous: still, lookUp }
    }
    case 'answer':
    case 'fail':
      if (isOwn) countMiss(call)
      else countCoalesced(call)
      return decision
  }
}

/** The load in progress that a caller may join. A caller that could not catch up with its token wants one that began after its call. */
export function joinable<Value>(
  { engine, key }: Pick<Call<Value>, 'engine' | 'key'>,
  point: ReadPoint,
  begun: number,
): Flight<Value> | undefined {
  if (point.current) return engine.flights.joinable(key, point.after) as Flight<Value> | undefined
  const loading = engine.flights.loading(key)
  return loading !== undefined && loading.number > begun ? (loading as Flight<Value>) : undefined
}

/**
 * Waits for the end of a load that began too early for a caller that could not catch up with its token: all that wait
 * share the next one, so that tokens that were made up cost one load at a time. Not for long, as it may hang.
 */
async function waitForEarly<Value>(call: Call<Value>): Promise<void> {
  const { engine, key } = call
  const early = engine.flights.loading(key) as Flight<Value> | undefined
  if (early === undefined) return
  let cancel = (): void => {}
  const late = new Promise<void>((resolve) => {
    cancel = engine.clock.after(EARLY_MS, resolve)
  })
  await detach(Promise.race([early.promise, late]), call.signal).finally(cancel)
}

/** XFetch: whether this read should refresh an entry that is still fresh. */
function isAhead(engine: Engine, entry: Entry): boolean {
  if (entry.aheadMs === 0) return false
  const leftMs = entry.createdAt + entry.freshMs - engine.timeline.recent()
  return -Math.log(1 - engine.random()) * entry.aheadMs >= leftMs
}

/** A flight that others may join from here on. */
export function takeOff<Value>(
  { engine, key, tags, freshness }: Pick<Call<Value>, 'engine' | 'key' | 'tags' | 'freshness'>,
  point: ReadPoint,
): Flight<Value> {
  const plan = { key, tags, hardTimeoutMs: freshness.hardTimeoutMs, mustLoad: !point.current }
  const flight = new Flight<Value>(plan, engine.view)
  engine.flights.add(flight as Flight)
  return flight
}

function depart<Value>(call: Call<Value>, { point, previous, lookUp }: Omit<ReadSoFar<Value>, 'since'>): Flight<Value> {
  const { engine, tags, freshness, counters, loader, refresh } = call
  const flight = takeOff<Value>(call, point)
  void fly(engine, flight, {
    key: call.original,
    loader,
    tags,
    freshness,
    counters,
    previous,
    lookUp,
    after: point.after,
    mayFallBack: !refresh,
    inTurn: !refresh && !call.isOneOfMany,
  })
  return flight
}
