import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createHistogram } from '../src/watch/histogram.ts'

const RATIOS = [0, 0.01, 0.5, 0.95, 0.99, 1]

function exactOf(values: readonly number[], ratio: number): number {
  return values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(ratio * values.length)) - 1] as number
}

describe('a histogram', () => {
  test('percentiles are off by at most 1.6 %, for any shape and any number of values', () => {
    const random = createRandom(11)
    const shapes: Record<string, () => number> = {
      'seven orders of magnitude': () => 10 ** (random() * 7 - 3),
      uniform: () => random() * 1_000,
      exponential: () => -Math.log(1 - random()) * 50,
      'two peaks': () => (random.chance(0.9) ? 1 + random() : 800 + random() * 10),
      'powers of two': () => 2 ** Math.floor(random() * 20 - 10),
      constant: () => 7,
    }
    for (const [shape, draw] of Object.entries(shapes)) {
      for (const count of [1, 2, 3, 19, 20, 21, 99, 100, 101, 10_000]) {
        const histogram = createHistogram()
        const values = Array.from({ length: count }, draw)
        for (const value of values) histogram.record(value)
        for (const ratio of RATIOS) {
          const off = histogram.percentile(ratio) / exactOf(values, ratio)
          expect(Math.abs(off - 1), `${ratio} of ${count}, ${shape}`).toBeLessThanOrEqual(0.016)
        }
        expect(histogram.max).toBe(Math.max(...values))
        expect(histogram.count).toBe(count)
        expect(histogram.sum).toBeCloseTo(
          values.reduce((sum, value) => sum + value, 0),
          5,
        )
      }
    }
  })

  test('an empty one has only zeros', () => {
    const { count, sum, max } = createHistogram()
    expect([count, sum, max, createHistogram().percentile(0.5), createHistogram().buckets()]).toEqual([0, 0, 0, 0, []])
  })

  test('extremes stay within its buckets, negative values are 0, and NaN is left out', () => {
    const histogram = createHistogram()
    for (const value of [0, -0, -5, 1e-9, 1e12, Infinity, Number.NaN]) histogram.record(value)
    expect([histogram.count, histogram.max]).toEqual([6, Infinity])
    const [first, last] = histogram.buckets()
    expect(first).toEqual({ upTo: expect.any(Number), count: 4 })
    expect(last).toEqual({ upTo: 2 ** 24, count: 2 })
    expect(first?.upTo).toBeLessThan(0.0001)
  })

  test('buckets hold what is up to their end, and follow each other', () => {
    const histogram = createHistogram()
    const random = createRandom(3)
    const values = Array.from({ length: 5_000 }, () => 10 ** (random() * 8 - 3))
    for (const value of values) histogram.record(value)
    let from = 0
    for (const { upTo, count } of histogram.buckets()) {
      expect(values.filter((value) => value >= from && value < upTo).length).toBe(count)
      from = upTo
    }
  })

  test.each([95, -0.1, Number.NaN])('a percentile of %s is refused', (ratio) => {
    expect(() => createHistogram().percentile(ratio)).toThrow(/`ratio` must be a number from 0 to 1/)
  })

  test('added up, two are what one of all would be', () => {
    const random = createRandom(13)
    const [one, other, all] = [createHistogram(), createHistogram(), createHistogram()]
    for (let n = 0; n < 1_000; n++) {
      const value = n % 7 === 0 ? 2 ** (n % 20) : random() * (n % 2 === 0 ? 10 : 1_000)
      ;(n % 2 === 0 ? one : other).record(value)
      all.record(value)
    }
    one.add(other)
    one.add(createHistogram())
    expect(one.buckets()).toEqual(all.buckets())
    expect([one.count, one.max]).toEqual([all.count, all.max])
    expect(one.sum).toBeCloseTo(all.sum, 6)
    for (const ratio of RATIOS) expect(one.percentile(ratio)).toBe(all.percentile(ratio))
  })
})
