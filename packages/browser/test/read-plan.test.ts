import { describe, expect, it } from 'vitest'
import type { LedgerRow } from '../src/quota/ledger.ts'
import { isDense, limitOf, partsOf } from '../src/store/read-plan.ts'
import { entryOf, openStore } from './store.ts'

const row = (bytes = 1_000): LedgerRow => ({ bytes, usedAt: 0, deadAt: 0, epoch: 'e', asOf: 1 })
const numbered = (count: number, step = 1) =>
  Array.from({ length: count }, (_, index) => `key:${String(index * step).padStart(6, '0')}`)
const rowsOf = (keys: readonly string[], bytes?: number) => new Map(keys.map((key) => [key, row(bytes)]))

describe('the plan of many reads', () => {
  it('has parts of a hundred neighbours, or of 250 kB', () => {
    const keys = numbered(250)
    const hundreds = [keys.slice(0, 100), keys.slice(100, 200), keys.slice(200)]
    expect(partsOf(keys.toReversed(), rowsOf(keys))).toEqual(hundreds)
    expect(partsOf(keys, new Map())).toEqual(hundreds)
    const parts = partsOf(keys.slice(0, 100), rowsOf(keys, 20_000))
    expect(parts.map(({ length }) => length)).toEqual([...Array.from({ length: 8 }, () => 12), 4])
    expect(partsOf(keys.slice(0, 2), rowsOf(keys, 1_000_000))).toHaveLength(2)
  })

  it('reads a part by one request as long as not much lies between its keys', () => {
    const part = numbered(50, 2)
    const between = numbered(100)
    expect(limitOf(part)).toBe(101)
    expect(isDense(part, between, rowsOf(between))).toBe(true)
    expect(isDense(part, between, new Map())).toBe(true)
    expect(isDense(part, numbered(101), rowsOf(between))).toBe(false)
    expect(isDense(part, between, rowsOf(between, 5_001))).toBe(false)
  })
})

describe('many reads', () => {
  it('find the same as one by one, in one transaction, also where others have written in between', async () => {
    for (const others of [20, 121]) {
      const { store, database, clock } = openStore()
      const keys = numbered(60, 2)
      await store.setMany(keys.map((key, index) => [key, entryOf(index)]))
      // Of which this store has not heard.
      const other = openStore({ shared: database, clock }).store
      await other.setMany(numbered(others).map((key) => [`${key}!`, entryOf('other')]))
      await other.delete([keys[3] as string])
      const asked = [...keys.toReversed(), 'missing']
      await store.get('opened')
      const before = database.transactions.reads
      const found = await store.getMany(asked)
      const expected = [...keys.keys()].map((index) => (index === 3 ? undefined : index)).toReversed()
      expect(found.map((entry) => entry?.value)).toEqual([...expected, undefined])
      expect(database.transactions.reads - before).toBe(1)
    }
  })
})
