import { isHotpathError } from '@hotpath/contract'
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
import { type LoadContext, memory } from './core.ts'
import { make } from './make.ts'

describe('P4: memory follows the lower tier', () => {
  test('P4: a promoted entry keeps the life it has left', async () => {
    const store = createSharedStore()
    const { cache, clock } = make({ tiers: [memory({ maxEntries: 1 }), asyncTier(store)], ttl: '10s' })
    await cache.set('a', 1)
    clock.advance(6_000)
    await cache.set('b', 2)
    expect(await cache.get('a')).toBe(1)
    expect((await cache.inspect('a')).ttlLeftMs).toBeLessThanOrEqual(4_000)
    clock.advance(4_000)
    expect(await cache.get('a')).toBeUndefined()
  })

  test('P4: a suspended machine and a wall clock set back keep nothing alive', async () => {
    const { cache, clock } = make({ ttl: '10s' })
    await cache.set('k', 1)
    clock.suspend(10_000)
    expect(await cache.get('k')).toBeUndefined()
    await cache.set('k', 1)
    clock.jumpWall(-3_600_000)
    clock.advance(10_000)
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('P6: faults stay below', () => {
  test('P6: a failing tier is a miss and an event', async () => {
    const chaos = chaosTier(asyncTier(createSharedStore()), { random: createRandom(1), clock: createFakeClock() })
    const broken = make({ tiers: [memory({ maxEntries: 10 }), chaos] })
    const faults: string[] = []
    broken.cache.on('fault', ({ error }) => faults.push(error.code))
    chaos.down()
    expect(await broken.cache.getOrSet('k', () => 1)).toBe(1)
    expect(await broken.cache.get('other')).toBeUndefined()
    expect(faults).toContain('ERR_TIER_FAILED')
  })

  test('P6: a listener that throws harms nobody', async () => {
    const { cache } = make()
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    cache.on('miss', () => {
      throw new Error('listener')
    })
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(faults).toEqual(['ERR_LISTENER_THREW'])
  })
})

describe('P7: one load per key', () => {
  test('P7: callers and namespaces share one load and one failure', async () => {
    const { cache } = make()
    const loader = deferredLoader<number>()
    const calls = [
      cache.namespace('n').getOrSet('k', loader),
      cache.namespace('n').getOrSet('k', loader),
      cache.getOrSet(['n', 'k'], loader),
    ]
    await flush()
    expect(loader.calls).toHaveLength(1)
    loader.at(0).reject(new Error('down'))
    const results = await Promise.allSettled(calls)
    expect(results.every((result) => result.status === 'rejected')).toBe(true)
  })

  test('P7: a hung loader ends at the hard timeout and the key is free', async () => {
    const { cache, clock } = make({ timeout: '5s', backoff: false })
    const hung = cache.getOrSet('k', () => new Promise<number>(() => {}))
    const failed = hung.catch((error: unknown) => error)
    await clock.advanceAsync(5_000)
    expect(isHotpathError(await failed, 'ERR_LOAD_TIMEOUT')).toBe(true)
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
  })

  test('after a failure the next load waits out the backoff', async () => {
    const { cache, clock } = make({ backoff: '1s' })
    await expect(cache.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    const next = cache.getOrSet('k', () => 1)
    await clock.advanceAsync(1_000)
    expect(await next).toBe(1)
  })
})

describe('P9: falsy values are values', () => {
  for (const value of [null, 0, false, '', Number.NaN]) {
    test(`P9: ${String(value) || "''"} is a hit in every method and tier`, async () => {
      const { cache } = make({ tiers: [memory({ maxEntries: 1 }), asyncTier(createSharedStore())] })
      await cache.set('k', value)
      await cache.set('pushes the first one out of memory', 1)
      expect(await cache.get('k')).toBe(value)
      expect(await cache.getMany(['k'])).toEqual([value])
      expect(await cache.has('k')).toBe(true)
      expect(await cache.getOrSet('k', () => 'loaded')).toBe(value)
    })
  }

  test('P9: undefined is returned, never stored, and refused by set', async () => {
    const { cache } = make()
    expect(await cache.getOrSet('k', () => undefined)).toBeUndefined()
    expect(await cache.has('k')).toBe(false)
    await expect(cache.set('k', undefined)).rejects.toMatchObject({ code: 'ERR_VALUE_UNDEFINED' })
  })
})

describe('P10: memory is bounded', () => {
  test('P10: a value over maxEntryBytes is returned, not stored, and reported', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10, maxEntryBytes: '1kb' })] })
    const reasons: string[] = []
    cache.on('evict', ({ reason }) => reasons.push(reason))
    expect(await cache.getOrSet('k', () => 'x'.repeat(2_000))).toHaveLength(2_000)
    expect(cache.peek('k')).toBeUndefined()
    expect(reasons).toEqual(['max-entry-bytes'])
  })

  test('P10: entries and bytes both bound, and the bytes count keys', async () => {
    const { cache } = make({ tiers: [memory({ maxBytes: '10kb' })] })
    for (let n = 0; n < 100; n++) await cache.set(['k'.repeat(100), n], n)
    expect(cache.stats().tiers[0]?.usage?.bytes).toBeLessThanOrEqual(10_240)
    expect(cache.stats().evictions).toBeGreaterThan(0)
  })

  test('P10: an unbounded tier is refused', () => {
    expect(() => memory({})).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }))
    expect(() => memory({ maxEntries: Number.POSITIVE_INFINITY })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }),
    )
  })
})

