/**
 * How Hotpath wraps the queries: this file is the one to copy from.
 *
 * A read says what its answer depends on, in tags. A write says what it changed, in the same tags. Neither knows the other.
 */
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { type CityChange, foldName } from './city.ts'
import type { CityQueries, CityReads, Written } from './queries.ts'

const cityTag = (id: number): string => `city:${id}`
const countryTag = (country: string): string => `country:${country}`
/** A search shows only names that begin as it does, so their first letter is enough to find the searches of a name. */
const searchTag = (text: string): string => `search:${[...text][0] ?? ''}`

/** Makes the cache of the service; with shared tiers it is one with those of all services that have the same. */
export function createCityCache(shared: CacheOptions['tiers'] = []): Cache {
  return createCache({
    name: 'city-api',
    tiers: [memory({ maxEntries: 10_000, maxBytes: '64mb' }), ...shared],
    ttl: '5m',
    staleWhileRevalidate: '1m',
    staleIfError: '1h',
  })
}

/** The same reads, each done once per question and then remembered. */
export function cacheReads(queries: CityReads, cache: Cache): CityReads {
  return {
    search: (text) => cache.getOrSet(['search', text], () => queries.search(text), { tags: [searchTag(text)] }),

    biggest: (country) =>
      cache.getOrSet(['biggest', country], () => queries.biggest(country), { tags: [countryTag(country)] }),

    page: ({ country, from }) =>
      cache.getOrSet(['cities', country, from], () => queries.page({ country, from }), { tags: [countryTag(country)] }),

    // Which places are near is known only when they are found.
    nearest: ({ lat, lon }) =>
      cache.getOrSet(['nearest', lat, lon], async ({ addTags }) => {
        const places = await queries.nearest({ lat, lon })
        addTags(places.map(({ id }) => cityTag(id)))
        return places
      }),

    // A place shows its rank among the others of its country, so it depends on all of them.
    city: (id) =>
      cache.getOrSet(
        ['city', id],
        async ({ addTags }) => {
          const city = await queries.city(id)
          if (city !== null) addTags([countryTag(city.country)])
          return city
        },
        { tags: [cityTag(id)] },
      ),
  }
}

/** A write, and the tags that it outdated. */
export interface CityWritten extends Written {
  readonly tags: readonly string[]
}

/** Changes a place, then outdates every answer that may show it: one step, however many answers there are. */
export async function updateCity(
  { queries, cache }: { readonly queries: CityQueries; readonly cache: Cache },
  id: number,
  change: CityChange,
): Promise<CityWritten | null> {
  const written = queries.update(id, change)
  if (written === null) return null
  const { before, after } = written
  // It leaves the searches for its old name and enters those for its new one.
  const searches = [before, after].map(({ name }) => searchTag(foldName(name)))
  const tags = [...new Set([cityTag(id), countryTag(after.country), ...searches])]
  await cache.invalidateTags(tags)
  return { ...written, tags }
}
