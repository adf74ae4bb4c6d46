import { asyncTier, createFakeClock, createSharedLog } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { lru } from '../src/memory/lru.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { hotKeys, readAhead } from '../src/restore/index.ts'
import { retain } from '../src/retain/retain.ts'
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
  const tiers = () => [memory({ maxEntries: 100 }), below]
  const visit = (): Cache => make({ clock, tiers: tiers(), log: () => log.connect() }).cache
  return { visit, below }
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

  test('leaves what somebody read meanwhile as it is: used', async () => {
    const { visit } = visits()
    await visit().set('a', 1)
    const next = visit()
    const [, value] = await Promise.all([readAhead(next, ['a']), next.get('a')])
    expect(value).toBe(1)
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
