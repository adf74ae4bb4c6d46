import { asyncTier, createSharedStore, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type CacheEvent, type CacheEventType, memory } from '../src/index.ts'
import { make } from './make.ts'

const TYPES: readonly CacheEventType[] = [
  'hit',
  'miss',
  'coalesce',
  'load',
  'load-error',
  'refresh',
  'set',
  'invalidate',
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
    await cache.getOrSet(['k', 1], () => Promise.reject(new Error('down')))
    await flush()
    expect(told).toEqual([
      { type: 'load', key: 'k:1', durationMs: 5, stored: true },
      { type: 'miss', key: 'k:1' },
      { type: 'coalesce', key: 'k:1' },
      { type: 'hit', key: 'k:1', tier: 'memory', stale: false },
      { type: 'hit', key: 'k:1', tier: 'memory', stale: true },
      { type: 'refresh', key: 'k:1', reason: 'stale' },
      { type: 'load-error', key: 'k:1', error: new Error('down') },
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
      'invalidate',
      'set',
      'invalidate',
      'a max-entries',
      'set',
      'invalidate',
      'c max-entry-bytes',
      'set',
      'invalidate',
    ])
    expect(told.at(-1)).toEqual({
      type: 'invalidate',
      invalidations: [{ scope: { type: 'tag', tag: 't' }, strength: 'soft' }],
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
    for (const type of ['hit', 'set', 'invalidate'] as const) {
      cache.on(type, () => {
        throw new Error('listener')
      })
    }
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    expect(codes).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
  })
})
