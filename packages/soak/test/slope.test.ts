import { expect, test } from 'vitest'
import { type MemorySample, growthOf } from '../src/slope.ts'

const SECOND = 1_000

/** Five minutes, every ten seconds. */
function samples(heapAt: (seconds: number) => number): MemorySample[] {
  return Array.from({ length: 31 }, (_, n) => ({
    at: 5_000 + n * 10 * SECOND,
    heapBytes: heapAt(n * 10),
    rssBytes: 1_000_000,
  }))
}

test('growth is measured in bytes a minute, once the process is warm', () => {
  const growth = growthOf(samples((seconds) => (seconds < 120 ? 0 : 5_000_000 + seconds * 1_000)))
  expect(growth?.heapBytes).toBeCloseTo(60_000)
  expect(growth?.rssBytes).toBeCloseTo(0)
  expect(growth?.seconds).toBe(180)
})

test('memory that goes up and down is flat', () => {
  const growth = growthOf(samples((seconds) => 5_000_000 + (seconds % 20 === 0 ? 500_000 : 0)))
  expect(Math.abs(growth?.heapBytes ?? Number.NaN)).toBeLessThan(100_000)
})

test('a process that did not live long says nothing', () => {
  expect(growthOf([])).toBeUndefined()
  expect(growthOf(samples(() => 1).slice(0, 5))).toBeUndefined()
})
