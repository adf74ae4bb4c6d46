import { type City, foldName } from './city.ts'
import { createRandom, createZipf } from './random.ts'

/** What the visitors ask for. */
export interface TrafficOptions {
  /** The same seed gives the same requests in the same order. */
  readonly seed: number
  /** The most popular first. */
  readonly cities: readonly City[]
}

/** Searches are typed letter by letter and asked for from the second one on. */
const FIRST_LETTERS = 2
const LAST_LETTERS = 5

/**
 * Makes an endless sequence of requests as a site would see them: few places interest many, many places few.
 *
 * Of ten requests six search as someone types, two look around a place, one shows it, one shows its country.
 */
export function createTraffic({ seed, cities }: TrafficOptions): () => string {
  const random = createRandom(seed)
  const rank = createZipf(cities.length, random)
  return () => {
    const city = cities[rank()] as City
    const kind = random()
    if (kind < 0.6) return search(city, random())
    if (kind < 0.8) return `/nearest?lat=${city.lat}&lon=${city.lon}`
    if (kind < 0.9) return `/cities/${city.id}`
    return `/countries/${city.country}/biggest`
  }
}

function search({ name }: City, random: number): string {
  const letters = FIRST_LETTERS + Math.floor(random * (LAST_LETTERS - FIRST_LETTERS + 1))
  return `/search?q=${encodeURIComponent([...foldName(name)].slice(0, letters).join(''))}`
}
