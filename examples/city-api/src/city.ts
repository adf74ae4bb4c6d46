/** One place. */
export interface City {
  /** The GeoNames id. */
  readonly id: number
  readonly name: string
  /** ISO 3166 code, two capital letters. */
  readonly country: string
  /** The country's own code of its first-level region. */
  readonly region: string
  readonly population: number
  readonly lat: number
  readonly lon: number
}

/** A place and its position among all places of its country by population. */
export interface RankedCity extends City {
  readonly rankInCountry: number
}

/** A place and how far away it is. */
export interface NearbyCity extends City {
  readonly distanceKm: number
}

/** A place as one of the biggest of its country. */
export interface BigCity extends City {
  /** Its part of all who live in the country's places: 0..1. */
  readonly share: number
  readonly rankInRegion: number
}

/** Where a page of the places of a country begins. */
export interface CountryPage {
  readonly country: string
  /** How many bigger ones are left out. */
  readonly from: number
}

/** A place on the globe in degrees. */
export interface Point {
  readonly lat: number
  readonly lon: number
}

/** What a write may change; what is left out stays. */
export interface CityChange {
  readonly name?: string | undefined
  readonly population?: number | undefined
}

/** Names are searched without case and accents: `São Paulo` is found as `sao`. */
export function foldName(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}
