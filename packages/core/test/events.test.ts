import {
  asyncTier,
  chaosTier,
  createFakeClock,
  createRandom,
  createSharedLog,
  createSharedStore,
  deferredLoader,
  flush,
} from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type CacheEvent, type CacheEventType, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const TYPES: readonly CacheEventType[] = [
  'hit',
  'miss',
  'coalesce',
  'load',
  'load-error',
  'refresh',
  'set',
  'invalidated',
  'evict',
  'reset',
  'fault',
]

/** Everything that a cache tells from now on. */
function record(cache: Cache): CacheEvent[] {
  const told: CacheEvent[] = []
  for (const type of TYPES) cache.on(type, (event) => told.push(event))
  return told
}

describe('events', () => {
  test('tell what happens to reads and loads, in order', async () => {
    const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s', backoff: false })
    const told = record(cache)
    const loader = deferredLoader<number>()
    const reads = [cache.getOrSet(['k', 1], loader), cache.getOrSet(['k', 1], loader)]
    clock.advance(5)
    loader.at(0).resolve(1)
    await Promise.all(reads)
    await cache.getOrSet(['k', 1], loader)
    clock.advance(10_000)
    await cache.getOrSet(['k', 1], () => {
      clock.advance(3)
      return Promise.reject(new Error('down'))
    })
    await flush()
    expect(told).toEqual([
      { type: 'load', key: 'k:1', durationMs: 5, stored: true },
      { type: 'miss', key: 'k:1' },
      { type: 'coalesce', key: 'k:1' },
      { type: 'hit', key: 'k:1', tier: 'memory', stale: false },
      { type: 'hit', key: 'k:1', tier: 'memory', stale: true },
      { type: 'refresh', key: 'k:1', reason: 'stale' },
      { type: 'load-error', key: 'k:1', error: new Error('down'), durationMs: 3 },
    ])
  })

  test('tell of writes, invalidations and evictions', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 1, maxEntryBytes: '1kb' })] })
    const told = record(cache)
    await cache.set('a', 1)
    await cache.set('b', 1)
    await cache.set('c', 'x'.repeat(2_000))
    await cache.expireTags(['t'])
    const kinds = told.map((event) => (event.type === 'evict' ? `${event.key} ${event.reason}` : event.type))
    expect(kinds).toEqual([
      'invalidated',
      'set',
      'invalidated',
      'a max-entries',
      'set',
      'invalidated',
      'c max-entry-bytes',
      'set',
      'invalidated',
    ])
    expect(told.at(-1)).toEqual({
      type: 'invalidated',
      scope: { type: 'tag', tag: 't' },
      strength: 'soft',
      own: true,
      token: cache.position(),
    })
  })

  test('name the tier that had the value', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 1 }), asyncTier(createSharedStore())] })
    await cache.set('a', 1)
    await cache.set('b', 1)
    const told = record(cache)
    await cache.getOrSet('a', () => 2)
    expect(told).toContainEqual({ type: 'hit', key: 'a', tier: 'async', stale: false })
  })

  test('end with their subscription, each on its own', async () => {
    const { cache } = make()
    let heard = 0
    const listener = (): void => void heard++
    const ends = [cache.on('miss', listener), cache.on('miss', listener)]
    await cache.get('k')
    expect(heard).toBe(2)
    ends[0]?.()
    ends[0]?.()
    await cache.get('k')
    expect(heard).toBe(3)
    ends[1]?.()
    await cache.get('k')
    expect(heard).toBe(3)
  })

  test('a listener may call the cache, and what it changes stands', async () => {
    const { cache } = make()
    cache.on('set', ({ key }) => void cache.delete(key))
    await cache.set('k', 1)
    expect(cache.peek('k')).toBeUndefined()
  })

  test('a listener that throws is a fault, and one for faults that throws harms nobody', async () => {
    const { cache } = make()
    const codes: string[] = []
    cache.on('fault', ({ error }) => {
      codes.push(error.code)
      throw new Error('again')
    })
    for (const type of ['hit', 'set', 'invalidated'] as const) {
      cache.on(type, () => {
        throw new Error('listener')
      })
    }
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    expect(codes).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
  })

  test('tell each invalidation as it was appended', async () => {
    const { cache } = make()
    const told: unknown[] = []
    cache.on('invalidated', ({ scope, strength }) => told.push({ scope, strength }))
    const users = cache.namespace('users')
    await users.delete([1])
    await users.expire([1])
    await users.invalidateTags(['a', 'b'])
    await users.invalidatePrefix('x')
    await users.invalidatePattern('?')
    await users.clear()
    await cache.clear()
    expect(told).toEqual([
      { scope: { type: 'key', key: 'users:1' }, strength: 'hard' },
      { scope: { type: 'key', key: 'users:1' }, strength: 'soft' },
      { scope: { type: 'tag', tag: 'a' }, strength: 'hard' },
      { scope: { type: 'tag', tag: 'b' }, strength: 'hard' },
      { scope: { type: 'prefix', prefix: 'users:x' }, strength: 'hard' },
      { scope: { type: 'pattern', pattern: 'users:?' }, strength: 'hard' },
      { scope: { type: 'prefix', prefix: 'users' }, strength: 'hard' },
      { scope: { type: 'all' }, strength: 'hard' },
    ])
  })

  test('say of a load whether later callers may have its value', async () => {
    const { cache } = make()
    const stored: boolean[] = []
    cache.on('load', (event) => stored.push(event.stored))
    await cache.getOrSet('skipped', ({ skip }) => (skip(), 1))
    await cache.getOrSet('none', () => undefined)
    await cache.getOrSet('no ttl', () => 1, { ttl: 0 })
    await cache.getOrSet('raced', async () => (await cache.delete('raced'), 1))
    await cache.getOrSet('kept', () => null)
    expect(stored).toEqual([false, false, false, false, true])
  })

  test('name the tier that evicts or fails, and why', async () => {
    const clock = createFakeClock()
    const chaos = chaosTier(asyncTier(createSharedStore({ maxEntries: 1 })), { random: createRandom(1), clock })
    const { cache } = make({ tiers: [memory({ maxEntries: 9 }), chaos], clock })
    await cache.set('a', 1)
    const told = record(cache)
    await cache.set('b', 1)
    expect(told).toContainEqual({ type: 'evict', key: 'a', tier: 'async', reason: 'max-entries' })
    told.length = 0
    chaos.down()
    await cache.get('c')
    expect(told).toEqual([
      { type: 'fault', tier: 'async', count: 1, error: expect.objectContaining({ code: 'ERR_TIER_FAILED' }) },
      { type: 'miss', key: 'c' },
    ])
  })

  test('tell a reset when the log loses its state', async () => {
    const log = createSharedLog(() => createMemoryLog())
    const { cache } = make({ log: () => log.connect() })
    await flush()
    const told = record(cache)
    log.replace()
    await flush()
    expect(told).toEqual([{ type: 'reset' }])
  })

  test('end with the cache: what closing itself does is told, and nothing after it', async () => {
    const { cache } = make()
    const told = record(cache)
    const loader = deferredLoader<number>()
    const read = cache.getOrSet('k', loader).catch(() => {})
    await flush()
    await cache.close()
    await read
    const kinds = told.map(({ type }) => type)
    expect(kinds).toContain('load-error')
    loader.at(0).resolve(1)
    await cache.get('k').catch(() => {})
    await cache.set('k', 1).catch(() => {})
    await flush()
    expect(told).toHaveLength(kinds.length)
    expect(() => cache.on('hit', () => {})).toThrow(expect.objectContaining({ code: 'ERR_CACHE_CLOSED' }))
  })
})
