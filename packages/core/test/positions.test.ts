/** Where the records of a log stand: exact tables, and cells. */
import { type LogPositions, compilePattern } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { CELLS, cellsOf, createCellPositions } from '../src/shared/cells/cell-positions.ts'
import { createExactPositions } from '../src/view/exact-positions.ts'
import { PositionMap } from '../src/view/position-map.ts'

describe('positions', () => {
  test('a map forgets its older half when it is full, and tells the highest position forgotten', () => {
    const map = new PositionMap({ maxEntries: 4, maxBytes: 1e6 })
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) expect(map.raise(id, index + 1)).toBe(0)
    expect([map.raise('a', 5), map.raise('e', 6)]).toEqual([0, 3])
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => map.get(id))).toEqual([5, 0, 0, 4, 6])
  })

  test('a map is bounded in bytes too', () => {
    const map = new PositionMap({ maxEntries: 1e6, maxBytes: 1_000 })
    let forgotten = 0
    for (let n = 1; n <= 100; n++) forgotten = Math.max(forgotten, map.raise('x'.repeat(100) + n, n))
    expect(forgotten).toBeGreaterThan(90)
  })

  test('never answer below a record that concerns the entry, whatever was forgotten', () => {
    const random = createRandom(3)
    const positions = createExactPositions(compilePattern, { maxEntries: 10, maxBytes: 1e6 })
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
    const positions = createExactPositions(compilePattern, { maxEntries: 10, maxBytes: 1e6 })
    for (let position = 1; position <= 1_001; position++) {
      positions.raise({ scope: { type: 'pattern', pattern: `p${position}*` }, strength: 'hard', epoch: 'e', position })
    }
    expect(positions.hardAt('other', [])).toBe(1)
    expect(positions.hardAt('p1001', [])).toBe(1_001)
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

  const raiseTags = (positions: LogPositions, count: number): void => {
    for (let position = 1; position <= count; position++) {
      positions.raise({ scope: { type: 'tag', tag: `t${position}` }, strength: 'hard', epoch: 'e', position })
    }
  }

  test('are not needed for the last fifty thousand, which are told apart exactly', () => {
    const positions = createCellPositions()
    raiseTags(positions, 50_000)
    for (const tag of [1, 25_000, 50_000]) expect(positions.hardAt('k', [`t${tag}`])).toBe(tag)
    let mistaken = 0
    for (let n = 0; n < 10_000; n++) if (positions.hardAt('k', [`never${n}`]) > 0) mistaken++
    expect(mistaken).toBe(0)
    expect(positions.softAt('k', ['t1'])).toBe(0)
  })

  test('take what is older, never answer below a record that concerns the entry, and seldom above', () => {
    const positions = createCellPositions()
    raiseTags(positions, 55_000)
    let low = 0
    for (let tag = 1; tag <= 55_000; tag++) if (positions.hardAt('k', [`t${tag}`]) < tag) low++
    expect(low).toBe(0)
    let wrong = 0
    for (let n = 0; n < 10_000; n++) if (positions.hardAt('k', [`never${n}`]) > 0) wrong++
    expect(wrong).toBeGreaterThan(0)
    expect(wrong / 10_000).toBeLessThan(0.015)
    // What was loaded after all that is in the cells cannot be concerned by them.
    for (let n = 0; n < 100; n++) expect(positions.hardAt('k', [`never${n}`], 5_000)).toBe(0)
    expect(positions.hardAt('k', ['t55000'], 5_000)).toBe(55_000)
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
