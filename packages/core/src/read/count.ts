/** What reads came to: counted for `stats()`, and told to listeners. */
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import type { Counters } from '../watch/stats.ts'

/** Whose read it was. */
interface Where {
  readonly engine: Engine
  readonly counters: Counters
  /** Encoded. */
  readonly key: string
}

/** Counts and tells what a read without a loader came to. */
export function countFound(where: Where, found: Found | undefined): void {
  if (found === undefined) countMiss(where)
  else countHit(where, found)
}

export function countHit({ engine, counters, key }: Where, { tier, age }: Found): void {
  const stale = age !== 'fresh'
  counters.hit(tier, stale)
  if (engine.events.wants('hit')) engine.events.emit({ type: 'hit', key, tier: engine.tiers[tier]?.type ?? '', stale })
}

export function countMiss({ engine, counters, key }: Where): void {
  counters.misses++
  if (engine.events.wants('miss')) engine.events.emit({ type: 'miss', key })
}

export function countCoalesced({ engine, counters, key }: Where): void {
  counters.coalesced++
  if (engine.events.wants('coalesce')) engine.events.emit({ type: 'coalesce', key })
}
