/** The part of a Hotpath cache that `batch` uses, so that they work with anything that looks alike. */
import type { CacheKey, CacheLoadContext, CacheLoadOptions, CachePort } from '@hotpath/contract'

/** What a loader gets from the cache. */
export type LoadingContext = Pick<CacheLoadContext, 'signal' | 'addTags' | 'skip'>

/** Options of a load. */
export type LoadingOptions = Omit<CacheLoadOptions, 'refresh'>

/**
 * A cache of `@hotpath/core`, or something like it.
 *
 * @typeParam Of - What is stored there: a namespace of one kind of values fits where that kind includes it.
 */
export interface LoadingCache<Of = unknown> extends Pick<CachePort, 'delete' | 'clear'> {
  /** Reads a value, or loads and stores it. */
  getOrSet<Result extends Of | undefined>(
    key: CacheKey,
    loader: (context: LoadingContext) => Result | Promise<Result>,
    options?: LoadingOptions,
  ): Promise<Result>
  /** Stores a value. */
  set(key: CacheKey, value: Of, options?: Omit<LoadingOptions, 'signal'>): Promise<unknown>
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
