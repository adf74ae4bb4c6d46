import { describe, expect, it } from 'vitest'
import type { LedgerRow } from '../src/quota/ledger.ts'
import { planOf } from '../src/store/read-plan.ts'
import { entryOf, openStore } from './store.ts'

const row = (bytes = 1_000): LedgerRow => ({ bytes, usedAt: 0, deadAt: 0, epoch: 'e', asOf: 1 })
const numbered = (count: number, step = 1) =>
  Array.from({ length: count }, (_, index) => `key:${String(index * step).padStart(6, '0')}`)
const rowsOf = (keys: readonly string[], bytes?: number) => new Map(keys.map((key) => [key, row(bytes)]))

describe('the plan of many reads', () => {
  it('reads neighbours together, a hundred at a time', () => {
    const keys = numbered(250)
    const { ranges, singles } = planOf(keys.toReversed(), rowsOf(keys))
    expect(ranges.map((range) => range.keys)).toEqual([keys.slice(0, 100), keys.slice(100, 200), keys.slice(200)])
    expect(singles).toEqual([])
  })

  it('reads those one by one between which there is much else, and where nobody knows what there is', () => {
    const sparse = numbered(100, 3)
    const dense = numbered(100, 1).map((key) => `z${key}`)
    const rows = rowsOf([...numbered(300), ...dense])
    const { ranges, singles } = planOf([...sparse, ...dense], rows)
    expect([ranges.map((range) => range.keys), singles]).toEqual([[dense], sparse])
    expect(planOf(dense, new Map())).toEqual({ ranges: [], singles: dense })
    expect(planOf(dense.slice(0, 7), rows).ranges).toEqual([])
  })

  it('reads no more than 500 kB by one request', () => {
    const keys = numbered(100)
    const { ranges, singles } = planOf(keys, rowsOf(keys, 20_000))
    expect(ranges.map((range) => range.keys.length)).toEqual(Array.from({ length: 8 }, () => 12))
    expect(singles).toEqual(keys.slice(96))
    expect(planOf(keys, rowsOf(keys, 100_000)).ranges).toEqual([])
  })
})

describe('many reads', () => {
  it('find the same as one by one, in one transaction, also where others have written in between', async () => {
    const { store, database, clock } = openStore()
    const keys = numbered(60, 2)
    await store.setMany(keys.map((key, index) => [key, entryOf(index)]))
    // Of which this store has not heard.
    const other = openStore({ shared: database, clock }).store
    await other.setMany(numbered(121).map((key) => [`${key}!`, entryOf('other')]))
    await other.delete([keys[3] as string])
    const asked = [...keys.toReversed(), 'missing']
    const before = database.transactions.reads
    const found = await store.getMany(asked)
    const expected = [...keys.keys()].map((index) => (index === 3 ? undefined : index)).toReversed()
    expect(found.map((entry) => entry?.value)).toEqual([...expected, undefined])
    // One more for what lies beyond the limit.
    expect(database.transactions.reads - before).toBeLessThanOrEqual(3)
  })
})
