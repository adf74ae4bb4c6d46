/** One read with a loader: what was asked for, and what has been found out so far. It is handed on whole. */
import {
  type CacheKey,
  type Freshness,
  type Mark,
  type MaybePromise,
  type Token,
  detach,
  parseToken,
  validateTags,
} from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import type { Found } from '../flights/found.ts'
import { chain, isPromise } from '../time/chain.ts'
import type { Counters } from '../watch/stats.ts'
import type { ReadReport } from '../watch/entry-info.ts'
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
  /** Further tags that this read depends on. */
  readonly judgedBy: readonly string[] | undefined
  readonly signal: AbortSignal | undefined
  /** Called once with how the read was served. */
  readonly onRead: ((report: ReadReport) => void) | undefined
  /** Whether the caller wants what a load returns, and nothing older. */
  readonly refresh: boolean
  /** One of many that are loaded together: not to wait for other processes one by one. */
  readonly isOneOfMany: boolean
  /** `LogView.changes` when the call came. */
  readonly since: number
  /** A soft record up to this position counts as hard; `undefined`: the tiers may lack what the caller's token is of, and are skipped. */
  after: number | undefined
  /** What is at hand if the loader fails or is slow. */
  previous: Found<Value> | undefined
  /** Whether the lower tiers are still to be asked. */
  lookUp: boolean
  /** When they were asked, on the cache's timeline, where it is of use to ask them once more. */
  lookedAt?: number | undefined
}

/** Waits for the view of the log, and until it is up to a caller's token. */
export function reach(
  { view }: Engine,
  token: Mark | undefined,
  signal?: AbortSignal,
): MaybePromise<number | undefined> {
  const beginning = view.beginning()
  // Most reads wait for nothing, and make nothing for it.
  if (beginning === undefined && token === undefined) return 0
  const after = chain(beginning, () => (token === undefined ? 0 : view.catchUp(token)))
  return isPromise(after) ? detach(after, signal) : after
}

/**
 * Copied, as a read may wait, and its caller change the list meanwhile.
 *
 * @throws TagError
 */
export function judgedByOf({ judgedBy }: Partial<Pick<Call<never>, 'judgedBy'>>): Call<never>['judgedBy'] {
  return judgedBy === undefined ? undefined : [...validateTags(judgedBy, 'judgedBy')]
}

/** @throws TokenError */
export function markOf(token: Token | undefined, option?: string): Mark | undefined {
  return token === undefined ? undefined : parseToken(token, option)
}
