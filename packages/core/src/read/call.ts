/** What one read asks for, and what it has found out before it loads. */
import type { CacheKey, Freshness } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import type { Counters } from '../watch/stats.ts'
import type { Loader } from './loader.ts'

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
}

/** The tiers as one read may use them. */
export interface ReadPoint {
  /** A soft record up to this position counts as hard. */
  readonly after: number
  /** `false`: it cannot be made sure that the tiers are up to the reader's token, so they must be skipped. */
  readonly current: boolean
}

/** What a reader without a token gets. */
export const PRESENT: ReadPoint = { after: 0, current: true }

/** How a read may be answered, as decided before it loads. */
export interface ReadSoFar<Value> {
  /** `LogView.changes` when the call came. */
  readonly since: number
  readonly point: ReadPoint
  /** What is at hand if the loader fails or is slow. */
  readonly previous: Found<Value> | undefined
  /** Whether the lower tiers are still to be asked. */
  readonly lookUp: boolean
}
