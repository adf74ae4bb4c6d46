import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type City, type Point, foldName } from '../src/city.ts'
import { type CityQueries, createQueries } from '../src/queries.ts'
import { type SmallWorld, createSmallWorld } from './small-world.ts'

let world: SmallWorld
let queries: CityQueries
beforeAll(async () => {
  world = await createSmallWorld()
  queries = createQueries(world.db)
})
afterAll(() => world.remove())

const ids = (cities: readonly City[]): readonly number[] => cities.map(({ id }) => id)
const byPopulation = (a: City, b: City): number => b.population - a.population || a.id - b.id

/** Distance by the spherical law of cosines: another formula than the query's. */
function distanceKm(a: Point, b: Point): number {
  const [aLat, bLat, lon] = [a.lat, b.lat, a.lon - b.lon].map((degrees) => (degrees * Math.PI) / 180) as [
    number,
    number,
    number,
  ]
  const cosine = Math.sin(aLat) * Math.sin(bLat) + Math.cos(aLat) * Math.cos(bLat) * Math.cos(lon)
  return 6_371 * Math.acos(Math.min(1, Math.max(-1, cosine)))
}

describe('search', () => {
  it.each(['s', 'sa', 'b', 'ma'])('finds the biggest places that begin with “%s”', async (text) => {
    const expected = world.cities.filter(({ name }) => foldName(name).startsWith(text)).sort(byPopulation)
    expect(expected.length).toBeGreaterThan(0)
    expect(ids(await queries.search(text))).toEqual(ids(expected.slice(0, 10)))
  })

  it('puts the exact name first', async () => {
    const city = world.cities.find(({ name }) => foldName(name).length > 3) as City
    const longer = world.cities.filter(({ name }) => foldName(name).length > 8).sort(byPopulation)[0] as City
    queries.update(longer.id, { name: `${city.name}burg`, population: 9_000_000 })
    expect(ids(await queries.search(foldName(city.name))).slice(0, 2)).toEqual([city.id, longer.id])
    queries.update(longer.id, longer)
  })

  it('takes % and _ as letters', async () => {
    expect(await queries.search('%')).toEqual([])
    expect(await queries.search('_')).toEqual([])
  })
})

describe('page', () => {
  it('goes on where the page before it ended', async () => {
    const inIndia = world.cities.filter(({ country }) => country === 'IN').sort(byPopulation)
    expect(ids(await queries.page({ country: 'IN', from: 0 }))).toEqual(ids(inIndia.slice(0, 20)))
    expect(ids(await queries.page({ country: 'IN', from: 3 }))).toEqual(ids(inIndia.slice(3, 23)))
    expect(await queries.page({ country: 'IN', from: inIndia.length })).toEqual([])
  })
})

describe('biggest', () => {
  it('shows the biggest places of a country, their share and their rank in their region', async () => {
    const inFrance = world.cities.filter(({ country }) => country === 'FR').sort(byPopulation)
    const total = inFrance.reduce((sum, { population }) => sum + population, 0)
    const biggest = await queries.biggest('FR')
    expect(ids(biggest)).toEqual(ids(inFrance.slice(0, 20)))
    for (const { population, region, share, rankInRegion } of biggest) {
      const bigger = inFrance.filter((other) => other.region === region && other.population > population)
      expect({ share, rankInRegion }).toEqual({ share: population / total, rankInRegion: bigger.length + 1 })
    }
  })

  it('survives a country where nobody lives', async () => {
    const [city] = world.cities.filter(({ country }, _, all) => all.filter((c) => c.country === country).length === 1)
    if (city === undefined) throw new Error('The small world has no country of one place.')
    queries.update(city.id, { population: 0 })
    expect((await queries.biggest(city.country)).map(({ share }) => share)).toEqual([0])
    queries.update(city.id, city)
  })
})

describe('nearest', () => {
  it.each([
    ['in Europe', { lat: 50, lon: 10 }],
    ['beside the date line', { lat: -17, lon: 179.99 }],
    ['on its other side', { lat: 65, lon: -179.99 }],
    ['at the North Pole', { lat: 90, lon: 0 }],
    ['near the South Pole', { lat: -89.5, lon: 120 }],
    ['in the middle of the Pacific', { lat: 0, lon: -140 }],
  ])('finds the ten nearest places %s', async (_, point) => {
    const nearest = await queries.nearest(point)
    const expected = world.cities.toSorted((a, b) => distanceKm(point, a) - distanceKm(point, b)).slice(0, 10)
    expect(ids(nearest)).toEqual(ids(expected))
    for (const city of nearest) expect(city.distanceKm).toBeCloseTo(distanceKm(point, city), 2)
  })
})

describe('city', () => {
  it('shows a place and its rank in its country', () => {
    const [, second] = world.cities.filter(({ country }) => country === 'DE').sort(byPopulation)
    expect(queries.city(second?.id ?? 0)).toEqual({ ...second, rankInCountry: 2 })
  })

  it('is null for an id that nobody has', () => {
    expect(queries.city(999_999_999_999)).toBeNull()
  })
})

describe('update', () => {
  it('renames a place, so that it is found by the new name and no longer by the old one', async () => {
    const city = world.cities[7] as City
    expect(queries.update(city.id, { name: 'Żółtowo Nowe' })?.after).toMatchObject({ ...city, name: 'Żółtowo Nowe' })
    expect(ids(await queries.search(foldName('Zołtowo')))).toEqual([city.id])
    expect(ids(await queries.search(foldName(city.name)))).not.toContain(city.id)
    queries.update(city.id, city)
    expect(ids(await queries.search(foldName(city.name)))).toContain(city.id)
  })

  it('is null for an id that nobody has', () => {
    expect(queries.update(999_999_999_999, { population: 1 })).toBeNull()
  })
})
