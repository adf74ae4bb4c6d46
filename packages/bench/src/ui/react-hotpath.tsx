import { createCache, memory } from '@hotpath/core'
import { CacheProvider, useCached, useMutation } from '@hotpath/react'
import { type City, loadCities, loadCity, rename } from './cities.ts'
import { observersOf } from './observers.ts'
import type { Hooks } from './react-screens.tsx'

const cache = createCache({ name: 'bench', tiers: [memory({ maxEntries: 10_000 })], ttl: '1h' })
const options = { tags: ['cities'] }

export const hotpath: Hooks = {
  Provider: ({ children }) => <CacheProvider cache={cache}>{children}</CacheProvider>,
  useCities: () => useCached('cities', loadCities, options).data,
  useCity: (id) => useCached(['city', id], () => loadCity(id), options).data,
  useRename() {
    const { mutate } = useMutation(rename, {
      optimistic: (city) => [{ key: ['city', city.id], update: (before: City) => ({ ...before, name: city.name }) }],
      invalidates: (_result, city) => [{ key: ['city', city.id] }],
    })
    return (city) => void mutate(city)
  },
  invalidate: () => void cache.invalidateTags(['cities']),
  forget: () => cache.clear(),
  observers: () => observersOf(cache),
}
