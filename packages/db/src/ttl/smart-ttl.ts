/**
 * How long a result is kept. Invalidation does not lean on it: it says how long memory is spent on a result, and bounds
 * what a change past us can do.
 */

/** Why a result is kept for as long as it is. */
export type TtlReason = 'option' | 'table' | 'static' | 'slow' | 'analytics' | 'default'

/** What it is decided from. */
export interface TtlFacts {
  /** What the call says. */
  readonly byCall: number | undefined
  /** The least of what is set for its tables. */
  readonly byTable: number | undefined
  /** Whether no table was written for a while. */
  readonly isStatic: boolean
  /** Whether the query took long. */
  readonly isSlow: boolean
  /** Whether it computes something over many rows. */
  readonly isAnalytics: boolean
}

/** Durations in milliseconds. */
const TTL_MS = { static: 3_600_000, slow: 900_000, analytics: 300_000, default: 180_000 } as const

/** Chooses. */
export function chooseTtl(facts: TtlFacts): { readonly ttlMs: number; readonly reason: TtlReason } {
  if (facts.byCall !== undefined) return { ttlMs: facts.byCall, reason: 'option' }
  if (facts.byTable !== undefined) return { ttlMs: facts.byTable, reason: 'table' }
  const reason = facts.isStatic ? 'static' : facts.isSlow ? 'slow' : facts.isAnalytics ? 'analytics' : 'default'
  return { ttlMs: TTL_MS[reason], reason }
}
