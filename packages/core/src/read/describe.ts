/** What is said of a value that was read, beside the value. */
import { type Entry, tokenAt } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import type { CacheEntry } from '../watch/entry-info.ts'

/** What is known of what a tier had, and the value. */
export function describe<Value>(
  engine: Engine,
  entry: Entry<Value>,
  age: Found['age'],
  tier: number,
): CacheEntry<Value> {
  const { createdAt, freshMs, tags, epoch, asOf } = entry
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
