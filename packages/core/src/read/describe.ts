/** What is said of a value that was read, beside the value. */
import { type Token, toToken } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'

/** What is known of a value that was read. Times are milliseconds. */
export interface EntryInfo {
  /** `stale`: past its `ttl`, or marked as stale; `stale-if-error`: served in place of a load that failed or was slow. */
  readonly state: 'fresh' | 'stale' | 'stale-if-error'
  /** Since it was loaded or set. */
  readonly ageMs: number
  /** Until it stops being fresh; 0 or negative once it is not. */
  readonly ttlLeftMs: number
  /** Tags of the value. */
  readonly tags: readonly string[]
  /** Position of the log that it is current at; `undefined` where there is no view of the log. */
  readonly asOf: Token | undefined
  /** Kind of the tier that had it; `undefined` for what was loaded. */
  readonly tier: string | undefined
}

/** What is known of what a tier had. */
export function describe(engine: Engine, { entry, age, tier }: Found): EntryInfo {
  const { createdAt, freshMs, tags, epoch, asOf } = entry
  const ageMs = engine.timeline.recent() - createdAt
  return {
    state: age,
    ageMs,
    ttlLeftMs: age === 'fresh' ? freshMs - ageMs : Math.min(0, freshMs - ageMs),
    tags,
    asOf: toToken({ epoch, position: asOf }),
    tier: engine.tiers[tier]?.type,
  }
}
