import { expect, test } from 'vitest'
import type { City } from '../src/page/cities.ts'
import { MAP, mapOf } from '../src/page/map.ts'

const at = (lat: number, lon: number): City => ({ id: 1, name: 'x', country: 'FJ', population: 0, lat, lon })

test('draws north above and east on the right, also over the date line', () => {
  const near = [
    { ...at(1, 179.9), distanceKm: 10 },
    { ...at(0, -179.9), distanceKm: 20 },
  ]
  const { dots, circles } = mapOf(at(0, 179.9), near)
  const [north, east] = dots
  expect(north?.x).toBeCloseTo(MAP.width / 2)
  expect(north?.y).toBeLessThan(MAP.height / 2)
  expect(east?.x).toBeGreaterThan(MAP.width / 2)
  expect(east?.y).toBeCloseTo(MAP.height / 2)
  expect(circles.map(({ km }) => km)).toEqual([10, 20])
})

test('draws a place that nothing is near to', () => {
  expect(mapOf(at(0, 0), []).dots).toEqual([])
})
