import { asyncTier, createFakeClock, createSharedLog } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { lru } from '../src/memory/lru.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { hotKeys, readAhead } from '../src/restore/index.ts'
import { retain, trim } from '../src/retain/retain.ts'
import type { MemoryOptions } from '../src/memory/memory-tier.ts'
import { type Cache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

describe.each([
  ['tinyLfu()', tinyLfu({ seed: 1 })],
  ['lru()', lru()],
])('hot keys by %s', (_, policy) => {
  test('are those that it would evict last, after what is retained, and not what was stored ahead of use', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 100, policy })] })
    for (const key of ['a', 'b', 'c']) await cache.set(key, key)
    await cache.set('ahead', 1, { speculative: true })
    await cache.set('used', 1, { speculative: true })
    retain(cache, 'b')
    for (const key of ['used', 'a']) await cache.get(key)
    expect(hotKeys(cache)).toEqual(['b', 'a', 'used', 'c'])
    expect(cache.stats().tiers[0]?.usage?.entries).toBe(5)
  })
})

/** Caches of visits, one after another: what is below memory outlives them. */
function visits() {
  const log = createSharedLog(createMemoryLog)
  const below = asyncTier()
  const clock = createFakeClock()
  const visit = (bounds: MemoryOptions = { maxEntries: 100 }): Cache =>
    make({ clock, tiers: [memory(bounds), below], log: () => log.connect() }).cache
  return { visit, below, clock }
}

describe('reading ahead', () => {
  test('reads what memory does not have, by one read of many, and loads nothing', async () => {
    const { visit, below } = visits()
    const first = visit()
    for (const key of ['a', 'b', 'c']) await first.set(key, key.toUpperCase())
    const next = visit()
    await next.get('a')
    const before = below.trips
    await readAhead(next, ['a', 'b', 'c', 'missing'])
    expect(below.trips - before).toBe(1)
    expect(['a', 'b', 'c', 'missing'].map((key) => next.peek(key))).toEqual(['A', 'B', 'C', undefined])
  })

  test('brings nothing that only a loader that fails would fall back on', async () => {
    const { visit, clock } = visits()
    const first = visit()
    await first.set('late', 1, { ttl: 1_000, staleIfError: '1h' })
    await first.set('stale', 1, { ttl: 1_000, staleWhileRevalidate: '1h' })
    clock.advance(2_000)
    const next = visit()
    await readAhead(next, ['late', 'stale'])
    expect([next.stats().tiers[0]?.usage?.entries, next.peek('stale', { stale: true })]).toEqual([1, 1])
  })

  test('brings nothing that was invalidated, before or meanwhile', async () => {
    const { visit } = visits()
    const first = visit()
    await first.set('before', 1, { tags: ['t'] })
    await first.set('meanwhile', 1, { tags: ['u'] })
    await first.set('holds', 1)
    await first.invalidateTags(['t'])
    const next = visit()
    const read = readAhead(next, ['before', 'meanwhile', 'holds'])
    await first.invalidateTags(['u'])
    await read
    await next.ready()
    expect(['before', 'meanwhile', 'holds'].map((key) => next.peek(key))).toEqual([undefined, undefined, 1])
  })

  test('is no use of what it reads, which goes first and is not hot', async () => {
    const { visit } = visits()
    const first = visit()
    for (const key of ['a', 'b', 'c']) await first.set(key, key)
    const next = visit()
    await readAhead(next, ['a', 'b', 'c'])
    expect(hotKeys(next)).toEqual([])
    expect(next.peek('b')).toBe('b')
    await next.get('b')
    expect(hotKeys(next)).toEqual(['b'])
  })

  test.each([
    ['before', 0],
    ['after', 2],
  ])('leaves what somebody asks for meanwhile, just %s, as it is: used', async (_, turns) => {
    const { visit } = visits()
    await visit().set('a', 1)
    const next = visit()
    await next.ready()
    const read = turns === 0 ? next.get('a') : undefined
    const ahead = readAhead(next, ['a'])
    for (let turn = 0; turn < turns; turn++) await Promise.resolve()
    expect(await (read ?? next.get('a'))).toBe(1)
    await ahead
    expect(hotKeys(next)).toEqual(['a'])
  })

  test('what is retained is in use, and stays', async () => {
    const { visit } = visits()
    const first = visit()
    for (const key of ['a', 'b']) await first.set(key, key)
    const next = visit()
    retain(next, 'a')
    await readAhead(next, ['a', 'b'])
    expect(hotKeys(next)).toEqual(['a'])
    trim(next, { toBytes: 0 })
    expect([next.peek('a'), next.peek('b')]).toEqual(['a', undefined])
  })

  test.each([
    ['entries', { maxEntries: 10 }, 0],
    // How large an entry is turns out as it is stored.
    ['bytes', { maxBytes: 2_600 }, 1],
  ])('ends when memory is full, of %s, and what is in use makes no room for it', async (_, bounds, evictions) => {
    const { visit } = visits()
    const first = visit()
    const keys = Array.from({ length: 50 }, (__, id) => `key:${id}`)
    for (const key of ['in use', ...keys]) await first.set(key, key)
    const next = visit({ ...bounds, policy: lru() })
    await next.get('in use')
    await readAhead(next, keys)
    expect(next.peek('in use')).toBe('in use')
    expect(keys.filter((key) => next.peek(key) !== undefined)).toEqual(keys.slice(evictions, 9))
    expect(next.stats().evictions).toBe(evictions)
  })

  test('of nothing, and without anything below, does nothing', async () => {
    const { cache } = make()
    await readAhead(cache, [])
    await readAhead(cache, ['a'])
    await cache.close()
    await readAhead(cache, ['a'])
    expect(hotKeys(cache)).toEqual([])
  })
})
