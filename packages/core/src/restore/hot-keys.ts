import { SPECULATIVE } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { memoryStoreOf } from '../memory/policy-front.ts'

/**
 * The encoded keys of what memory holds, the hottest first: what is retained, then what its policy would evict last. What
 * was stored ahead of use and not used since is left out. Nothing counts as used by it.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { hotKeys } from '@hotpath/core/restore'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * await cache.set('theme', 'dark')
 * await cache.set(['product', 7], 'book')
 * console.log(hotKeys(cache)) // [ 'product:7', 'theme' ]
 * await cache.close()
 * ```
 */
export function hotKeys(cache: Cache): string[] {
  const policy = memoryStoreOf(engineOf(cache).memory)?.policy
  if (policy === undefined) return []
  const coldFirst = new Set<string>()
  const keepAll = (key: string): boolean => coldFirst.add(key).has(key)
  // A policy looks at what it would evict in that order.
  policy.shrink(0, keepAll, () => {})
  // It is not asked about what is retained.
  const retained = Array.from(policy.entries(), ([key]) => key).filter((key) => !coldFirst.has(key))
  return [...retained, ...[...coldFirst].toReversed()].filter((key) => policy.peek(key)?.judgedAt !== SPECULATIVE)
}
