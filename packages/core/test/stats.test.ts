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
import { memory } from './core.ts'
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
      expect(Math.abs(value / exact - 1)).toBeLessThanOrEqual(0.016)
    }
    expect(max).toBe(100)
  })

  test('P10: more than a thousand namespaces are counted together', () => {
    const { cache } = make()
    for (let n = 0; n < 1_500; n++) cache.namespace(`n${n}`)
    expect(Object.keys(cache.stats().namespaces)).toHaveLength(1_000)
  })

  test('begin at zero', () => {
    const { cache } = make()
    expect(cache.stats()).toMatchObject({
      hits: 0,
      staleHits: 0,
      misses: 0,
      hitRate: 0,
      loads: 0,
      loadFailures: 0,
      coalesced: 0,
      sets: 0,
      invalidations: 0,
      evictions: 0,
      namespaces: {},
      loadTimes: { count: 0, p50: 0, p95: 0, p99: 0, max: 0 },
    })
  })

  test('count as sets what was stored, and as invalidations what was appended', async () => {
    const { cache } = make()
    const before = cache.position()
    const steps: [step: () => Promise<unknown>, sets: number, invalidations: number][] = [
      [() => cache.set('a', 1), 1, 1],
      [() => cache.set('a', 1, { ttl: 0 }), 0, 1],
      [() => cache.set('a', 1, { asOf: before }), 0, 0],
      [() => cache.set('b', 1, { asOf: before }), 1, 0],
      [() => cache.setMany([1, 2, 3].map((n) => ({ key: ['m', n], value: n }))), 3, 3],
      [() => cache.delete('a'), 0, 1],
      [() => cache.expire('a'), 0, 1],
      [() => cache.invalidateTags(['t', 'u', 't']), 0, 2],
      [() => cache.expireTags(['t']), 0, 1],
      [() => cache.invalidatePrefix('m'), 0, 1],
      [() => cache.invalidatePattern('*'), 0, 1],
      [() => cache.clear(), 0, 1],
      [() => cache.getOrSet('l', () => 1), 0, 0],
    ]
    let [sets, invalidations] = [0, 0]
    for (const [index, [step, moreSets, moreInvalidations]] of steps.entries()) {
      await step()
      sets += moreSets
      invalidations += moreInvalidations
      expect(cache.stats(), `step ${index}`).toMatchObject({ sets, invalidations })
    }
  })

  test('count nothing for a look that is no read', async () => {
    const { cache } = make()
    await cache.set('k', 1)
    cache.peek('k')
    for (const key of ['k', 'none']) {
      await cache.has(key)
      await cache.inspect(key)
    }
    expect(cache.stats()).toMatchObject({ hits: 0, staleHits: 0, misses: 0, hitRate: 0 })
  })

  test('count a value that stands in for a load as a stale hit of its tier', async () => {
    const tiers = [memory({ maxEntries: 1 }), asyncTier()]
    const { cache, clock } = make({ tiers, ttl: '1s', staleIfError: '1h', timeout: { soft: '100ms' }, backoff: false })
    await cache.set('below', 1)
    await cache.set('above', 1)
    clock.advance(1_000)
    const fail = (): Promise<number> => Promise.reject(new Error('down'))
    await cache.getOrSet('above', fail)
    await cache.getOrSet('below', fail)
    const slow = cache.getOrSet('above', deferredLoader<number>())
    await clock.advanceAsync(100)
    await slow
    expect(cache.stats()).toMatchObject({ staleHits: 3, hits: 0, misses: 0, loadFailures: 2, hitRate: 1 })
    expect(cache.stats().tiers.map(({ staleHits }) => staleHits)).toEqual([2, 1])
  })

  test('count a failure that is shared as one, for the reader who began and for those who joined', async () => {
    const { cache, clock } = make()
    const loader = deferredLoader<number>()
    const reads = [1, 2, 3].map(() => cache.getOrSet('k', loader).catch(() => 'failed'))
    clock.advance(250)
    loader.at(0).reject(new Error('down'))
    await Promise.all(reads)
    const { loadTimes, ...counts } = cache.stats()
    expect(counts).toMatchObject({ misses: 1, coalesced: 2, loads: 0, loadFailures: 1 })
    expect(loadTimes).toMatchObject({ count: 1, max: 250 })
  })

  test('add namespaces up, and those of one name are one', async () => {
    const { cache, clock } = make()
    for (const [handle, ms] of [
      [cache, 10],
      [cache.namespace('n'), 20],
      [cache.namespace('n'), 40],
      [cache.namespace('n').namespace('m'), 80],
    ] as const) {
      const loader = deferredLoader<number>()
      const read = handle.getOrSet(['k', ms], loader)
      clock.advance(ms)
      loader.at(0).resolve(ms)
      await read
    }
    const all = cache.stats()
    expect(all).toMatchObject({ loads: 4, misses: 4, loadTimes: { count: 4, max: 80 } })
    expect(all.namespaces['n']).toMatchObject({ loads: 2, loadTimes: { count: 2, max: 40 } })
    expect(all.namespaces['n:m']).toMatchObject({ loads: 1, loadTimes: { count: 1, max: 80 } })
    expect(cache.namespace('n').stats().loads).toBe(2)
  })
})
