/** Batches far larger than one statement or one transaction takes. */
import { type InvalidationLog, type TierStore, createEntry } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { expect, test } from 'vitest'
import type { SqlTier } from '../../src/index.ts'

const COUNT = 50_000

export function batchCases(tier: () => SqlTier): void {
  const context = {
    name: `large${performance.now()}`,
    clock: systemClock,
    elapsed: () => performance.now(),
    evicted: () => {},
    fault: (error: Error) => {
      throw error
    },
  }
  const keys = Array.from({ length: COUNT }, (_, n) => `a key of usual length ${n}`)

  test('50,000 entries are stored, read and removed by one call', async () => {
    const store: TierStore = tier().open(context)
    try {
      const fields = { tags: [], createdAt: performance.now(), freshMs: 600_000, staleMs: 0, errorMs: 0, aheadMs: 0 }
      const entry = (value: number) => createEntry({ ...fields, value, epoch: 'e', asOf: 1 })
      await store.setMany(keys.map((key, n) => [key, entry(n)] as const))
      const found = await store.getMany(keys)
      expect(found.map((one) => one?.value)).toEqual(keys.map((_, n) => n))
      await store.delete(keys)
      expect((await store.getMany(keys)).filter(Boolean)).toEqual([])
    } finally {
      await store.close()
    }
  }, 120_000)

  test('50,000 records are appended by one call, in order, and the state knows all of them', async () => {
    const log = tier().openLog?.(context) as InvalidationLog
    try {
      const before = await log.head()
      const mark = await log.append(keys.map((key) => ({ scope: { type: 'key', key }, strength: 'hard' })))
      expect(await log.head()).toMatchObject(mark)
      expect(mark.position).toBeGreaterThanOrEqual(before.position + COUNT)
      const { positions } = await log.snapshot()
      expect(keys.filter((key) => positions.hardAt(key, []) <= before.position)).toEqual([])
    } finally {
      await log.close()
    }
  }, 120_000)
}
