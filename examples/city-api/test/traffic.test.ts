import { describe, expect, it } from 'vitest'
import type { City } from '../src/city.ts'
import { createRandom, createZipf } from '../src/random.ts'
import { createTraffic } from '../src/traffic.ts'

const cities: readonly City[] = Array.from({ length: 50 }, (_, id) => ({
  id,
  name: `Örtchen ${id}`,
  country: `C${id % 9}`,
  region: '01',
  population: 1_000 - id,
  lat: id,
  lon: -id,
}))

const take = (count: number, seed: number): readonly string[] => {
  const next = createTraffic({ seed, cities })
  return Array.from({ length: count }, next)
}

describe('createTraffic', () => {
  it('gives the same requests for the same seed', () => {
    expect(take(1_000, 7)).toEqual(take(1_000, 7))
    expect(take(1_000, 7)).not.toEqual(take(1_000, 8))
  })

  it('asks in the proportions of a site where most visitors search', () => {
    const shareOf = (path: string): number =>
      take(10_000, 1).filter((request) => request.startsWith(path)).length / 10_000
    expect(shareOf('/search?q=o')).toBeCloseTo(0.6, 1)
    expect(shareOf('/nearest?')).toBeCloseTo(0.2, 1)
    expect(shareOf('/cities/')).toBeCloseTo(0.1, 1)
    expect(shareOf('/countries/')).toBeCloseTo(0.1, 1)
  })
})

describe('createZipf', () => {
  it('chooses rank n about n + 1 times as rarely as the first', () => {
    const next = createZipf(100, createRandom(1))
    const chosen = new Array<number>(100).fill(0)
    for (let draw = 0; draw < 100_000; draw++) {
      const rank = next()
      chosen[rank] = (chosen[rank] ?? 0) + 1
    }
    const first = chosen[0] ?? 0
    expect(first / (chosen[1] ?? 0)).toBeCloseTo(2, 0)
    expect(first / (chosen[9] ?? 0)).toBeCloseTo(10, -1)
    expect(chosen.every((times) => times > 0)).toBe(true)
  })
})
