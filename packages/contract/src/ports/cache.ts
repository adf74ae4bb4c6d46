/**
 * The part of a cache that packages beside the engine use. They take the smallest `Pick` of it that they need, so that any
 * version of the cache fits, and anything that looks alike.
 */
import type { Duration } from '../duration.ts'
import type { HotpathError } from '../errors.ts'
import type { FreshnessOptions } from '../freshness.ts'
import type { CacheKey } from '../key.ts'
import type { Token } from '../token.ts'

/** What a loader gets from the cache. */
export interface CacheLoadContext<Value = unknown> {
  /** Aborted when the last waiting caller has left. */
  readonly signal: AbortSignal
  /** The value that the load replaces. */
  readonly previous:
    | {
        /** The stale value. */
        readonly value: Value
        /** How long ago it was loaded, in milliseconds. */
        readonly ageMs: number
        /** Tags of the value. */
        readonly tags: readonly string[]
      }
    | undefined
  /** Decides how long the value lives. */
  setTtl(ttl: Duration | Pick<FreshnessOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError'>): void
  /** Adds tags that are known only now. */
  addTags(tags: readonly string[]): void
  /** Returns the value without storing it. An error that says why becomes an event. */
  skip(error?: HotpathError): void
}

/** How a value is stored. */
export interface CacheSetOptions extends FreshnessOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Where the value came from: it is judged like a load. */
  readonly asOf?: Token | undefined
}

/** How a value is read or loaded. */
export interface CacheLoadOptions extends FreshnessOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Detaches this caller. */
  readonly signal?: AbortSignal | undefined
  /** Load, whatever is stored. */
  readonly refresh?: boolean | undefined
}

/**
 * A cache of `@hotpath/core`, or a namespace of one, as other packages see it.
 *
 * @typeParam Of - What is stored there: a namespace of one kind of values fits where that kind includes it.
 */
export interface CachePort<Of = unknown> {
  /** Reads a value, or loads and stores it; concurrent callers share one load. */
  getOrSet<Value = Of, Result extends Of | undefined = Value & Of>(
    key: CacheKey,
    loader: (context: CacheLoadContext<Value>) => Result | Promise<Result>,
    options?: CacheLoadOptions,
  ): Promise<Result>
  /** Stores a value. */
  set(key: CacheKey, value: Of, options?: CacheSetOptions): Promise<unknown>
  /** Removes a value. */
  delete(key: CacheKey): Promise<unknown>
  /** Removes all values. */
  clear(): Promise<unknown>
  /** Invalidates everything that carries one of the tags. */
  invalidateTags(tags: readonly string[]): Promise<unknown>
  /** The point of the log that a read beginning now is current at. */
  position(): Token | undefined
}
