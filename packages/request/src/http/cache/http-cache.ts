import type { CacheKey, Duration, FreshnessOptions, Token } from '@hotpath/contract'

/** What a loader is told, and may decide: the part of a Hotpath cache's loader context that is used here. */
export interface HttpLoadContext<Value> {
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
  /** Returns the value without storing it. */
  skip(): void
}

/** How a value is stored. */
export interface HttpSetOptions extends FreshnessOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Where the value came from: it is judged like a load. */
  readonly asOf?: Token | undefined
}

/** How a value is read or loaded. */
export interface HttpLoadOptions extends FreshnessOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Detaches this caller. */
  readonly signal?: AbortSignal | undefined
  /** Load, whatever is stored. */
  readonly refresh?: boolean | undefined
}

/** The part of a Hotpath cache that keeps responses: whatever `createCache()` makes fits. */
export interface HttpCache {
  /** Reads a value, or loads and stores it; concurrent callers share one load. */
  getOrSet<Value>(
    key: CacheKey,
    loader: (context: HttpLoadContext<Value>) => Promise<Value>,
    options?: HttpLoadOptions,
  ): Promise<Value>
  /** Stores a value. */
  set(key: CacheKey, value: unknown, options?: HttpSetOptions): Promise<unknown>
  /** Removes a value. */
  delete(key: CacheKey): Promise<unknown>
  /** Outdates everything that carries one of the tags. */
  invalidateTags(tags: readonly string[]): Promise<unknown>
  /** The point of the log that a read beginning now is current at. */
  now(): Token | undefined
}
