/** How the pages read: this file is the one to copy from. A component gets a key, a loader and options in one object. */
import { type Cache, createBrowserCache } from '@hotpath/browser'
import { type Following, follow } from '@hotpath/browser/follow'
import type { Token } from '@hotpath/core'
import type { Loader, ObserveOptions } from '@hotpath/observe'
import type { PageContext, PagesOptions } from '@hotpath/observe/pages'
import { request } from './request.ts'

/** A place, as the API has it. */
export interface City {
  readonly id: number
  readonly name: string
  /** ISO 3166 code, two capital letters. */
  readonly country: string
  readonly population: number
  readonly lat: number
  readonly lon: number
}

/** A place and how it compares. */
export interface RankedCity extends City {
  /** Only known when it was loaded by itself. */
  readonly rankInCountry?: number
}

/** A place and how far away it is. */
export interface NearbyCity extends City {
  readonly distanceKm: number
}

/** A key, how it is loaded and how it is shown. */
export interface CityRead<Value, Data = Value> {
  readonly key: CityKey
  readonly loader: Loader<Value>
  readonly options: ObserveOptions<Value, Data>
}

/** What is on the first page that a visitor sees. */
export const HOME = 'DE'

/** Fresh for five minutes, as the server says what changes; kept for a month, in case it is away. */
export function createCityCache(): Cache {
  return createBrowserCache({
    name: 'city-page',
    schema: 1,
    localStorage: { keys: [keys.country(HOME), keys.favourites] },
    ttl: '5m',
    staleWhileRevalidate: '1h',
    staleIfError: '30d',
  })
}

/** Hears what the server invalidates, from where its log was when it made this page. */
export function followServer(cache: Cache): Following {
  const position = document.querySelector<HTMLMetaElement>('meta[name=position]')?.content
  return follow(cache, '/api/invalidations', { after: position === '' ? undefined : (position as Token | undefined) })
}

/** Keys, as reads and writes have them. */
export const keys = {
  favourites: ['favourites'] as const,
  search: (folded: string): CityKey => ['search', folded],
  country: (code: string): CityKey => ['country', code],
  city: (id: number): CityKey => ['city', id],
  nearby: (id: number): CityKey => ['nearby', id],
}

/** What is shown, and of what. */
export type CityKey = readonly (string | number)[]

/** Tags in the words of the API, which says what a write of it concerns. */
const tagOf = ({ id }: City): string => `city:${id}`
const searchTag = (folded: string): string => `search:${[...folded][0] ?? ''}`
const countryTag = (country: string): string => `country:${country}`

/** The API searches without case and accents, and its tags say so. */
export function foldName(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()
}

/** Places whose name begins like this. What was found before is shown until they are there. */
export function search(text: string): CityRead<readonly City[]> {
  const folded = foldName(text)
  return {
    key: keys.search(folded),
    loader: async ({ signal, addTags }) => {
      const cities = await request<readonly City[]>(`/api/search?q=${encodeURIComponent(folded)}`, { signal })
      addTags(cities.map(tagOf))
      return cities
    },
    options: { tags: [searchTag(folded)], keepPrevious: true, enabled: folded !== '' },
  }
}

/** A place: what a list knows of it is shown at once. */
export function city(id: number, known?: City): CityRead<RankedCity> {
  return {
    key: keys.city(id),
    loader: async ({ signal, addTags }) => {
      const found = await request<RankedCity>(`/api/cities/${id}`, { signal })
      addTags([countryTag(found.country)])
      return found
    },
    options: { tags: [`city:${id}`], ...(known !== undefined && { placeholder: known }) },
  }
}

/** The places near another one. */
export function nearby({ id, lat, lon }: City): CityRead<readonly NearbyCity[]> {
  return {
    key: keys.nearby(id),
    loader: async ({ signal, addTags }) => {
      const cities = await request<readonly NearbyCity[]>(`/api/nearest?lat=${lat}&lon=${lon}`, { signal })
      addTags(cities.map(tagOf))
      return cities.filter((each) => each.id !== id)
    },
    options: {},
  }
}

/** What somebody likes. */
export const favourites: CityRead<readonly City[]> = {
  key: keys.favourites,
  loader: async ({ signal, addTags }) => {
    const cities = await request<readonly City[]>('/api/favourites', { signal })
    addTags(cities.map(tagOf))
    return cities
  },
  options: { tags: ['favourites'] },
}

/** Whether a place is among them. */
export function isFavourite(id: number): CityRead<readonly City[], boolean> {
  const { key, loader } = favourites
  return { key, loader, options: { tags: ['favourites'], select: (cities) => cities.some((city) => city.id === id) } }
}

/** A list without an end: the places of a country, the biggest first. */
export function country(code: string): CityPages {
  return {
    key: keys.country(code),
    load: ({ cursor, signal }) => request<readonly City[]>(`/api/countries/${code}/cities?from=${cursor}`, { signal }),
    options: {
      tags: [countryTag(code)],
      first: 0,
      next: (last, { pages }) => (last.length < PAGE ? undefined : pages.flat().length),
      id: ({ id }) => id,
    },
  }
}

/** How many places of a country the API sends at once. */
const PAGE = 20

/** A key, how its pages are loaded, and how they follow each other. */
export interface CityPages {
  readonly key: CityKey
  readonly load: (context: PageContext<number>) => Promise<readonly City[]>
  readonly options: PagesOptions<readonly City[], number, City>
}
