/** What reads came to: counted for `stats()`, emitted to listeners, and reported to the caller through `onRead`. */
import { type CacheKey, type Entry, callbackError, notify, toToken, tokenAt } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Flight, Outcome } from '../flights/flight.ts'
import type { Found } from '../flights/found.ts'
import { asStored } from '../memory/memory-store.ts'
import type { CacheEntry, EntryInfo, ReadReport } from '../watch/entry-info.ts'
import type { Counters } from '../watch/stats.ts'

/** Whose read it was. */
export interface Read {
  readonly engine: Engine
  readonly counters: Counters
  /** Encoded. */
  readonly key: string
}

/** One with a loader. */
interface Call extends Read, Reported {}

/** What a report takes. */
interface Reported {
  readonly engine: Engine
  readonly original: CacheKey
  readonly onRead: ((report: ReadReport) => void) | undefined
}

/** A read without a loader is over. */
export function countFound(read: Read, found: Found | undefined): void {
  if (found === undefined) countMiss(read)
  else countHit(read, found)
}

function countHit({ engine, counters, key }: Read, { tier, age }: Found): void {
  const stale = age !== 'fresh'
  counters.hit(tier, stale)
  if (engine.events.wants('hit')) engine.events.emit({ type: 'hit', key, tier: engine.tiers[tier]?.type ?? '', stale })
}

export function countMiss({ engine, counters, key }: Read): void {
  counters.misses++
  if (engine.events.wants('miss')) engine.events.emit({ type: 'miss', key })
}

export function countCoalesced({ engine, counters, key }: Read): void {
  counters.coalesced++
  if (engine.events.wants('coalesce')) engine.events.emit({ type: 'coalesce', key })
}

/** A read with a loader is served with what a tier had. */
export function served(call: Call, found: Found): void {
  countHit(call, found)
  if (call.onRead !== undefined) reportTier(call, found.entry, found.age, found.tier)
}

/** A tier had it; that is counted already. */
export function reportTier(call: Reported, entry: Entry, age: Found['age'], tier: number): void {
  report(call, 'tier', describe(call.engine, entry, age, tier))
}

/** A read with a loader is served with what was loaded; it is counted already. */
export function servedLoaded(
  call: Call,
  { tags }: Pick<Flight<never>, 'tags'>,
  from: 'load' | 'joined',
  { freshMs, mark }: Extract<Outcome, { type: 'value' }>,
): void {
  if (call.onRead === undefined) return
  const asOf = mark && toToken(mark)
  report(call, from, { state: 'fresh', ageMs: 0, ttlLeftMs: freshMs, tags, asOf, tier: undefined })
}

/** What is known of what a tier had, and the value. */
export function describe<Value>(
  engine: Engine,
  entry: Entry<Value>,
  age: Found['age'],
  tier: number,
): CacheEntry<Value> {
  const { createdAt, tags, epoch, asOf } = entry
  const { freshMs } = asStored(engine.memory, entry)
  const ageMs = engine.timeline.recent() - createdAt
  return {
    value: entry.value,
    state: age,
    ageMs,
    ttlLeftMs: age === 'fresh' ? freshMs - ageMs : Math.min(0, freshMs - ageMs),
    tags,
    asOf: tokenAt(epoch, asOf),
    tier: engine.tiers[tier]?.type,
  }
}

/** Written out, as a hit takes less time than a spread; and without the value, if there is one. */
function report(
  { engine, original: key, onRead }: Reported,
  from: ReadReport['from'],
  { state, ageMs, ttlLeftMs, tags, asOf, tier }: EntryInfo,
): void {
  notify(onRead as NonNullable<Reported['onRead']>, { key, from, state, ageMs, ttlLeftMs, tags, asOf, tier }, (cause) =>
    engine.fault(callbackError('`onRead`', 'The read', { cause })),
  )
}
