import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type LoadContext, createMemoryLog } from './core.ts'
import { make } from './make.ts'

describe('P1: after an invalidation no later call returns an older value', () => {
  const ways = {
    tag: (cache: ReturnType<typeof make>['cache']) => cache.invalidateTags(['t']),
    key: (cache: ReturnType<typeof make>['cache']) => cache.delete(['k', 1]),
    prefix: (cache: ReturnType<typeof make>['cache']) => cache.invalidatePrefix(['k']),
    pattern: (cache: ReturnType<typeof make>['cache']) => cache.invalidatePattern('k:*'),
    all: (cache: ReturnType<typeof make>['cache']) => cache.clear(),
  }
  for (const [way, invalidate] of Object.entries(ways)) {
    test(`P1: a stored value is gone after ${way}`, async () => {
      const { cache } = make()
      await cache.getOrSet(['k', 1], () => 'old', { tags: ['t'] })
      await invalidate(cache)
      expect(cache.peek(['k', 1])).toBeUndefined()
      expect(await cache.getOrSet(['k', 1], () => 'new', { tags: ['t'] })).toBe('new')
    })

    test(`P1, P2: a load begun before ${way} is neither joined nor stored`, async () => {
      const { cache } = make()
      const loader = deferredLoader<string, LoadContext<string>>()
      const before = cache.getOrSet(['k', 1], loader, { tags: ['t'] })
      await flush()
      await invalidate(cache)
      const after = cache.getOrSet(['k', 1], loader, { tags: ['t'] })
      await flush()
      expect(loader.calls).toHaveLength(2)
      loader.at(1).resolve('new')
      expect(await after).toBe('new')
      loader.at(0).resolve('old')
      expect(await before).toBe('old')
      expect(cache.peek(['k', 1])).toBe('new')
    })
  }

  test('P1, P2: a tag found during the load counts for who called after its invalidation', async () => {
    const { cache } = make()
    const loader = deferredLoader<string, LoadContext<string>>()
    const before = cache.getOrSet('k', loader)
    await flush()
    await cache.invalidateTags(['late'])
    const after = cache.getOrSet('k', loader)
    await flush()
    expect(loader.calls).toHaveLength(1)
    loader.at(0).argument.addTags(['late'])
    loader.at(0).resolve('old')
    expect(await before).toBe('old')
    await flush()
    expect(loader.calls).toHaveLength(2)
    loader.at(1).resolve('new')
    expect(await after).toBe('new')
  })

  test('an invalidation of something else leaves values alone', async () => {
    const { cache } = make()
    await cache.set('k', 1, { tags: ['a'] })
    await cache.invalidateTags(['b'])
    await cache.invalidatePrefix('kk')
    await cache.delete('other')
    expect(await cache.get('k')).toBe(1)
  })
})

test('P1: caches that share a log hear of each other, also after one of them is closed', async () => {
  const log = createMemoryLog()
  const [closing, writer, reader] = [1, 2, 3].map(() => make({ log: () => log }).cache) as [Cache, Cache, Cache]
  await reader.set('k', 'old')
  expect(await reader.get('k')).toBe('old')
  await closing.close()
  await writer.delete('k')
  expect(await reader.get('k')).toBeUndefined()
})

describe('P8: windows add up, soft keeps and hard does not', () => {
  const windows = { ttl: '10s', staleWhileRevalidate: '10s', staleIfError: '10s' } as const

  test('P8: fresh, then stale and refreshed behind', async () => {
    const { cache, clock } = make(windows)
    await cache.set('k', 'old')
    clock.advance(9_999)
    expect((await cache.inspect('k')).state).toBe('fresh')
    clock.advance(1)
    expect((await cache.inspect('k')).state).toBe('stale')
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.get('k', { stale: true })).toBe('old')
    expect(await cache.getOrSet('k', () => 'new')).toBe('old')
    await flush()
    expect(await cache.getOrSet('k', () => 'never')).toBe('new')
  })

  test('P8: in the last window a value is served only when the loader fails', async () => {
    const { cache, clock } = make(windows)
    await cache.set('k', 'old')
    clock.advance(20_000)
    const failing = (): string => {
      throw new Error('down')
    }
    expect(await cache.getOrSet('k', failing)).toBe('old')
    clock.advance(10_000)
    await expect(cache.getOrSet('k', failing)).rejects.toThrow('down')
  })

  test('P8: expire keeps the value stale, delete does not', async () => {
    const { cache } = make(windows)
    await cache.set('k', 'old', { tags: ['t'] })
    await cache.expireTags(['t'])
    expect((await cache.inspect('k')).state).toBe('stale')
    await cache.set('k', 'old')
    await cache.expire('k')
    expect(await cache.get('k', { stale: true })).toBe('old')
    await cache.delete('k')
    expect(await cache.get('k', { stale: true })).toBeUndefined()
  })

  test('P16: a soft record up to the token counts as hard', async () => {
    const { cache } = make(windows)
    await cache.set('k', 'old')
    const after = await cache.expire('k')
    expect(await cache.getOrSet('k', () => 'new', { after })).toBe('new')
  })
})
