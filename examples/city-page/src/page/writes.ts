/** How the pages write: what is shown at once, and taken back when the server refuses it. */
import type { MutationContext, MutationOptions } from '@hotpath/observe/mutation'
import type { Pages } from '@hotpath/observe/pages'
import { type City, foldName, keys } from './cities.ts'
import { request } from './request.ts'

/** A new name for a place. */
export interface Renaming {
  readonly city: City
  readonly name: string
  /** What is searched for meanwhile. */
  readonly text: string
}

/** A place that somebody likes from now on, or no more. */
export interface Liking {
  readonly city: City
  readonly isFavourite: boolean
}

/** Tags of what the write concerns, as the server names them. */
export type Written = readonly string[]

/** What is done, and how it is shown meanwhile. */
export interface CityWrite<Input> {
  readonly run: (input: Input, context: MutationContext) => Promise<Written>
  readonly options: MutationOptions<Input, Written>
}

type Cities = readonly City[]

/** Renames a place in everything that shows it. */
export const rename: CityWrite<Renaming> = {
  run: ({ city: { id }, name }, { signal }) => put(`/api/cities/${id}`, { name }, signal),
  options: {
    optimistic({ city: { id, country }, name, text }) {
      const renamed = <Each extends City>(city: Each): Each => (city.id === id ? { ...city, name } : city)
      const inList = (cities: Cities): Cities => cities.map(renamed)
      const inPages = ({ pages, cursors }: Pages<Cities, number>) => ({ pages: pages.map(inList), cursors })
      return [
        { key: keys.city(id), update: renamed },
        { key: keys.country(country), update: inPages },
        { key: keys.search(foldName(text)), update: inList },
        { key: keys.favourites, update: inList },
      ]
    },
    invalidates: (tags) => [{ tags }],
  },
}

/** Puts a place among the favourites, or takes it away. */
export const like: CityWrite<Liking> = {
  run: ({ city: { id }, isFavourite }, { signal }) => put(`/api/favourites/${id}`, { isFavourite }, signal),
  options: {
    optimistic({ city, isFavourite }) {
      const without = (cities: Cities): Cities => cities.filter(({ id }) => id !== city.id)
      const update = (cities: Cities): Cities => (isFavourite ? [...without(cities), city] : without(cities))
      return [{ key: keys.favourites, update }]
    },
  },
}

async function put(address: string, body: object, signal: AbortSignal): Promise<Written> {
  const { tags } = await request<{ readonly tags: Written }>(address, {
    method: 'PUT',
    body: JSON.stringify(body),
    signal,
  })
  return tags
}
