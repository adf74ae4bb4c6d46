/** A read with a loader looks into the lower tiers before there is a flight, and still no load is done twice. */
import type { Entry, Tier, TierStore } from '@hotpath/contract'
import { asyncTier, deferred, flush } from '@hotpath/testkit'
import { expect, test, vi } from 'vitest'
import { memory } from './core.ts'
import { make } from './make.ts'

/** A tier whose look-ups are answered when the test says so, with what it had when they were asked. */
function slowTier() {
  const answers: ReturnType<typeof deferred<undefined>>[] = []
  const inner = asyncTier()
  const slow = (store: TierStore): TierStore => ({
    ...store,
    async get(key): Promise<Entry | undefined> {
      const answer = deferred<undefined>()
      answers.push(answer)
      const entry = await store.get(key)
      await answer.promise
      return entry
    },
  })
  const tier: Tier = { type: 'slow', open: (context) => slow(inner.open(context)) }
  return { tier, answer: (index: number) => answers[index]?.resolve(undefined), asked: () => answers.length }
}

test('a look-up that began before another call loaded and stored does not lead to a second load', async () => {
  const { tier, answer, asked } = slowTier()
  const { cache } = make({ tiers: [tier] })
  const loader = vi.fn(() => 'loaded')
  const first = cache.getOrSet('k', loader)
  await flush()
  const second = cache.getOrSet('k', loader)
  await flush()
  expect(asked()).toBe(2)
  answer(0)
  expect(await first).toBe('loaded')
  await flush()
  // It was asked before the value was stored, and so has not found it.
  answer(1)
  await flush()
  answer(2)
  expect(await second).toBe('loaded')
  expect(loader).toHaveBeenCalledTimes(1)
})

test('a look-up that ends while another call loads joins it', async () => {
  const { tier, answer } = slowTier()
  const { cache } = make({ tiers: [memory({ maxEntries: 10 }), tier] })
  const load = deferred<string>()
  const loader = vi.fn(() => load.promise)
  const first = cache.getOrSet('k', loader)
  await flush()
  const second = cache.getOrSet('k', loader)
  await flush()
  answer(0)
  await flush()
  answer(1)
  await flush()
  load.resolve('loaded')
  expect(await Promise.all([first, second])).toEqual(['loaded', 'loaded'])
  expect(loader).toHaveBeenCalledTimes(1)
  expect(cache.stats()).toMatchObject({ misses: 1, coalesced: 1, hits: 0 })
})

test('what is invalidated during the look-up is loaded', async () => {
  const { tier, answer } = slowTier()
  const { cache } = make({ tiers: [tier] })
  await cache.set('k', 'old')
  const read = cache.getOrSet('k', () => 'new')
  await flush()
  await cache.delete('k')
  answer(0)
  await flush()
  answer(1)
  expect(await read).toBe('new')
})
