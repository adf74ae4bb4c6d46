/** A caller's way through the cache: memory, flights, lower tiers, loader. */
import {
  type CacheKey,
  type ConfigError,
  type Entry,
  type Freshness,
  type Mark,
  type MaybePromise,
  type Token,
  assertKey,
  parseToken,
  wrongOption,
} from '@hotpath/contract'
import { awaitFlight, servable } from './await-flight.ts'
import { countCoalesced, countHit, countMiss } from './count.ts'
import type { Engine } from './engine.ts'
import { detach } from './detach.ts'
import { Flight, closedError } from './flight.ts'
import { fly } from './load.ts'
import type { Loader } from './loader.ts'
import {
  type BelowOptions,
  type Found,
  PRESENT,
  type Servable,
  type View,
  isFresh,
  isServable,
  judge,
  lookBelow,
  lookInMemory,
  viewAfter,
} from './look-up.ts'
import type { Counters } from './stats.ts'

/** One read with a loader. */
export interface Call<Value> {
  readonly engine: Engine
  readonly counters: Counters
  /** Encoded. */
  readonly key: string
  readonly original: CacheKey
  readonly loader: Loader<Value>
  readonly tags: readonly string[]
  readonly freshness: Freshness
  readonly signal: AbortSignal | undefined
  readonly refresh: boolean
  /** One of many that are loaded together: not to wait for other processes one by one. */
  readonly isOneOfMany: boolean
  /** How long those of many that failed just now wait together. */
  readonly pause?: Promise<void> | undefined
}

/** How a read may be answered, as decided before it loads. */
export interface Terms<Value> {
  /** `Coherence.changes` when the call came. */
  readonly since: number
  readonly view: View
  /** What is at hand if the loader fails or is slow. */
  readonly previous: Found<Value> | undefined
  /** Whether the lower tiers are still to be asked. */
  readonly lookUp: boolean
}

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
  const beginning = engine.coherence.beginning()
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
  admit(call)
  const since = call.engine.coherence.changes
  const beginning = call.engine.coherence.beginning()
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
export function admit(call: Pick<Call<unknown>, 'engine' | 'signal' | 'key'> & { readonly loader: unknown }): void {
  if (call.engine.closed) throw closedError()
  if (typeof call.loader !== 'function') throw noLoader(call.loader)
  call.signal?.throwIfAborted()
  assertKey(call.key)
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
  if (held.age === 'stale') refreshBehind(call, held, 'stale')
  else if (isAhead(call, held.entry)) refreshBehind(call, held, 'ahead')
  return held.entry.value
}

/**
 * Joins the load in progress if there is one that this caller may join, else loads; until the answer may be given.
 * Each call counts once: as a hit, a miss, or coalesced.
 */
export async function loadOrJoin<Value>(call: Call<Value>, terms: Terms<Value>): Promise<Value> {
  const { engine, key, signal } = call
  const { view, since } = terms
  let { previous, lookUp } = terms
  // Who could not catch up with his token cannot tell whether a load in progress began late enough.
  let mayJoin = view.current && !call.refresh
  for (;;) {
    if (engine.closed) throw closedError()
    signal?.throwIfAborted()
    const joined = mayJoin ? (engine.flights.joinable(key, view.after) as Flight<Value> | undefined) : undefined
    const flight = joined ?? depart(call, { view, previous, lookUp })
    mayJoin = view.current
    const outcome = await awaitFlight(call, flight, { previous, view })
    if (outcome.type === 'found') {
      const isGood = !call.refresh && engine.coherence.judge(key, outcome.found.entry, view.after) !== 'outdated'
      if (isGood) return serve(call, outcome.found)
      lookUp = false
      continue
    }
    // Something came between the flight's start and this call that may outdate the value for this caller.
    if (outcome.type === 'value' && outcome.raced && since > flight.changes) {
      // It may have outdated what was at hand, too.
      previous = previous && judge(engine, key, previous.entry, previous.tier, view.after)
      continue
    }
    if (outcome.type !== 'value') {
      const fallback = servable(call, outcome.fallback, view.after) ?? servable(call, previous, view.after)
      if (fallback !== undefined) {
        countHit(call, fallback)
        return fallback.entry.value
      }
    }
    // Good for others, not for this caller.
    if (outcome.type === 'backoff' || outcome.type === 'late') {
      previous = undefined
      lookUp = false
      continue
    }
    if (joined === undefined) countMiss(call)
    else countCoalesced(call)
    if (outcome.type === 'failed') throw outcome.error
    return outcome.value
  }
}

/** XFetch: whether this read should refresh an entry that is still fresh. */
function isAhead({ engine }: Pick<Call<unknown>, 'engine'>, entry: Entry): boolean {
  if (entry.aheadMs === 0) return false
  const leftMs = entry.createdAt + entry.freshMs - engine.timeline.recent()
  return -Math.log(1 - engine.random()) * entry.aheadMs >= leftMs
}

/** Starts a load that nobody waits for, unless one is on its way or the last one failed just now. */
function refreshBehind<Value>(call: Call<Value>, previous: Found<Value>, reason: 'stale' | 'ahead'): void {
  const { engine, key } = call
  if (engine.closed || engine.flights.joinable(key) !== undefined) return
  if (engine.backoff.waitMs(key, engine.timeline.elapsed()) > 0) return
  if (engine.events.wants('refresh')) engine.events.emit({ type: 'refresh', key, reason })
  // Nobody leaves a flight behind the scenes, so it counts as waited for until it ends.
  depart(call, { view: PRESENT, previous, lookUp: false }).enter()
}

/** A flight may be joined by others from here on. */
function depart<Value>(call: Call<Value>, { view, previous, lookUp }: Omit<Terms<Value>, 'since'>): Flight<Value> {
  const { engine, key, tags, freshness, counters, loader, pause, refresh } = call
  const flight = new Flight<Value>({ key, tags, hardTimeoutMs: freshness.hardTimeoutMs }, engine.coherence)
  engine.flights.add(flight as Flight)
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
    pause,
  })
  return flight
}
