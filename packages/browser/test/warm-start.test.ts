import { describe, expect, it } from 'vitest'
import type { LedgerRow } from '../src/quota/ledger.ts'
import { worthNoting, worthReading } from '../src/warm-start/hot-keys.ts'

const row = (bytes: number): LedgerRow => ({ bytes, usedAt: 1, deadAt: 2, epoch: 'e', asOf: 1 })
const rows = (sizes: Record<string, number>): ReadonlyMap<string, LedgerRow> =>
  new Map(Object.entries(sizes).map(([key, bytes]) => [key, row(bytes)]))

describe('what is noted for the next visit', () => {
  it('is the hottest that may be stored, 200 at most', () => {
    const hot = ['draft:1', ...Array.from({ length: 300 }, (_, index) => `key:${index}`)]
    const noted = worthNoting(hot, (key) => key.startsWith('draft:'))
    expect([noted.length, noted[0], noted.at(-1)]).toEqual([200, 'key:0', 'key:199'])
  })
})

describe('what is read of that', () => {
  it('is what is there, the hottest first, each once', () => {
    expect(worthReading(['b', 'gone', 'a', 'b'], rows({ a: 1, b: 1, c: 1 }))).toEqual(['b', 'a'])
  })

  it('is a megabyte at most', () => {
    const sizes = { a: 600_000, b: 600_000, c: 400_000, d: 1 }
    expect(worthReading(Object.keys(sizes), rows(sizes))).toEqual(['a', 'c'])
  })

  it.each([undefined, null, 'a', 1, { length: 1, 0: 'a' }, [null, 1, {}, ['a']]])('is nothing of %j', (noted) => {
    expect(worthReading(noted, rows({ a: 1 }))).toEqual([])
  })
})
