import type { Tier } from '@hotpath/contract'
import { asyncTier, createSharedStore, deferred } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { createMemoryLog } from './core.ts'
import { make } from './make.ts'

/** Two caches of one name; removals of the first reach the store when the test says so. */
function open() {
  const [inner, log, arrives] = [asyncTier(createSharedStore()), createMemoryLog(), deferred()]
  const late: Tier = {
    ...inner,
    open(context) {
      const store = inner.open(context)
      return { ...store, delete: async (keys, below) => (await arrives.promise, store.delete(keys, below)) }
    },
  }
  const [one, other] = [late, inner].map((tier) => make({ tiers: [tier], log: () => log }).cache)
  return { one: one!, other: other!, arrives }
}

test('each of many keys is removed once, below the mark of its own append', async () => {
  const inner = asyncTier(createSharedStore())
  const removed: unknown[] = []
  const log = createMemoryLog()
  const tier: Tier = {
    ...inner,
    open(context) {
      const store = inner.open(context)
      return { ...store, delete: async (keys, below) => void removed.push([keys, below?.position]) }
    },
  }
  const { cache } = make({ tiers: [tier], log: () => ({ ...log, maxRecords: 2 }) })
  await cache.deleteMany(['a', 'b', 'c'])
  expect(removed).toEqual([
    [['a', 'b'], 2],
    [['c'], 3],
  ])
})

test('a removal that arrives late leaves what was stored since, here and in other processes', async () => {
  const { one, other, arrives } = open()
  await one.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 'old' })))
  const removals = Promise.all([one.delete('a'), one.deleteMany(['b', 'c'])])
  await one.set('a', 'new')
  await other.getOrSet('b', () => 'new')
  arrives.resolve()
  await removals
  expect(await other.getMany(['a', 'b', 'c'])).toEqual(['new', 'new', undefined])
})
