/** A caller's way through the cache: memory, flights, lower tiers, loader. */
import {
  type CacheKey,
  type Entry,
  type Freshness,
  type Mark,
  ageOf,
  assertKey,
  parseToken,
  type Token,
} from '@hotpath/contract'
import type { Engine } from './engine.ts'
import { Flight, type Outcome, closedError } from './flight.ts'
import { fly, lookUp } from './load.ts'
import type { Loader } from './loader.ts'
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
  readonly after: Mark | undefined
  readonly signal: AbortSignal | undefined
  readonly refresh: boolean
  /** Whether the lower tiers are still to be asked. */
  readonly lookUp: boolean
}

/** What a read in the tiers found. */
export interface Usable {
  readonly entry: Entry
  readonly tier: number
  readonly stale: boolean
}

/** Reads without a loader: fresh values, and stale ones where asked. */
export async function find(
  engine: Engine,
  key: string,
  { after, stale = false }: { readonly after?: Token | undefined; readonly stale?: boolean | undefined },
): Promise<Usable | undefined> {
  const token = after === undefined ? undefined : parseToken(after)
  if (token !== undefined && !(await engine.coherence.catchUp(token))) return undefined
  const position = token === undefined || token.epoch !== engine.coherence.mark()?.epoch ? 0 : token.position
  const held = inMemory(engine, key, position)
  const own = held && usable(engine, held, 0, stale)
  if (own !== undefined) return own
  const found = engine.lower.length > 0 ? await lookUp(engine, key, position) : undefined
  return found && usable(engine, found.entry, found.tier, stale)
}

function usable(engine: Engine, entry: Entry, tier: number, stale: boolean): Usable | undefined {
  const age = ageOf(entry, engine.timeline.elapsed(), entry.expired)
  if (age === 'fresh') return { entry, tier, stale: false }
  return age === 'stale' && stale ? { entry, tier, stale: true } : undefined
}

/** The entry that memory holds, if the log lets it stand. */
function inMemory(engine: Engine, key: string, after = 0): Entry | undefined {
  const entry = engine.memory?.get(key) as Entry | undefined
  if (entry === undefined) return undefined
  if (engine.judge(key, entry, after) !== 'outdated') return entry
  if (after === 0) void engine.memory?.delete([key])
  return undefined
}

/** Counts and tells a hit. */
export function countHit(
  { engine, counters }: Pick<Call<unknown>, 'engine' | 'counters'>,
  key: string,
  tier: number,
  stale: boolean,
): void {
  counters.hit(tier, stale)
  if (engine.events.wants('hit')) {
    engine.events.emit({ type: 'hit', key, tier: engine.tiers[tier]?.type ?? '', stale })
  }
}

/** Reads with a loader, past the fast path. */
export async function readThrough<Value>(call: Call<Value>): Promise<Value> {
  const { engine, key, signal, after } = call
  if (engine.closed) throw closedError()
  signal?.throwIfAborted()
  assertKey(key)
  const since = engine.coherence.changes
  const current = after === undefined ? true : await engine.coherence.catchUp(after)
  const position = after?.epoch === engine.coherence.mark()?.epoch ? (after?.position ?? 0) : 0
  const held = current ? (inMemory(engine, key, position) as Entry<Value> | undefined) : undefined
  const previous = held && ageOf(held, engine.timeline.elapsed(), held.expired) !== 'dead' ? held : undefined
  if (previous !== undefined && !call.refresh) {
    const age = ageOf(previous, engine.timeline.elapsed(), previous.expired)
    if (age === 'fresh' || age === 'stale') {
      countHit(call, key, 0, age === 'stale')
      const reason = age === 'stale' ? 'stale' : isAhead(call, previous) ? 'ahead' : undefined
      if (reason !== undefined) refreshBehind(call, previous, reason)
      return previous.value
    }
  }
  return loadOrJoin(call, { since, position, previous, lookUp: current && !call.refresh && call.lookUp })
}

/** XFetch: whether this read should refresh an entry that is still fresh. */
function isAhead({ engine }: Pick<Call<unknown>, 'engine'>, entry: Entry): boolean {
  if (entry.aheadMs === 0) return false
  const leftMs = entry.createdAt + entry.freshMs - engine.timeline.recent()
  return -Math.log(1 - engine.random()) * entry.aheadMs >= leftMs
}

