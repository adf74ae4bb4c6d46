/**
 * Entries, and the two judgements that decide what may be done with one: its age against its windows here, its
 * position against the invalidation log in `coherence` of the core.
 */

/** A stored value with everything that is needed to judge it. Treat as immutable, save for the engine's two marks. */
export interface Entry<Value = unknown> {
  /** Never `undefined`. */
  readonly value: Value
  /** Tags of the options and those the loader added; without duplicates. */
  readonly tags: readonly string[]
  /** Instant on the cache's timeline (milliseconds, `TierContext.elapsed()`) at which the value's windows begin. */
  readonly createdAt: number
  /** Fresh for this long. */
  readonly freshMs: number
  /** Then stale, served while it is refreshed, for this long. */
  readonly staleMs: number
  /** Then kept for a failing loader for this long. */
  readonly errorMs: number
  /** Life of the log that `asOf` belongs to. */
  readonly epoch: string
  /** Highest position of the invalidation log that was known before the look-up and the load began. */
  readonly asOf: number
  /** How long the load took, times XFetch's beta; 0 without `refreshAhead`. */
  readonly aheadMs: number
  /** Mark of the engine: version of its log view at which the entry was last found valid. Tiers leave it alone. */
  judgedAt: number
  /** Mark of the engine: a soft record concerns this entry. Tiers leave it alone. */
  expired: boolean
}

/** The parts of an entry that a tier stores and gives back. */
export type EntryFields<Value = unknown> = Omit<Entry<Value>, 'judgedAt' | 'expired'>

/** What an entry is judged by: all of it but the value, so that nothing has to be decoded. */
export type EntryHead = Omit<EntryFields, 'value'>

/** Version of an entry that was never judged. */
export const NEVER_JUDGED = -1

/** Version of an entry that was stored ahead of use, and not read since: the first to go when there is no room. */
export const SPECULATIVE = -2

/** Makes an entry. All entries are made here, so that engines see objects of one shape (a hit depends on it). */
export function createEntry<Value>(fields: EntryFields<Value>): Entry<Value> {
  return {
    value: fields.value,
    tags: fields.tags,
    createdAt: fields.createdAt,
    freshMs: fields.freshMs,
    staleMs: fields.staleMs,
    errorMs: fields.errorMs,
    epoch: fields.epoch,
    asOf: fields.asOf,
    aheadMs: fields.aheadMs,
    judgedAt: NEVER_JUDGED,
    expired: false,
  }
}

/** What age alone allows: serve, serve and refresh, serve only if the loader fails, nothing. */
export type Age = 'fresh' | 'stale' | 'stale-if-error' | 'dead'

/**
 * Judges an entry's age. The windows add up; each ends just before its last millisecond is over.
 *
 * @param now - Instant on the timeline of `entry.createdAt`.
 * @param expired - Whether a soft invalidation ended the fresh window early.
 */
export function ageOf(entry: EntryHead, now: number, expired = false): Age {
  const ageMs = now - entry.createdAt
  const freshEnd = entry.freshMs
  if (ageMs < freshEnd && !expired) return 'fresh'
  const staleEnd = freshEnd + entry.staleMs
  if (ageMs < staleEnd && entry.staleMs > 0) return 'stale'
  const errorEnd = staleEnd + entry.errorMs
  return ageMs < errorEnd && entry.errorMs > 0 ? 'stale-if-error' : 'dead'
}

/** Instant on the cache's timeline from which an entry can no longer be used for anything. */
export function deadAt(entry: EntryHead): number {
  return entry.createdAt + entry.freshMs + entry.staleMs + entry.errorMs
}
