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
