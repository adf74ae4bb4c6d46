/** The small parts that the engine is made of. */
import { createFakeClock, createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Backoff } from '../src/backoff.ts'
import { Breaker } from '../src/breaker.ts'
import { CELLS, cellsOf, createCellPositions } from '../src/cell-positions.ts'
import { createExactPositions } from '../src/exact-positions.ts'
import { Histogram } from '../src/histogram.ts'
import { PositionMap } from '../src/position-map.ts'
import { sizeOf, sizeOfString } from '../src/size-of.ts'
import { Timeline } from '../src/timeline.ts'

describe('breaker', () => {
  test('opens after five failures in a row, and lets one call probe after each pause', () => {
    const breaker = new Breaker()
    for (let n = 0; n < 4; n++) breaker.failed(0)
    expect(breaker.allows(0)).toBe(true)
    breaker.succeeded()
    for (let n = 0; n < 5; n++) breaker.failed(0)
    expect(breaker.allows(4_999)).toBe(false)
    expect([breaker.allows(5_000), breaker.allows(5_001)]).toEqual([true, false])
    breaker.failed(5_100)
    expect([breaker.allows(10_099), breaker.allows(10_100)]).toEqual([false, true])
    breaker.succeeded()
    expect([breaker.allows(10_101), breaker.allows(10_101)]).toEqual([true, true])
  })
})

describe('backoff', () => {
  test('P10: remembers ten thousand keys, the last ones', () => {
    const backoff = new Backoff()
    for (let n = 0; n < 10_001; n++) backoff.failed(`k${n}`, 100)
    expect(backoff.waitMs('k0', 0)).toBe(0)
    expect(backoff.waitMs('k1', 40)).toBe(60)
    expect(backoff.waitMs('k1', 100)).toBe(0)
  })
})

describe('positions', () => {
  test('a map forgets its older half when it is full, and tells the highest position forgotten', () => {
    const map = new PositionMap({ maxRecords: 4, maxBytes: 1e6 })
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) expect(map.raise(id, index + 1)).toBe(0)
    expect([map.raise('a', 5), map.raise('e', 6)]).toEqual([0, 3])
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => map.get(id))).toEqual([5, 0, 0, 4, 6])
  })

  test('a map is bounded in bytes too', () => {
    const map = new PositionMap({ maxRecords: 1e6, maxBytes: 1_000 })
    let forgotten = 0
    for (let n = 1; n <= 100; n++) forgotten = Math.max(forgotten, map.raise('x'.repeat(100) + n, n))
    expect(forgotten).toBeGreaterThan(90)
  })

  test('never answer below a record that concerns the entry, whatever was forgotten', () => {
    const random = createRandom(3)
    const positions = createExactPositions({ maxRecords: 10, maxBytes: 1e6 })
    const exact = new Map<string, number>()
    for (let position = 1; position <= 2_000; position++) {
      const id = `id${random.int(40)}`
      const strength = random() < 0.5 ? 'hard' : 'soft'
      const scope = random() < 0.5 ? ({ type: 'key', key: id } as const) : ({ type: 'tag', tag: id } as const)
      positions.raise({ scope, strength, epoch: 'e', position })
      exact.set(`${strength} ${scope.type} ${id}`, position)
      const [key, tag] = [`id${random.int(40)}`, `id${random.int(40)}`]
      const least = (half: string): number =>
        Math.max(exact.get(`${half} key ${key}`) ?? 0, exact.get(`${half} tag ${tag}`) ?? 0)
      expect(positions.hardAt(key, [tag])).toBeGreaterThanOrEqual(least('hard'))
      expect(positions.softAt(key, [tag])).toBeGreaterThanOrEqual(least('soft'))
    }
  })

  test('P10: more than a thousand patterns raise the floor', () => {
    const positions = createExactPositions({ maxRecords: 10, maxBytes: 1e6 })
    for (let position = 1; position <= 1_001; position++) {
      positions.raise({ scope: { type: 'pattern', pattern: `p${position}*` }, strength: 'hard', epoch: 'e', position })
    }
    expect(positions.hardAt('other', [])).toBe(1)
    expect(positions.hardAt('p1001', [])).toBe(1_001)
  })
})

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

