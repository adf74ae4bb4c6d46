import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Histogram } from '../src/histogram.ts'

describe('histogram', () => {
  test('percentiles are at most 6 % too high', () => {
    const random = createRandom(5)
    const histogram = new Histogram()
    const all = Array.from({ length: 10_000 }, () => 10 ** (random() * 6 - 2))
    for (const one of all) histogram.record(one)
    const sorted = all.toSorted((a, b) => a - b)
    const { p50, p95, p99, max, count } = histogram.snapshot()
    for (const [value, ratio] of [
      [p50, 0.5],
      [p95, 0.95],
      [p99, 0.99],
    ] as const) {
      const exact = sorted[Math.ceil(ratio * 10_000) - 1] as number
      expect(value).toBeGreaterThanOrEqual(exact * 0.9999)
      expect(value).toBeLessThanOrEqual(exact * 1.0601)
    }
    expect([max, count]).toEqual([sorted.at(-1), 10_000])
  })

  test('an empty one answers zeros, and extremes stay within its buckets', () => {
    const histogram = new Histogram()
    expect(histogram.snapshot()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 })
    histogram.record(0)
    histogram.record(1e12)
    expect(histogram.snapshot().max).toBe(1e12)
  })
})
