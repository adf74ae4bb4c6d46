import { asyncTier, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { encodedKey, insideOf } from '../src/inside/inside.ts'
import { type Cache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const life = { ttl: '1m', staleWhileRevalidate: '1m' } as const

describe('the inside of a cache', () => {
  test('has entries in memory, fresh and stale, and counts no read', async () => {
    const { cache, clock } = make(life)
    const inside = insideOf(cache.namespace('user'))
    await cache.set(['user', 1], 'Ann', { tags: ['users'] })
    clock.advance(20_000)
    expect(inside.entry('user:1')).toMatchObject({ value: 'Ann', state: 'fresh', ttlLeftMs: 40_000, tags: ['users'] })
    clock.advance(50_000)
    expect(inside.entry('user:1')).toMatchObject({ value: 'Ann', state: 'stale', ageMs: 70_000 })
    clock.advance(50_000)
    expect(inside.entry('user:1')).toBeUndefined()
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 })
  })

  test('has no entry that was invalidated, nor of a closed cache', async () => {
    const { cache } = make(life)
    const inside = insideOf(cache)
    await cache.setMany([
      { key: 'a', value: 1, tags: ['t'] },
      { key: 'b', value: 1 },
    ])
    await cache.invalidateTags(['t'])
    expect([inside.entry('a'), inside.entry('b')?.value]).toEqual([undefined, 1])
    await cache.close()
    expect(inside.entry('b')).toBeUndefined()
  })

  test('says when something is stored, whichever way', async () => {
    const { cache, clock } = make(life)
    const inside = insideOf(cache)
    let stored = 0
    const stop = inside.onStored('k', () => void stored++)
    await cache.set('other', 1)
    expect(stored).toBe(0)
    await cache.set('k', 1)
    expect(stored).toBe(1)
    clock.advance(70_000)
    await cache.getOrSet('k', () => 2)
    await flush()
    expect([stored, cache.peek('k')]).toEqual([2, 2])
    stop()
    stop()
    await cache.set('k', 3)
    expect(stored).toBe(2)
  })

  test('says when a value of a lower tier comes into memory', async () => {
    const [store, log] = [asyncTier(), createMemoryLog()]
    const [one, other] = [1, 2].map(
      () => make({ ...life, tiers: [memory({ maxEntries: 10 }), store], log: () => log }).cache,
    )
    await one?.set('k', 1)
    let stored = 0
    insideOf(other as Cache).onStored('k', () => void stored++)
    expect(await other?.get('k')).toBe(1)
    expect(stored).toBe(1)
  })

  test('has the load in progress, and how it ends', async () => {
    const { cache } = make(life)
    const inside = insideOf(cache)
    const loader = deferredLoader<number>()
    expect(inside.loading('k')).toBeUndefined()
    const read = cache.getOrSet('k', loader)
    const ended = inside.loading('k')
    loader.calls[0]?.resolve(1)
    expect([await read, await ended, inside.loading('k')]).toEqual([1, { failed: false }, undefined])
    const error = new Error('down')
    const failing = cache.getOrSet('j', () => Promise.reject(error))
    const failed = inside.loading('j')
    await expect(failing).rejects.toBe(error)
    expect(await failed).toEqual({ failed: true, error })
  })

  test('calls when the cache closes', async () => {
    const { cache } = make()
    const closed: string[] = []
    insideOf(cache).onClose(() => closed.push('a'))
    insideOf(cache).onClose(() => closed.push('b'))()
    await cache.close()
    expect(closed).toEqual(['a'])
  })

  test('keeps one part for all namespaces', () => {
    const { cache } = make()
    const name = Symbol('part')
    const part = insideOf(cache).part(name, () => ({}))
    expect(insideOf(cache.namespace('user')).part(name, () => ({}))).toBe(part)
  })

  test('knows whether the log is shared', () => {
    const log = createMemoryLog()
    expect(insideOf(make().cache).hasSharedLog).toBe(false)
    expect(insideOf(make({ log: () => log }).cache).hasSharedLog).toBe(true)
  })

  test('encodes keys as their namespace does', async () => {
    const { cache } = make()
    expect(encodedKey(cache.namespace('user').namespace('x'), [1])).toBe('user:x:1')
    expect(() => encodedKey({} as never, 'k')).toThrow('must be what `createCache` returned')
    await cache.close()
    expect([encodedKey(cache, 'k'), encodedKey(cache.namespace('n'), 'k')]).toEqual(['k', 'n:k'])
    expect(insideOf(cache).isClosed).toBe(true)
  })
})
