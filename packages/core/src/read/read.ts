/** A caller's way through the cache: memory, flights, lower tiers, loader. */
import {
  type ConfigError,
  type Entry,
  type Mark,
  type MaybePromise,
  type Token,
  assertKey,
  parseToken,
  wrongOption,
} from '@hotpath/contract'
import { type Found, type Servable, isFresh, isServable } from '../flights/found.ts'
import { type Late, awaitFlight, servable } from './await-flight.ts'
import { type Call, PRESENT, type Terms, type View } from './call.ts'
import { countCoalesced, countHit, countMiss } from './count.ts'
import type { Engine } from '../engine.ts'
import { detach } from './detach.ts'
import { Flight, type Outcome, closedError } from '../flights/flight.ts'
import { fly } from './load.ts'
import { type BelowOptions, judge, lookBelow, lookInMemory, viewAfter } from './look-up.ts'

/** How long a caller waits for the end of a load that it cannot join. */
const EARLY_MS = 1_000

/** Options of a read without a loader. */
export interface FindOptions {
  readonly after?: Token | undefined
  readonly stale?: boolean | undefined
}

/** Reads without a loader: fresh values, and stale ones where asked; `done` makes of them what is wanted. */
export function find<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  const beginning = engine.view.beginning()
  if (beginning !== undefined) return beginning.then(() => findNow(engine, key, options, done))
  return findNow(engine, key, options, done)
}

function findNow<Result>(
  engine: Engine,
  key: string,
  options: FindOptions,
  done: (found: Found | undefined) => Result,
): MaybePromise<Result> {
  if (engine.closed) throw closedError()
  const isEnough = usable(options)
  if (options.after === undefined) return findAfter({ engine, key, after: 0, isEnough, done })
  return viewAfter(engine, parseToken(options.after)).then(({ current, after }) =>
    current ? findAfter({ engine, key, after, isEnough, done }) : done(undefined),
  )
}

function findAfter<Result>(look: BelowOptions<Result>): MaybePromise<Result> {
  const held = lookInMemory(look.engine, look.key, look.after)
  return held !== undefined && look.isEnough(held) ? look.done(held) : lookBelow(look)
}

/** With what a read without a loader may answer. */
export function usable({ stale }: FindOptions): (found: Found) => boolean {
  return stale === true ? isServable : isFresh
}

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
  return detach(viewAfter(call.engine, after), call.signal).then((view) => readIn(call, view, since))
}

function readIn<Value>(call: Call<Value>, view: View, since: number): MaybePromise<Value> {
  const held = view.current ? lookInMemory(call.engine, call.key, view.after) : undefined
  if (canServe(call, held)) return serve(call, held)
  const previous = held as Found<Value> | undefined
  const terms = { since, view, previous, lookUp: view.current && !call.refresh }
  return mayLookFirst(call, terms) ? lookFirst(call, terms) : loadOrJoin(call, terms)
}

/** Whether to find out first if a flight is needed: it is the dearer part of a hit in a lower tier. */
function mayLookFirst<Value>(call: Call<Value>, { lookUp, view }: Terms<Value>): boolean {
  const { engine, key, signal, freshness } = call
  // Only a flight can be left early, and who may join one need not look.
  const mayLeave = signal !== undefined || freshness.softTimeoutMs < Number.POSITIVE_INFINITY
  return lookUp && !mayLeave && engine.lower.length > 0 && engine.flights.joinable(key, view.after) === undefined
}

