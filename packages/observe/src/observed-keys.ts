import type { Cache } from '@hotpath/core'
import { encodedKey } from '@hotpath/core/inside'
import { storeOf } from './store.ts'

/**
 * The keys that were observed and have a value, for `dehydrate`: of a cache that a server made for one request, all that it
 * rendered. Not of one that renders for several users, as these are the keys of all of them.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe, observedKeys } from '@hotpath/observe'
 * import { dehydrate } from '@hotpath/observe/server-rendering'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * await observe(cache, ['city', 42], async () => 'Bern').ready()
 * console.log(observedKeys(cache)) // [ 'city:42' ]
 * const { json } = await dehydrate(cache, observedKeys(cache))
 * console.log(json.includes('Bern')) // true
 * await cache.close()
 * ```
 */
export function observedKeys(cache: Cache): string[] {
  // What the keys of a namespace begin with.
  const within = encodedKey(cache, 'x').slice(0, -1)
  const known = [...storeOf(cache).keys].filter(
    ({ encoded, value }) => encoded.startsWith(within) && value !== undefined,
  )
  return known.map(({ encoded }) => encoded.slice(within.length))
}