/** Starts a load that nobody waits for, unless one is on its way or the last one failed just now. */
function refreshBehind<Value>(call: Call<Value>, previous: Entry<Value>, reason: 'stale' | 'ahead'): void {
  const { engine, key } = call
  if (engine.closed || engine.flights.joinable(key) !== undefined) return
  if (engine.backoff.waitMs(key, engine.timeline.elapsed()) > 0) return
  if (engine.events.wants('refresh')) engine.events.emit({ type: 'refresh', key, reason })
  // Nobody leaves a flight behind the scenes, so it counts as waited for until it ends.
  depart(call, previous, false).enter()
}

interface Wait<Value> {
  readonly since: number
  readonly position: number
  readonly previous: Entry<Value> | undefined
  readonly lookUp: boolean
}

async function loadOrJoin<Value>(call: Call<Value>, wait: Wait<Value>): Promise<Value> {
  const { engine, key, counters } = call
  for (;;) {
    if (engine.closed) throw closedError()
    const joined = call.refresh ? undefined : (engine.flights.joinable(key, wait.position) as Flight<Value> | undefined)
    if (joined !== undefined) {
      counters.coalesced++
      if (engine.events.wants('coalesce')) engine.events.emit({ type: 'coalesce', key })
    }
    const flight = joined ?? depart(call, wait.previous, wait.lookUp)
    const outcome = await awaitFlight(call, flight, wait.previous)
    if (outcome.type === 'entry') {
      if (engine.judge(key, outcome.entry, wait.position) === 'outdated') continue
      countHit(call, key, outcome.tier, outcome.stale)
      if (outcome.stale) refreshBehind(call, outcome.entry, 'stale')
      return outcome.entry.value
    }
    if (joined === undefined) {
      counters.misses++
      if (engine.events.wants('miss')) engine.events.emit({ type: 'miss', key })
    }
    if (outcome.type === 'value') {
      // Something came between the flight's start and this call that may outdate the value for this caller.
      if (outcome.raced && wait.since > flight.changes) continue
      return outcome.value
    }
    const fallback = servable(call, outcome.fallback ?? wait.previous, wait.position)
    if (fallback === undefined) throw outcome.error
    countHit(call, key, 0, true)
    return fallback.value
  }
}

/** A flight may be joined by others from here on. */
function depart<Value>(call: Call<Value>, previous: Entry<Value> | undefined, lookUp: boolean): Flight<Value> {
  const { engine, key, tags, freshness, counters, loader } = call
  const flight = new Flight<Value>(key, tags, engine.coherence)
  engine.flights.add(flight as Flight)
  void fly(engine, flight, { key: call.original, loader, tags, freshness, counters, previous, lookUp })
  return flight
}

/** Waits for a flight, until the caller's signal or soft timeout ends the waiting. */
function awaitFlight<Value>(
  call: Call<Value>,
  flight: Flight<Value>,
  previous: Entry<Value> | undefined,
): Promise<Outcome<Value>> {
  const { signal, freshness, engine } = call
  flight.enter()
  const soft = previous !== undefined && freshness.softTimeoutMs < Number.POSITIVE_INFINITY
  if (signal === undefined && !soft) return flight.promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      cancelSoft()
      flight.leave(signal?.reason)
      reject(signal?.reason)
    }
    // The load goes on behind a caller that was too patient; it stays entered, so that it is not aborted.
    const cancelSoft = soft
      ? engine.clock.after(freshness.softTimeoutMs, () => {
          signal?.removeEventListener('abort', onAbort)
          resolve({ type: 'failed', error: new Error('soft timeout'), fallback: previous })
        })
      : () => {}
    signal?.addEventListener('abort', onAbort, { once: true })
    void flight.promise.then((outcome) => {
      cancelSoft()
      signal?.removeEventListener('abort', onAbort)
      resolve(outcome)
    })
  })
}

function servable<Value>(
  { engine, key }: Call<Value>,
  entry: Entry<Value> | undefined,
  after: number,
): Entry<Value> | undefined {
  if (entry === undefined) return undefined
  const judgement = engine.judge(key, entry, after)
  if (judgement === 'outdated') return undefined
  return ageOf(entry, engine.timeline.elapsed(), judgement === 'expired') === 'dead' ? undefined : entry
}
