import { asyncTier, createSharedStore } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { memory } from '../src/index.ts'
import { make } from './make.ts'

describe('inspect', () => {
  test('tells each state of a key', async () => {
    const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s', staleIfError: '10s' })
    const state = async (): Promise<string> => (await cache.inspect('k')).state
    expect(await state()).toBe('missing')
    await cache.set('k', 'v', { tags: ['t'] })
    const states = [await state()]
    for (let step = 0; step < 3; step++) {
      clock.advance(10_000)
      states.push(await state())
    }
    expect(states).toEqual(['fresh', 'stale', 'stale-if-error', 'dead'])
    await cache.set('k', 'v', { tags: ['t'] })
    await cache.invalidateTags(['t'])
    expect(await state()).toBe('outdated')
  })

  test('tells tier, ages, tags, place in the log and size', async () => {
    const store = createSharedStore()
    const { cache, clock } = make({
      tiers: [memory({ maxEntries: 1 }), asyncTier(store)],
      ttl: '10s',
      staleIfError: '5s',
    })
    const token = await cache.set(['k', 1], 'v'.repeat(100), { tags: ['a', 'b'] })
    clock.advance(4_000)
    const inspection = await cache.inspect(['k', 1])
    expect(inspection).toMatchObject({
      key: 'k:1',
      tier: 'memory',
      ageMs: 4_000,
      ttlLeftMs: 6_000,
      lifeLeftMs: 11_000,
      tags: ['a', 'b'],
      asOf: token,
    })
    expect(inspection.bytes).toBeGreaterThanOrEqual(100)
    await cache.set('pushes it out', 1)
    expect((await cache.inspect(['k', 1])).tier).toBe('async')
  })

  test('counts nothing, promotes nothing and leaves the order of use alone', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 2 })] })
    await cache.set('old', 1)
    await cache.set('new', 1)
    await cache.inspect('old')
    await cache.set('newest', 1)
    expect(cache.peek('old')).toBeUndefined()
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 })
  })
})
