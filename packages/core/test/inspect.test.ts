import { asyncTier, chaosTier, createFakeClock, createRandom, createSharedStore, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { lru } from '../src/memory/lru.ts'
import { type Cache, createMemoryLog, memory } from './core.ts'
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
    const { cache } = make({ tiers: [memory({ maxEntries: 2, policy: lru() })] })
    await cache.set('old', 1)
    await cache.set('new', 1)
    await cache.inspect('old')
    await cache.set('newest', 1)
    expect(cache.peek('old')).toBeUndefined()
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 })
  })

  test('says of a key that nobody has that there is nothing to say', async () => {
    const { cache } = make()
    expect(await cache.namespace('n').inspect('k')).toEqual({
      key: 'n:k',
      state: 'missing',
      tier: undefined,
      ageMs: undefined,
      ttlLeftMs: undefined,
      lifeLeftMs: undefined,
      tags: [],
      asOf: undefined,
      bytes: undefined,
    })
  })

  test('tells an early end by `expire`, and a late one by a ttl left below zero', async () => {
    const { cache, clock } = make({ ttl: '10s', staleIfError: '5s' })
    await cache.set('expired', 1)
    await cache.set('old', 1)
    await cache.set('short', 1, { staleIfError: false })
    clock.advance(4_000)
    await cache.expire('expired')
    await cache.expire('short')
    expect(await cache.inspect('expired')).toMatchObject({ state: 'stale-if-error', ttlLeftMs: 0, lifeLeftMs: 11_000 })
    expect(await cache.inspect('short')).toMatchObject({ state: 'dead', ttlLeftMs: 0 })
    clock.advance(8_000)
    expect(await cache.inspect('old')).toMatchObject({ state: 'stale-if-error', ttlLeftMs: -2_000, lifeLeftMs: 3_000 })
  })

  test('a valid value in a lower tier counts for more than an outdated one above it', async () => {
    const [log, store, clock] = [createMemoryLog(), createSharedStore(), createFakeClock()]
    const [one, other] = [1, 2].map(
      () => make({ clock, log: () => log, tiers: [memory({ maxEntries: 9 }), asyncTier(store)] }).cache,
    ) as [Cache, Cache]
    await one.set('k', 'old', { tags: ['t'] })
    await one.invalidateTags(['t'])
    expect(await one.inspect('k')).toMatchObject({ state: 'outdated', tier: 'memory', tags: ['t'] })
    await other.getOrSet('k', () => 'new')
    await flush()
    expect(await one.inspect('k')).toMatchObject({ state: 'fresh', tier: 'async', tags: [] })
  })

  test('leaves no trace of looking into a lower tier', async () => {
    const tier = asyncTier()
    const { cache } = make({ tiers: [memory({ maxEntries: 1 }), tier] })
    await cache.set('below', 1)
    await cache.set('above', 1)
    const told: string[] = []
    for (const type of ['hit', 'miss', 'load', 'evict', 'set'] as const) cache.on(type, () => told.push(type))
    const trips = tier.trips
    expect((await cache.inspect('below')).tier).toBe('async')
    await flush()
    expect(tier.trips).toBe(trips + 1)
    expect([cache.peek('below'), cache.peek('above')]).toEqual([undefined, 1])
    expect(cache.stats().tiers.map(({ hits }) => hits)).toEqual([0, 0])
    expect(told).toEqual([])
  })

  test('a tier that fails has nothing', async () => {
    const chaos = chaosTier(asyncTier(), { random: createRandom(1), clock: createFakeClock() })
    const { cache } = make({ tiers: [memory({ maxEntries: 1 }), chaos, asyncTier()] })
    await cache.set('k', 1)
    await cache.set('pushes it out', 1)
    chaos.down()
    expect(await cache.inspect('k')).toMatchObject({ state: 'fresh', tier: 'async' })
  })
})
