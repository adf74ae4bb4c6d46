/** A caller's way through the cache: memory, flights, lower tiers, loader. */
import { type ConfigError, type Entry, type Mark, type MaybePromise, assertKey, wrongOption } from '@hotpath/contract'
import { type Found, type Servable, isServable } from '../flights/found.ts'
import { awaitFlight, fallbackOf } from './await-flight.ts'
import { type Decision, type Landing, onLanded } from './decide.ts'
import { type Call, reach } from './call.ts'
import type { Engine } from '../engine.ts'
import { Flight, closedError } from '../flights/flight.ts'
import { forReader, isBehind, judgedAgain, lookInMemory } from './look-up.ts'
import { fly } from './load.ts'
import { countCoalesced, countMiss, served, servedLoaded } from './report.ts'
import { isPromise } from '../time/chain.ts'

/** Reads with a loader, past the fast path. */
export function readThrough<Value>(call: Call<Value>, token: Mark | undefined): MaybePromise<Value> {
  admit(call, call.key)
  const after = reach(call.engine, token, call.signal)
  return isPromise(after) ? after.then((at) => readAt(call, at)) : readAt(call, after)
}

function readAt<Value>(call: Call<Value>, after: number | undefined): MaybePromise<Value> {
  const { engine, key, signal, freshness } = call
  const { shared, flights } = engine
  const below = shared?.below
  call.after = after
  if (after !== undefined) {
    const held = forReader(call, lookInMemory(engine, key, after))
    if (canServe(call, held)) return serve(call, held)
    call.previous = held as Found<Value> | undefined
    call.lookUp = below !== undefined && !call.refresh
  }
  // Only a flight can be left early, and a caller that may join one need not look.
  const mayLeave = signal !== undefined || freshness.softTimeoutMs < Number.POSITIVE_INFINITY
  if (!call.lookUp || mayLeave || joinable(call, 0) !== undefined) return loadOrJoin(call)
  // Otherwise find out first if a flight is needed: it is the more expensive part of a hit in a lower tier.
  const { landed } = flights
  const lookedAt = engine.timeline.recent()
  return below?.lookUp<Value>({
    key,
    after: after as number,
    isEnough: (found) => isServable(forReader(call, found)),
    done: (found, fallback) => {
      if (found !== undefined) return serve(call, forReader(call, found) as Servable)
      call.previous ??= forReader(call, fallback as Found<Value> | undefined)
      // Where none has landed meanwhile, none can have stored the value behind this look-up.
      call.lookUp = flights.landed !== landed
      call.lookedAt = lookedAt
      return loadOrJoin(call)
    },
  }) as MaybePromise<Value>
}

/** @throws ClosedError, ConfigError for a loader that is none, the signal's reason, or KeyError. */
export function admit(
  { engine, loader, signal }: Pick<Call<unknown>, 'engine' | 'signal'> & { readonly loader: unknown },
  key: string,
): void {
  if (engine.closed) throw closedError()
  if (typeof loader !== 'function') throw noLoader(loader)
  signal?.throwIfAborted()
  assertKey(key, engine.maxKeyBytes)
}

function noLoader(given: unknown): ConfigError {
  return wrongOption('loader', 'a function', given, 'Use for example `() => db.city(42)`.')
}

/** Whether a read with a loader answers with what was found. */
export function canServe({ refresh }: Pick<Call<unknown>, 'refresh'>, found: Found | undefined): found is Servable {
  return isServable(found) && !refresh
}

/** Answers with what was found, and refreshes it in the background when it is due. */
function serve<Value>(call: Call<Value>, found: Servable): Value {
  const held = found as Servable<Value>
  served(call, held)
  if (mayRefresh(call.engine, call.key, held)) {
    // The read is over, and the call goes on as that of the refresh. Nobody leaves it, so it counts as waited for until it ends.
    call.after = 0
    call.previous = held
    call.lookUp = false
    depart(call).enter()
  }
  return held.entry.value
}

/** Whether to refresh what was served: it is due, no load is on its way, and the last one did not fail just now. */
export function mayRefresh(engine: Engine, key: string, { age, entry }: Servable): boolean {
  const reason = age === 'stale' ? 'stale' : isAhead(engine, entry) ? 'ahead' : undefined
  if (reason === undefined || engine.closed || engine.flights.joinable(key) !== undefined) return false
  if (engine.backoff.waitMs(key, engine.elapsed()) > 0) return false
  if (engine.events.wants('refresh')) engine.events.emit({ type: 'refresh', key, reason })
  return true
}

