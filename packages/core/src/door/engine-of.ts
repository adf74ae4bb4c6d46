/** How doors that are entries of their own get at the engine of a cache. */
import { type CacheKey, wrongOption } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import type { Engine } from '../engine.ts'

/**
 * The engine of a cache, or of a namespace of it. By name, as the cache may come from another copy of this package.
 *
 * @throws ConfigError for what is no cache.
 */
export function engineOf(cache: object): Engine {
  const { engine } = Object(cache) as { readonly engine?: Engine }
  if (engine?.view !== undefined) return engine
  throw wrongOption('cache', 'what `createCache` returned, or a namespace of it', cache, 'Pass on the cache itself.')
}

/**
 * A key as it is encoded in a cache or namespace.
 *
 * @throws KeyError; ClosedError.
 */
export function keyOf(cache: Cache, key: CacheKey): string {
  return (cache as unknown as { encode(key: CacheKey): string }).encode(key)
}