function lookFirst<Value>(call: Call<Value>, terms: Terms<Value>): MaybePromise<Value> {
  const { engine, key } = call
  const { landed } = engine.flights
  return lookBelow<Value>({
    engine,
    key,
    after: terms.view.after,
    isEnough: isServable,
    done: (found, fallback) => {
      if (found !== undefined) return serve(call, found as Servable<Value>)
      const previous = terms.previous ?? (fallback as Found<Value> | undefined)
      // Where none has landed meanwhile, none can have stored the value behind this look-up.
      return loadOrJoin(call, { ...terms, previous, lookUp: engine.flights.landed !== landed })
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
export function serve<Value>(call: Call<Value>, found: Servable): Value {
  const held = found as Servable<Value>
  countHit(call, held)
  // Nobody leaves a flight behind the scenes, so it counts as waited for until it ends.
  if (mayRefresh(call, held)) depart(call, { view: PRESENT, previous: held, lookUp: false }).enter()
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
export async function loadOrJoin<Value>(call: Call<Value>, terms: Terms<Value>): Promise<Value> {
  const { engine, signal } = call
  const { view, since } = terms
  let { previous, lookUp } = terms
  let mayJoin = !call.refresh
  const { begun } = engine.flights
  if (!view.current && mayJoin) await waitForEarly(call)
  for (;;) {
    if (engine.closed) throw closedError()
    signal?.throwIfAborted()
    const joined = mayJoin ? joinable<Value>(call, view, begun) : undefined
    const flight = joined ?? depart(call, { view, previous, lookUp })
    mayJoin = true
    const outcome = await awaitFlight(call, flight, { previous, view })
    const decision = decide(call, { flight, isOwn: joined === undefined, outcome }, { since, view, previous })
    if (decision.type === 'answer') return decision.value
    if (decision.type === 'fail') throw decision.error
    previous = decision.previous
    lookUp &&= decision.lookUp
  }
}

/** A flight that has ended for a caller. */
export interface Ended<Value> {
  readonly flight: Flight<Value>
  /** Whether the caller began it. */
  readonly isOwn: boolean
  readonly outcome: Outcome<Value> | Late<Value>
}

/** What the end of a flight means for a caller. */
export type Decision<Value> =
  | { readonly type: 'answer'; readonly value: Value }
  | { readonly type: 'fail'; readonly error: unknown }
  /** Good for others, not for this caller. */
  | { readonly type: 'again'; readonly previous: Found<Value> | undefined; readonly lookUp: boolean }

/** Judges how a flight ended, and counts what the read came to. */
export function decide<Value>(
  call: Call<Value>,
  { flight, isOwn, outcome }: Ended<Value>,
  { since, view, previous }: Omit<Terms<Value>, 'lookUp'>,
): Decision<Value> {
  const { engine, key } = call
  if (outcome.type === 'found') {
    const isGood = !call.refresh && engine.view.judge(key, outcome.found.entry, view.after) !== 'outdated'
    return isGood ? { type: 'answer', value: serve(call, outcome.found) } : { type: 'again', previous, lookUp: false }
  }
  // Something came between the flight's start and this call that may outdate the value for this caller.
  if (outcome.type === 'value' && /* rule: raced */ outcome.raced && since > flight.changes) {
    // It may have outdated what was at hand, too.
    const still = previous && judge(engine, key, previous.entry, previous.tier, view.after)
    return { type: 'again', previous: still, lookUp: true }
  }
  if (outcome.type !== 'value') {
    const fallback = servable(call, outcome.fallback, view) ?? servable(call, previous, view)
    if (fallback !== undefined) {
      countHit(call, fallback)
      return { type: 'answer', value: fallback.entry.value }
    }
  }
  if (outcome.type === 'backoff' || outcome.type === 'late')
    return { type: 'again', previous: undefined, lookUp: false }
  if (isOwn) countMiss(call)
  else countCoalesced(call)
  return outcome.type === 'failed' ? { type: 'fail', error: outcome.error } : { type: 'answer', value: outcome.value }
}

/** The load in progress that a caller may join. A caller that could not catch up with its token wants one that began after its call. */
export function joinable<Value>(
  { engine, key }: Pick<Call<Value>, 'engine' | 'key'>,
  view: View,
  begun: number,
): Flight<Value> | undefined {
  if (view.current) return engine.flights.joinable(key, view.after) as Flight<Value> | undefined
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
  view: View,
): Flight<Value> {
  const plan = { key, tags, hardTimeoutMs: freshness.hardTimeoutMs, mustLoad: !view.current }
  const flight = new Flight<Value>(plan, engine.view)
  engine.flights.add(flight as Flight)
  return flight
}

function depart<Value>(call: Call<Value>, { view, previous, lookUp }: Omit<Terms<Value>, 'since'>): Flight<Value> {
  const { engine, tags, freshness, counters, loader, refresh } = call
  const flight = takeOff<Value>(call, view)
  void fly(engine, flight, {
    key: call.original,
    loader,
    tags,
    freshness,
    counters,
    previous,
    lookUp,
    after: view.after,
    mayFallBack: !refresh,
    inTurn: !refresh && !call.isOneOfMany,
  })
  return flight
}