/** XFetch: whether this read should refresh an entry that is still fresh. */
function isAhead(engine: Engine, entry: Entry): boolean {
  if (entry.aheadMs === 0) return false
  const leftMs = entry.createdAt + entry.freshMs - engine.timeline.recent()
  return -Math.log(1 - engine.random()) * entry.aheadMs >= leftMs
}

/**
 * Joins the load in progress if there is one that this caller may join, else loads; until the answer may be given.
 * Each call counts once: as a hit, a miss, or coalesced.
 */
async function loadOrJoin<Value>(call: Call<Value>): Promise<Value> {
  const { engine, signal, refresh } = call
  let mayJoin = !refresh
  const { begun } = engine.flights
  if (call.after === undefined && mayJoin) await engine.shared?.waitForEarly(call.key, signal)
  for (;;) {
    if (engine.closed) throw closedError()
    signal?.throwIfAborted()
    const joined = mayJoin ? joinable<Value>(call, begun) : undefined
    const flight = joined ?? depart(call)
    mayJoin = true
    const end = land(call, flight, joined === undefined, await awaitFlight(call, flight))
    if (end.type === 'answer') return end.value
    if (end.type === 'fail') throw end.error
  }
}

/** What a read came to when its flight ended; `again`: the call has been prepared for another one. */
export type End<Value> = Extract<Decision<Value>, { type: 'answer' | 'fail' | 'again' }>

/**
 * Does what is decided of a flight that has ended, and counts what the read came to.
 *
 * @param isOwn - Whether the caller began it.
 */
export function land<Value>(
  call: Call<Value>,
  flight: Flight<Value>,
  isOwn: boolean,
  landing: Landing<Value>,
): End<Value> {
  const { engine, key, previous, after } = call
  const isLoaded = landing.type === 'found' || landing.type === 'value'
  const isRaced = landing.type === 'value' && isBehind(call, flight)
  const decision = onLanded(isRaced ? { ...landing, raced: true } : landing, {
    refresh: call.refresh,
    calledAfterRecord: call.since > flight.changes,
    isValid:
      landing.type === 'found' &&
      engine.view.judge(key, landing.found.entry, after) !== 'outdated' &&
      (call.judgedBy === undefined || isServable(judgedAgain(call, landing.found))),
    fallback: isLoaded ? undefined : fallbackOf(call, flight),
  })
  switch (decision.type) {
    case 'serve':
      return { type: 'answer', value: serve(call, decision.found) }
    case 'fall-back':
      served(call, decision.found)
      return { type: 'answer', value: decision.found.entry.value }
    case 'again':
      call.lookUp &&= decision.lookUp
      // What was found is not for this caller, and would be found again.
      call.lookedAt = undefined
      if (decision.previous !== 'kept') {
        const isJudged = decision.previous === 'judged' && previous !== undefined
        call.previous = isJudged ? judgedAgain(call, previous) : undefined
      }
      return decision
    case 'answer':
    case 'fail':
      if (isOwn) countMiss(call)
      else countCoalesced(call)
      if (landing.type === 'value') servedLoaded(call, flight, isOwn ? 'load' : 'joined', landing)
      return decision
  }
}

/** The load in progress that a caller may join. A caller that could not catch up with its token wants one that began after its call. */
export function joinable<Value>(
  call: Pick<Call<Value>, 'engine' | 'key' | 'after' | 'judgedBy'>,
  begun: number,
): Flight<Value> | undefined {
  const { key, after } = call
  const { flights } = call.engine
  const flight = after === undefined ? flights.loading(key, begun) : flights.joinable(key, after)
  return flight !== undefined && !isBehind(call, flight) ? (flight as Flight<Value>) : undefined
}

/** A flight that others may join from here on. */
export function takeOff<Value>({ engine, key, tags, freshness, after, previous }: Call<Value>): Flight<Value> {
  const plan = { key, tags, hardTimeoutMs: freshness.hardTimeoutMs, mustLoad: after === undefined }
  const flight = new Flight<Value>(plan, engine.view)
  flight.fallback = previous
  engine.flights.add(flight as Flight)
  return flight
}

function depart<Value>(call: Call<Value>): Flight<Value> {
  const flight = takeOff(call)
  void fly(call, flight)
  return flight
}