describe('P12: a signal detaches its caller only', () => {
  test('P12: the loader is aborted when the last waiter has left', async () => {
    const { cache } = make()
    const loader = deferredLoader<number, LoadContext<number>>()
    const [first, second] = [new AbortController(), new AbortController()]
    const calls = [first, second].map(({ signal }) => cache.getOrSet('k', loader, { signal }).catch(() => 'left'))
    await flush()
    const { signal } = loader.at(0).argument
    first.abort()
    await flush()
    expect(signal.aborted).toBe(false)
    second.abort()
    expect(await Promise.all(calls)).toEqual(['left', 'left'])
    expect(signal.aborted).toBe(true)
  })
})

describe('P13: many keys', () => {
  test('P13: one loader call with only the missing keys, one trip per tier, flights joined', async () => {
    const tier = asyncTier(createSharedStore())
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), tier] })
    await cache.set('a', 1)
    const inFlight = deferredLoader<number>()
    const joined = cache.getOrSet('b', inFlight)
    await flush()
    const asked: unknown[] = []
    const many = cache.getOrSetMany(['a', 'b', 'c', 'd', 'c'], (missing) => {
      asked.push(missing)
      return missing.map((_, index) => index + 10)
    })
    await flush()
    inFlight.at(0).resolve(2)
    expect(await many).toEqual([1, 2, 10, 11, 10])
    expect(await joined).toBe(2)
    expect(asked).toEqual([['c', 'd']])
  })

  test('a loader may answer a map, by keys that it built anew', async () => {
    const { cache } = make()
    const keys = [['city', 1], ['city', 2], 'city:3'] as const
    const rows = new Map([
      [['city', 2] as const, 'two'],
      [['city', 3] as const, 'three'],
    ])
    expect(await cache.getOrSetMany(keys, () => rows)).toEqual([undefined, 'two', 'three'])
  })

  test('a result list of the wrong length is an error', async () => {
    const { cache } = make()
    await expect(cache.getOrSetMany(['a', 'b'], () => [1])).rejects.toMatchObject({ code: 'ERR_LOAD_RESULT' })
  })
})

describe('P14 and P17', () => {
  test('P14: a memory hit asks no lower tier', async () => {
    const tier = asyncTier(createSharedStore())
    const { cache } = make({ tiers: [memory({ maxEntries: 10 }), tier] })
    await cache.set('k', 1)
    const before = tier.trips
    await cache.get('k')
    await cache.getOrSet('k', () => 2)
    expect(tier.trips).toBe(before)
  })

  test('P17: close is idempotent, ends loads and leaves no timer', async () => {
    const { cache, clock } = make()
    const hung = cache.getOrSet('k', () => new Promise<number>(() => {})).catch((error: unknown) => error)
    await flush()
    await Promise.all([cache.close(), cache.close()])
    expect(isHotpathError(await hung, 'ERR_CACHE_CLOSED')).toBe(true)
    expect(clock.pending).toBe(0)
    await expect(cache.get('k')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    await expect(cache.getOrSet('k', () => 1)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  })

  test('P17: close ends a load that waits out its backoff, and a write behind', async () => {
    const store = asyncTier(createSharedStore())
    const { cache, clock } = make({ tiers: [memory({ maxEntries: 10 }), store], backoff: '1h' })
    await expect(cache.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    const waiting = cache.getOrSet('k', () => 1).catch((error: unknown) => error)
    await cache.getOrSet('other', () => 1)
    await flush()
    await cache.close()
    expect(isHotpathError(await waiting, 'ERR_CACHE_CLOSED')).toBe(true)
    expect(clock.pending).toBe(0)
  })
})
