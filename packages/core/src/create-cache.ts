import type { Cache } from './cache/cache.ts'
import { Engine } from './engine.ts'
import { CacheHandle } from './door/handle.ts'
import { KeySpace } from './door/key-space.ts'
import type { CacheOptions } from './options.ts'

/**
 * Makes a cache.
 *
 * @throws ConfigError naming the option, the value seen and the way out.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000 })], ttl: '5m' })
 * const city = await cache.getOrSet(['city', 42], () => ({ name: 'Ulm' }), { tags: ['country:DE'] })
 * await cache.invalidateTags(['country:DE'])
 * console.log(city.name, cache.peek(['city', 42])) // Ulm undefined
 * await cache.close()
 * ```
 */
export function createCache(options: CacheOptions): Cache {
  const engine = new Engine(options)
  return new CacheHandle(engine, new KeySpace(engine.shared?.shortenKey), engine.freshness, engine.stats.root)
}