describe('timeline', () => {
  test('recent readings are renewed after a millisecond or 64 uses', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    expect(timeline.recent()).toBe(0)
    clock.advance(1)
    expect(timeline.recent()).toBe(1)
    clock.suspend(1_000)
    // Timers do not run while the machine sleeps, so only the uses count.
    for (let use = 0; use < 64; use++) timeline.recent()
    expect(timeline.recent()).toBe(1_001)
    timeline.close()
    expect(clock.pending).toBe(0)
  })

  test('a wall clock that is set back, or drifts a little, changes nothing', () => {
    const clock = createFakeClock()
    const timeline = new Timeline(clock)
    clock.jumpWall(-3_600_000)
    clock.advance(10)
    expect(timeline.elapsed()).toBe(10)
    clock.jumpWall(200)
    expect(timeline.elapsed()).toBe(10)
    clock.jumpWall(10_000)
    expect(timeline.elapsed()).toBe(10_010)
  })
})

describe('sizes', () => {
  test('grow with what is held', () => {
    const holders: ((text: string) => unknown)[] = [
      (text) => text,
      (text) => ({ text }),
      (text) => [text],
      (text) => ({ list: [text, 1, null] }),
      (text) => ({ deep: { deeper: [{ text }] } }),
      (text) => new Map([[text, 1]]),
      (text) => new Set([text]),
      (text) => new Error(text),
      (text) => new TextEncoder().encode(text),
    ]
    for (const hold of holders) {
      const [small, large] = [sizeOf(hold('x')), sizeOf(hold('x'.repeat(10_001)))]
      expect(large - small).toBeGreaterThanOrEqual(9_999)
      expect(large - small).toBeLessThanOrEqual(2 * 10_000 + 10)
    }
  })

  test('wide characters take two bytes, and cycles and shared parts end', () => {
    expect(sizeOfString('日本')).toBe(sizeOfString('ab') + 2)
    expect(sizeOfString('日'.repeat(10_000))).toBe(16 + 20_000)
    const shared = { text: 'x'.repeat(1_000) }
    const cycle: Record<string, unknown> = { a: shared, b: shared }
    cycle['self'] = cycle
    expect(sizeOf(cycle)).toBeLessThan(1_200)
  })
})

describe('cells', () => {
  test('spread evenly, for keys and tags apart, and are the same in every process', () => {
    expect([cellsOf('key', 'user:42'), cellsOf('tag', 'user:42'), cellsOf('key', '')]).toEqual([
      [105_490, 106_735],
      [68_613, 124_822],
      [31_755, 29_373],
    ])
    const hits = new Uint16Array(CELLS)
    for (let n = 0; n < CELLS; n++) for (const cell of cellsOf('key', `user:${n}`)) hits[cell] = (hits[cell] ?? 0) + 1
    // Two a cell on average; a hash that spreads badly leaves cells empty and piles up others.
    expect(hits.reduce((most, count) => Math.max(most, count))).toBeLessThan(20)
    expect(hits.filter((count) => count === 0).length / CELLS).toBeLessThan(0.16)
    expect(hits.filter((count) => count === 0).length / CELLS).toBeGreaterThan(0.11)
  })

  test('never answer below a record that concerns the entry, and seldom above', () => {
    const positions = createCellPositions()
    const exact = new Map<string, number>()
    for (let position = 1; position <= 5_000; position++) {
      positions.raise({ scope: { type: 'tag', tag: `t${position}` }, strength: 'hard', epoch: 'e', position })
      exact.set(`t${position}`, position)
    }
    for (const [tag, position] of exact) expect(positions.hardAt('k', [tag])).toBeGreaterThanOrEqual(position)
    let wrong = 0
    for (let n = 0; n < 10_000; n++) if (positions.hardAt('k', [`never${n}`]) > 0) wrong++
    expect(wrong / 10_000).toBeLessThan(0.015)
    expect(positions.softAt('k', ['t1'])).toBe(0)
  })

  test('are restored from what a store keeps', () => {
    const [one, other] = cellsOf('tag', 't')
    const positions = createCellPositions({
      cells: [
        { strength: 'hard', cell: one, position: 5 },
        { strength: 'hard', cell: other, position: 7 },
      ],
      records: [
        { scope: { type: 'all' }, strength: 'soft', epoch: 'e', position: 3 },
        { scope: { type: 'prefix', prefix: 'user' }, strength: 'hard', epoch: 'e', position: 9 },
      ],
    })
    expect([positions.hardAt('k', ['t']), positions.softAt('k', []), positions.hardAt('user:1', [])]).toEqual([5, 3, 9])
  })
})
