import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Histogram } from '../src/watch/histogram.ts'

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

  test('the error stays within 6 % for any shape and any number of load times', () => {
    const random = createRandom(11)
    const shapes: Record<string, () => number> = {
      uniform: () => random() * 1_000,
      exponential: () => -Math.log(1 - random()) * 50,
      'two peaks': () => (random.chance(0.9) ? 1 + random() : 800 + random() * 10),
      constant: () => 7,
    }
    for (const [shape, draw] of Object.entries(shapes)) {
      for (const count of [1, 2, 3, 19, 20, 21, 99, 100, 101, 1_000]) {
        const histogram = new Histogram()
        const all = Array.from({ length: count }, draw)
        for (const one of all) histogram.record(one)
        const sorted = all.toSorted((a, b) => a - b)
        const { p50, p95, p99, max } = histogram.snapshot()
        for (const [value, ratio] of [
          [p50, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const) {
          const exact = sorted[Math.ceil(ratio * count) - 1] as number
          expect(value / exact, `${ratio} of ${count}, ${shape}`).toBeGreaterThanOrEqual(0.9999)
          expect(value / exact, `${ratio} of ${count}, ${shape}`).toBeLessThanOrEqual(1.0601)
        }
        expect(max).toBe(sorted.at(-1))
      }
    }
  })

  test('added up, two are what one of all would be', () => {
    const random = createRandom(13)
    const [one, other, all] = [new Histogram(), new Histogram(), new Histogram()]
    for (let n = 0; n < 1_000; n++) {
      const durationMs = random() * (n % 2 === 0 ? 10 : 1_000)
      ;(n % 2 === 0 ? one : other).record(durationMs)
      all.record(durationMs)
    }
    one.add(other)
    expect(one.snapshot()).toEqual(all.snapshot())
    one.add(new Histogram())
    expect(one.snapshot()).toEqual(all.snapshot())
  })
})
