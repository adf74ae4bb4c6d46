import type { CacheKey, Token } from '@hotpath/contract'

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

/** How a read with a loader was served. */
export interface ReadReport extends EntryInfo {
  /** The key as the caller gave it. */
  readonly key: CacheKey
  /** A tier had it, it was loaded for this call, or by a load in progress that this call joined. */
  readonly from: 'tier' | 'load' | 'joined'
}

/** A value, and what is known of it. */
export interface CacheEntry<Value = unknown> extends EntryInfo {
  /** The value. */
  readonly value: Value
}
