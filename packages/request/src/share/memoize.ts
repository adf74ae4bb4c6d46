/**
 * Keeps results. Our own rather than p-memoize with the cache as its store: that one keeps a value that was invalidated
 * while it was loaded, knows nothing of tags and stale values, and shares no load with other users of the cache.
 */
import { functionFirst, inBothForms } from '../call/policy.ts'
import { checkOptions } from '@hotpath/contract'
import { assertKeyOf } from './call-key.ts'
import { HERE_OPTIONS, memoizeHere, type MemoizeHereOptions } from './memoize-here.ts'
import { IN_CACHE_OPTIONS, memoizeInCache, type MemoizeInCacheOptions } from './memoize-in-cache.ts'
import type { Policy, Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `memoize`. */
export type MemoizeOptions<Args extends readonly unknown[], Value> =
  | MemoizeInCacheOptions<Args, Value>
  | MemoizeHereOptions<Args>

/** A function that answers what it answered before. */
export type Memoized<Fn extends AnyFunction> = Wrapped<Fn> & {
  /** Forgets the result of a call. A call in progress is not joined any more, and its result is not kept. */
  invalidate(...args: Parameters<Fn>): Promise<void>
}

/**
 * Keeps the results of a function, in a Hotpath cache or in this process; one call in progress for each key. `undefined`
 * and errors are not kept.
 *
 * @throws ConfigError for a wrong option, or without `cache` and `maxEntries`.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { memoize } from '@hotpath/request'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * let calls = 0
 * const cityOf = memoize(async (id: number) => ({ id, country: 'DE', call: ++calls }), {
 *   cache,
 *   key: (id) => ['city', id],
 *   tags: (_args, { country }) => [`country:${country}`],
 *   ttl: '5m',
 * })
 * await cityOf(42)
 * await cityOf(42)
 * console.log(calls) // 1
 * await cache.invalidateTags(['country:DE'])
 * await cityOf(42)
 * console.log(calls) // 2
 * await cache.close()
 * ```
 */
export function memoize<Fn extends AnyFunction>(
  fn: Fn,
  options: MemoizeOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>,
): Memoized<Fn>
/** The policy, for `compose`. */
export function memoize<Args extends readonly unknown[] = readonly unknown[]>(
  options: MemoizeOptions<Args, unknown>,
): Policy<never, Args>
export function memoize(...given: readonly unknown[]): unknown {
  const [fn, options] = functionFirst(given) as [unknown, MemoizeOptions<never, unknown>]
  checkOptions(options, 'memoize', ...(isInCache(options) ? IN_CACHE_OPTIONS : [HERE_OPTIONS]))
  assertKeyOf(options.key)
  const wrap = isInCache(options) ? memoizeInCache(options) : memoizeHere(options)
  return inBothForms(fn, 'memoize(load, { maxEntries: 1_000 })', wrap)
}

function isInCache(options: MemoizeOptions<never, unknown>): options is MemoizeInCacheOptions<never, unknown> {
  return (options as { readonly cache?: unknown } | null | undefined)?.cache !== undefined
}
