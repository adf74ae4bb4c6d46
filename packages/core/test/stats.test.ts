import {
  asyncTier,
  chaosTier,
  createFakeClock,
  createRandom,
  createSharedStore,
  deferredLoader,
  flush,
} from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { memory } from '../src/index.ts'
import { make } from './make.ts'

describe('stats', () => {
  test('count reads, loads, writes and invalidations, by namespace and in all', async () => {
    const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s', backoff: false })
    const users = cache.namespace('users')
    await users.getOrSet('a', () => 1)
    await users.getOrSet('a', () => 1)
    await users.get('a')
    await users.get('b')
    await expect(cache.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    await cache.set('k', 1, { tags: ['t'] })
    await cache.invalidateTags(['t', 'u'])
    clock.advance(10_000)
    await users.getOrSet('a', () => 2)
    await flush()
    expect(users.stats()).toMatchObject({ hits: 2, staleHits: 1, misses: 2, loads: 2, loadFailures: 0, hitRate: 0.6 })
    expect(cache.stats()).toMatchObject({ hits: 2, staleHits: 1, misses: 3, loads: 2, loadFailures: 1, sets: 1 })
    expect(cache.stats().invalidations).toBe(3)
    expect(Object.keys(cache.stats().namespaces)).toEqual(['users'])
    expect(cache.stats().namespaces['users']).toMatchObject({ hits: 2 })
  })

  test('count a read that joins a load as coalesced', async () => {
    const { cache } = make()
    const loader = deferredLoader<number>()
    const reads = [1, 2, 3].map(() => cache.getOrSet('k', loader))
    loader.at(0).resolve(1)
    await Promise.all(reads)
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 1, coalesced: 2, loads: 1, hitRate: 0 })
  })

  test('count by tier: hits, evictions, faults and what is held', async () => {
    const clock = createFakeClock()
    const chaos = chaosTier(asyncTier(createSharedStore()), { random: createRandom(1), clock })
    const { cache } = make({ tiers: [memory({ maxEntries: 1 }), chaos], clock })
    await cache.set('a', 1)
    await cache.set('b', 1)
    await cache.get('a')
    await cache.get('a')
    chaos.down()
    await cache.get('c')
    const [first, second] = cache.stats().tiers
    expect(first).toMatchObject({ type: 'memory', hits: 1, evictions: 2, faults: 0, usage: { entries: 1 } })
    expect(second).toMatchObject({ type: 'async', hits: 1, faults: 1, usage: undefined })
    expect(cache.stats().evictions).toBe(2)
  })

  test('tell the percentiles of load times', async () => {
    const { cache, clock } = make()
    const loader = deferredLoader<number>()
    for (let n = 1; n <= 100; n++) {
      const read = cache.getOrSet(['k', n], loader)
      clock.advance(n)
      loader.at(n - 1).resolve(n)
      await read
    }
    const { count, p50, p95, p99, max } = cache.stats().loadTimes
    expect(count).toBe(100)
    for (const [value, exact] of [
      [p50, 50],
      [p95, 95],
      [p99, 99],
    ] as const) {
      expect(value).toBeGreaterThanOrEqual(exact)
      expect(value).toBeLessThanOrEqual(exact * 1.06)
    }
    expect(max).toBe(100)
  })

  test('P10: more than a thousand namespaces are counted together', () => {
    const { cache } = make()
    for (let n = 0; n < 1_500; n++) cache.namespace(`n${n}`)
    expect(Object.keys(cache.stats().namespaces)).toHaveLength(1_000)
  })
})
