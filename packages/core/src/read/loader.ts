import type { CacheKey, Duration, FreshnessOptions, HotpathError, Token } from '@hotpath/contract'

/** A stale value that a loader may refresh instead of loading anew. */
export interface Previous<Value> {
  /** The stale value. */ readonly value: Value
  /** How long ago it was loaded, in milliseconds. */
  readonly ageMs: number
  /** Tags of the value. */
  readonly tags: readonly string[]
  /** To be returned by the loader when the source says that the value is still right: it is stored again as new, with its tags. */
  notModified(): Value
}

/** What a loader gets. */
export interface LoadContext<Value = unknown> {
  /** The key as the caller gave it. */
  readonly key: CacheKey
  /** Aborted when the last waiting caller has left, the hard timeout passes or the cache closes. */
  readonly signal: AbortSignal
  /** The value that this load replaces, if one is at hand; for conditional requests. */
  readonly previous: Previous<Value> | undefined
  /** Decides how long the value lives: the `ttl`, or several windows. */
  setTtl(ttl: Duration | Pick<FreshnessOptions, 'ttl' | 'staleWhileRevalidate' | 'staleIfError'>): void
  /** Adds tags that are known only now. */
  addTags(tags: readonly string[]): void
  /**
   * Says that the value is older than this load: what a replica or a mirror had at that position of the log
   * (`cache.position()`, or the token of a write). What was invalidated since is not stored. It lowers the position of the
   * load, never raises it; with a token of another life of the log nothing is stored.
   *
   * @throws TokenError for what is no token.
   */
  setAsOf(token: Token): void
  /** Returns the value to its callers without storing it. An error that says why becomes a `fault` event. */
  skip(error?: HotpathError): void
}

/** Produces the value of a key. `undefined` means that there is none: it is returned and not stored. */
export type Loader<Value> = (context: LoadContext<Value>) => Value | Promise<Value>

/** Produces the values of the keys that are missing: a list in their order, or a Map by keys. */
export type ManyLoader<Value, Key = CacheKey> = (
  missing: readonly Key[],
  context: {
    /** Aborted when no caller waits for the values any more, the hard timeout passes or the cache closes. */
    readonly signal: AbortSignal
  },
) =>
  | readonly (Value | undefined)[]
  | ReadonlyMap<CacheKey, Value>
  | Promise<readonly (Value | undefined)[] | ReadonlyMap<CacheKey, Value>>

/** What `notModified` answers; never leaves the engine. */
export const NOT_MODIFIED: unique symbol = Symbol('not modified')
