import {
  type EvictionBounds,
  type EvictionPolicyMaker,
  type OptionTable,
  checkOptions,
  countOption,
} from '@hotpath/contract'
import { WTinyLfu } from './w-tiny-lfu.ts'

/** Options of `tinyLfu()`. */
export interface TinyLfuOptions {
  /**
   * A whole number from 1 that decides which keys share a counter, for tests that need the same choices each time. Default: from
   * the cache's `random`, so that nobody outside can choose keys that collide.
   */
  readonly seed?: number | undefined
}

const TINY_LFU_OPTIONS: OptionTable<keyof TinyLfuOptions> = { seed: countOption }

/**
 * Most used and most recently used, in the proportion that the load calls for: W-TinyLFU with a window that adapts.
 *
 * @returns A policy for `memory({ policy })`.
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { tinyLfu } from '@hotpath/core/tiny-lfu'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000, policy: tinyLfu() })] })
 * console.log(await cache.getOrSet('answer', () => 42)) // 42
 * await cache.close()
 * ```
 */
export function tinyLfu(options: TinyLfuOptions = {}): EvictionPolicyMaker {
  // Bounds: it was not called, but given as a policy, and `memory` says so.
  if (typeof (options as Partial<EvictionBounds> | null)?.random !== 'function')
    checkOptions(options, 'tinyLfu', TINY_LFU_OPTIONS)
  return (bounds) => new WTinyLfu(bounds, options.seed ?? bounds.random() * 2 ** 32)
}
