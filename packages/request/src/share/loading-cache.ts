/**
 * The part of a Hotpath cache that is used here, so that this package works without one and with any that looks alike.
 */
import type { CacheKey, FreshnessOptions } from '@hotpath/contract'

/** What a loader gets from the cache. */
export interface LoadingContext {
  /** Aborted when nobody waits for the load any more. */
  readonly signal: AbortSignal
  /** Adds tags to the value. */
  addTags(tags: readonly string[]): void
}

/** Options of a load. */
export interface LoadingOptions extends FreshnessOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Detaches this caller. */
  readonly signal?: AbortSignal | undefined
}

/** A cache of `@hotpath/core`, or something like it. */
export interface LoadingCache {
  /** Reads a value, or loads and stores it. */
  getOrSet<Value, Result = Value>(
    key: CacheKey,
    loader: (context: LoadingContext) => Result | Promise<Result>,
    options?: LoadingOptions,
  ): Promise<Result>
  /** Stores a value. */
  set(key: CacheKey, value: unknown, options?: Omit<LoadingOptions, 'signal'>): Promise<unknown>
  /** Removes a value. */
  delete(key: CacheKey): Promise<unknown>
  /** Removes all values. */
  clear(): Promise<unknown>
}

/**
 * Runs a write and returns its very promise. A cache marks the promise of a write that it will retry as handled, so that a
 * caller may forget to await it; a promise made of that one would end the process.
 */
export function handOn(write: () => unknown): Promise<void> {
  try {
    return Promise.resolve(write()) as Promise<void>
  } catch (error) {
    return Promise.reject(error)
  }
}
