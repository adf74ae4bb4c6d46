import { asyncTier, createSharedStore, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const BY = { judgedBy: ['tenant:7'] } as const

describe('judgedBy', () => {
  test('is a miss for this read alone', async () => {
    const { cache } = make()
    await cache.set('k', 'old')
    await cache.invalidateTags(['tenant:7'])
    expect([await cache.get('k', BY), await cache.has('k', BY), await cache.getMany(['k'], BY)]).toEqual([
      undefined,
      false,
      [undefined],
    ])
    expect([await cache.get('k'), await cache.has('k')]).toEqual(['old', true])
    expect(await cache.get('k', { judgedBy: ['tenant:8'] })).toBe('old')
  })

  test('loads what one of its tags has invalidated, once', async () => {
    const { cache } = make()
    await cache.set('k', 'old')
    await cache.invalidateTags(['tenant:7'])
    const loads = [await cache.getOrSet('k', () => 'new', BY), await cache.getOrSet('k', () => 'newer', BY)]
    expect([loads, await cache.get('k', BY), (await cache.inspect('k')).tags]).toEqual([['new', 'new'], 'new', []])
    await cache.invalidateTags(['tenant:7'])
    expect(await cache.getOrSetMany(['k'], () => ['many'], BY)).toEqual(['many'])
  })

  test('a soft record makes it stale', async () => {
    const { cache } = make({ staleWhileRevalidate: '1m' })
    await cache.set('k', 'old')
    await cache.expireTags(['tenant:7'])
    expect([await cache.get('k', BY), await cache.get('k', { ...BY, stale: true })]).toEqual([undefined, 'old'])
    expect(await cache.getOrSet('k', () => 'new', BY)).toBe('old')
    await flush()
    expect(await cache.get('k', BY)).toBe('new')
  })

  test('joins no load that began before a record of its tags', async () => {
    const { cache } = make()
    const loader = deferredLoader<string>()
    const early = cache.getOrSet('k', loader)
    await cache.invalidateTags(['tenant:7'])
    const late = cache.getOrSet('k', loader, BY)
    await flush()
    expect(loader.calls.length).toBe(2)
    loader.at(1).resolve('new')
    loader.at(0).resolve('old')
    expect([await early, await late, await cache.get('k', BY)]).toEqual(['old', 'new', 'new'])
  })

  test('goes on to a lower tier that has a newer value', async () => {
    const store = createSharedStore()
    const log = createMemoryLog()
    const [one, other] = [1, 2].map(() =>
      make({ tiers: [memory({ maxEntries: 10 }), asyncTier(store)], log: () => log }),
    )
    await one?.cache.set('k', 'old')
    await other?.cache.invalidateTags(['tenant:7'])
    expect(await other?.cache.getOrSet('k', () => 'new', BY)).toBe('new')
    expect(await one?.cache.get('k')).toBe('old')
    expect(await one?.cache.getOrSet('k', () => 'loaded', BY)).toBe('new')
  })

  test('refuses what is no list of tags', async () => {
    const { cache } = make()
    await cache.set('k', 1)
    const bad = { judgedBy: [''] }
    await expect(cache.get('k', bad)).rejects.toThrow('judgedBy')
    await expect(cache.getMany(['k'], bad)).rejects.toThrow('judgedBy')
    await expect(cache.getOrSet('k', () => 1, bad)).rejects.toThrow('judgedBy')
    await expect(cache.getOrSetMany(['k'], () => [1], bad)).rejects.toThrow('judgedBy')
  })
})
