import { type Cache, createCache, memory } from '@hotpath/core'
import { createFakeClock, deferredLoader, flush, type FakeClock } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cacheFirst, cacheOnly, networkFirst, networkOnly, staleWhileRevalidate } from '../src/strategies/index.ts'

let clock: FakeClock
let cache: Cache

beforeEach(() => {
  clock = createFakeClock()
  cache = createCache({
    name: 'shop',
    tiers: [memory({ maxEntries: 100 })],
    clock,
    ttl: '1m',
    staleWhileRevalidate: '1h',
    staleIfError: '1d',
    backoff: false,
  })
})

afterEach(() => cache.close())

const failing = async (): Promise<string> => {
  throw new Error('offline')
}

describe('cacheFirst', () => {
  it('loads what is not stored, and only that', async () => {
    expect(await cacheFirst(cache, 'k', () => 'first')).toBe('first')
    expect(await cacheFirst(cache, 'k', () => 'second')).toBe('first')
  })
})

describe('networkFirst', () => {
  it('loads each time, and stores it', async () => {
    expect(await networkFirst(cache, 'k', () => 'first')).toBe('first')
    expect(await networkFirst(cache, 'k', () => 'second')).toBe('second')
    expect(await cache.get('k')).toBe('second')
  })

  it('returns what is stored when the network fails, and fails where nothing is', async () => {
    await expect(networkFirst(cache, 'k', failing)).rejects.toThrow('offline')
    await cache.set('k', 'stored')
    expect(await networkFirst(cache, 'k', failing)).toBe('stored')
    clock.advance(3_600_000 * 12)
    expect(await networkFirst(cache, 'k', failing)).toBe('stored')
    clock.advance(3_600_000 * 24)
    await expect(networkFirst(cache, 'k', failing)).rejects.toThrow('offline')
  })

  it.each(['stored', null])(
    'returns what is stored when the network takes too long, and stores what comes later: %s',
    async (stored) => {
      await cache.set('k', stored)
      const load = deferredLoader<string>()
      const read = networkFirst(cache, 'k', load, { wait: '3s', clock })
      await flush()
      clock.advance(3_000)
      expect(await read).toBe(stored)
      load.at(0).resolve('late')
      await flush()
      expect(await cache.get('k')).toBe('late')
      expect(clock.pending).toBe(0)
    },
  )

  it('waits for the network where nothing is stored, and says when that fails', async () => {
    for (const settle of ['resolve', 'reject'] as const) {
      const load = deferredLoader<string>()
      const read = networkFirst(cache, `k:${settle}`, load, { wait: '3s', clock }).catch(
        (error: Error) => error.message,
      )
      await flush()
      clock.advance(3_000)
      await flush()
      if (settle === 'resolve') load.at(0).resolve('late')
      else load.at(0).reject(new Error('offline'))
      expect(await read).toBe(settle === 'resolve' ? 'late' : 'offline')
    }
  })
})

describe('staleWhileRevalidate', () => {
  it('returns what is stored and loads in the background, each time', async () => {
    expect(await staleWhileRevalidate(cache, 'k', () => 'first')).toBe('first')
    expect(await staleWhileRevalidate(cache, 'k', () => 'second')).toBe('first')
    await flush()
    clock.advance(600_000)
    expect(await staleWhileRevalidate(cache, 'k', failing)).toBe('second')
    await flush()
    expect(await staleWhileRevalidate(cache, 'k', () => 'third')).toBe('second')
  })
})

describe('cacheOnly', () => {
  it('never loads', async () => {
    expect(await cacheOnly(cache, 'k')).toBeUndefined()
    await cache.set('k', 'stored')
    clock.advance(600_000)
    expect(await cacheOnly(cache, 'k')).toBe('stored')
    clock.advance(3_600_000 * 2)
    expect(await cacheOnly(cache, 'k')).toBeUndefined()
  })
})

describe('networkOnly', () => {
  it('neither reads nor stores', async () => {
    await cache.set('k', 'stored')
    expect(await networkOnly(cache, 'k', () => 'loaded')).toBe('loaded')
    expect(await cache.get('k')).toBe('stored')
    await expect(networkOnly(cache, 'k', failing)).rejects.toThrow('offline')
  })
})

describe('every strategy', () => {
  it('refuses what is no cache', async () => {
    for (const strategy of [cacheFirst, networkFirst, staleWhileRevalidate, cacheOnly, networkOnly])
      for (const other of [undefined, 'shop', { get: 1 }])
        await expect(strategy(other as never, 'k', () => 1)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  })

  it('refuses options that there are not', async () => {
    const wrong = { tll: '1m' } as never
    for (const strategy of [cacheFirst, networkFirst, staleWhileRevalidate, networkOnly])
      await expect(strategy(cache, 'k', () => 1, wrong)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_CONFIG/),
      })
  })
})
