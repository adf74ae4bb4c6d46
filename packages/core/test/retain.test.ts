import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { lru } from '../src/memory/lru.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { retain, trim } from '../src/retain/retain.ts'
import { type Cache, type CacheEvent, memory } from './core.ts'
import { make } from './make.ts'

/** Sets so many other values. */
async function flood(cache: Cache, count: number, value: unknown = 1): Promise<void> {
  for (let id = 0; id < count; id++) await cache.set(`other:${id}`, value)
}

function usageOf(cache: Cache): { readonly entries: number; readonly bytes: number } {
  return cache.stats().tiers[0]?.usage as { readonly entries: number; readonly bytes: number }
}

describe.each([
  ['tinyLfu()', tinyLfu({ seed: 1 })],
  ['lru()', lru()],
])('retained beside %s', (_, policy) => {
  test('is not evicted, whether it was stored before or after', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10, policy })] })
    await cache.set('before', 1)
    const releases = [retain(cache, 'before'), retain(cache, 'after')]
    await cache.set('after', 2)
    await flood(cache, 100)
    expect([cache.peek('before'), await cache.get('after')]).toEqual([1, 2])
    expect(usageOf(cache).entries).toBe(10)
    for (const release of releases) release()
    await flood(cache, 100)
    expect(usageOf(cache).entries).toBe(10)
    trim(cache, { toBytes: 0 })
    expect(usageOf(cache)).toEqual({ entries: 0, bytes: 0 })
  })

  test('is so until the last that retains it has released it, each once', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10, policy })] })
    const [first, second] = [retain(cache, ['k', 1]), retain(cache.namespace('k'), [1])]
    await cache.set(['k', 1], 1)
    first()
    first()
    await flood(cache, 100)
    expect(cache.peek(['k', 1])).toBe(1)
    second()
    trim(cache, { toBytes: 0 })
    expect(cache.peek(['k', 1])).toBeUndefined()
  })

  test('P10: is at most half of the entries, then the oldest is released', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 100, policy })] })
    for (let id = 0; id < 60; id++) {
      await cache.set(`kept:${id}`, id)
      retain(cache, `kept:${id}`)
      expect(usageOf(cache).entries).toBeLessThanOrEqual(100)
    }
    await flood(cache, 1_000)
    for (let id = 10; id < 60; id++) expect(cache.peek(`kept:${id}`)).toBe(id)
    expect(usageOf(cache).entries).toBe(100)
    trim(cache, { toBytes: 0 })
    expect(usageOf(cache).entries).toBe(50)
    for (let id = 0; id < 10; id++) expect(cache.peek(`kept:${id}`)).toBeUndefined()
  })

  test('P10: is at most half of the bytes, also when a value grows', async () => {
    const { cache } = make({ tiers: [memory({ maxBytes: 10_000, policy })] })
    for (const key of ['a', 'b', 'c']) {
      retain(cache, key)
      await cache.set(key, 'x'.repeat(1_000))
    }
    await flood(cache, 100)
    expect(['a', 'b', 'c'].map((key) => cache.peek(key) !== undefined)).toEqual([true, true, true])
    await cache.set('c', 'x'.repeat(3_000))
    await flood(cache, 100, 'x'.repeat(500))
    expect(usageOf(cache).bytes).toBeLessThanOrEqual(10_000)
    trim(cache, { toBytes: 0 })
    expect(['a', 'b', 'c'].map((key) => cache.peek(key) !== undefined)).toEqual([false, true, true])
  })

  test('a value that does not fit beside it is returned and not stored', async () => {
    const { cache } = make({ tiers: [memory({ maxBytes: 10_000, policy })] })
    const release = retain(cache, 'kept')
    await cache.set('kept', 'x'.repeat(3_000))
    const large = 'x'.repeat(8_000)
    expect(await cache.getOrSet('large', () => large)).toBe(large)
    expect([cache.peek('kept') === undefined, cache.peek('large')]).toEqual([false, undefined])
    release()
    await cache.set('large', large)
    expect(cache.peek('large')).toBe(large)
  })

  test('expires, and is invalidated, as ever', async () => {
    const { cache, clock } = make({ tiers: [memory({ maxEntries: 10, policy })], ttl: '1m' })
    retain(cache, 'k')
    await cache.set('k', 1, { tags: ['t'] })
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
    await cache.set('k', 2)
    await cache.delete('k')
    expect(usageOf(cache).entries).toBe(0)
    await cache.set('k', 3)
    await cache.clear()
    expect(usageOf(cache)).toEqual({ entries: 0, bytes: 0 })
    await cache.set('k', 4)
    await flood(cache, 50)
    expect(cache.peek('k')).toBe(4)
    clock.advance(60_000)
    expect(await cache.get('k')).toBeUndefined()
    await cache.purgeExpired()
    expect(usageOf(cache)).toEqual({ entries: 0, bytes: 0 })
  })

  test('whatever is done: bounds hold after each step, and what is retained stays', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed)
      const { cache } = make({ tiers: [memory({ maxEntries: 30, maxBytes: 20_000, policy })] })
      const releases = new Map<string, () => void>()
      const stored = new Map<string, number>()
      for (let step = 0; step < 400; step++) {
        const key = `k${random.int(60)}`
        const choice = random()
        if (choice < 0.1 && releases.size < 4 && !releases.has(key)) releases.set(key, retain(cache, key))
        else if (choice < 0.2) {
          releases.get(key)?.()
          releases.delete(key)
        } else if (choice < 0.25) {
          await cache.delete(key)
          stored.delete(key)
        } else if (choice < 0.26) trim(cache, { toBytes: random.int(20_000) })
        else if (choice < 0.265) {
          await cache.clear()
          stored.clear()
        } else if (choice < 0.6) await cache.get(key)
        else {
          await cache.set(key, step, { tags: ['x'.repeat(random.int(200))].filter((tag) => tag !== '') })
          stored.set(key, step)
        }
        const usage = usageOf(cache)
        expect(usage.entries).toBeLessThanOrEqual(30)
        expect(usage.bytes).toBeLessThanOrEqual(20_000)
        for (const one of releases.keys()) {
          const value = cache.peek(one)
          // What was evicted before it was retained is not back.
          if (value !== undefined) expect(value).toBe(stored.get(one))
          else if (one === key && choice >= 0.6) throw new Error(`${one} is not there, step ${step} of seed ${seed}.`)
        }
      }
      for (const release of releases.values()) release()
      trim(cache, { toBytes: 0 })
      expect(usageOf(cache)).toEqual({ entries: 0, bytes: 0 })
      await cache.close()
    }
  })
})

test('ten thousand keys are retained at most, stored or not', async () => {
  const { cache } = make({ tiers: [memory({ maxBytes: '64mb' })] })
  for (let id = 0; id < 10_001; id++) retain(cache, `k${id}`)
  await cache.setMany([
    { key: 'k0', value: 1 },
    { key: 'k1', value: 1 },
  ])
  expect(trim(cache, { toBytes: 0 })).toBe(1)
  expect([cache.peek('k0'), cache.peek('k1')]).toEqual([undefined, 1])
})

describe('`trim`', () => {
  test('evicts until so many bytes are left, and reports each', async () => {
    const { cache } = make()
    const events: CacheEvent[] = []
    cache.on('evict', (event) => events.push(event))
    await flood(cache, 100)
    const half = Math.floor(usageOf(cache).bytes / 2)
    const count = trim(cache, { toBytes: half })
    expect(usageOf(cache).entries).toBe(100 - count)
    expect(usageOf(cache).bytes).toBeLessThanOrEqual(half)
    expect(usageOf(cache).bytes).toBeGreaterThan(half - 300)
    expect(events).toHaveLength(count)
    expect(events[0]).toMatchObject({ type: 'evict', tier: 'memory', reason: 'trim' })
    expect(trim(cache, { toBytes: '1mb' })).toBe(0)
    expect(cache.stats().evictions).toBe(count)
  })

  test('leaves what is retained, and what is to be kept', async () => {
    const { cache } = make()
    const users = cache.namespace('users')
    await flood(cache, 20)
    await users.set([7], 'Ann')
    const release = retain(cache, 'other:3')
    expect(trim(users, { toBytes: 0, keep: [[7]] })).toBe(19)
    expect([cache.peek('other:3'), users.peek([7])]).toEqual([1, 'Ann'])
    release()
  })

  test('refuses what it cannot do', async () => {
    const { cache } = make()
    expect(() => trim(cache, {} as never)).toThrow('toBytes')
    expect(() => trim(cache, { toBytes: 0, keep: 'k' as never })).toThrow('keys')
    expect(() => trim(cache, { toBytes: 0, kept: [] } as never)).toThrow('keep')
    expect(() => trim({} as never, { toBytes: 0 })).toThrow('createCache')
    expect(() => retain(cache, '')).toThrow('key')
    await cache.close()
    expect(() => retain(cache, 'k')).toThrow('closed')
  })
})

describe('what is stored ahead of use', () => {
  test('goes first when there is no room, the oldest of it first', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 10, policy: lru() })] })
    for (let id = 0; id < 5; id++) await cache.set(`k${id}`, id)
    for (let id = 0; id < 5; id++) await cache.getOrSet(`ahead:${id}`, () => id, { speculative: true })
    for (let id = 5; id < 8; id++) await cache.set(`k${id}`, id)
    for (let id = 0; id < 8; id++) expect(cache.peek(`k${id}`)).toBe(id)
    expect(Array.from({ length: 5 }, (_, id) => cache.peek(`ahead:${id}`))).toEqual([...Array(3), 3, 4])
  })

  test('is as good as any other once it is read', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 4, policy: lru(), maxTtl: '1m' })] })
    await cache.set('old', 1)
    await cache.setMany([
      { key: 'ahead', value: 1, speculative: true },
      { key: 'used', value: 1, speculative: true },
    ])
    expect(await cache.get('used')).toBe(1)
    await cache.set('a', 1)
    await cache.set('b', 1)
    expect([cache.peek('ahead'), cache.peek('old'), cache.peek('used')]).toEqual([undefined, 1, 1])
    await cache.set('c', 1)
    expect([cache.peek('old'), cache.peek('used')]).toEqual([undefined, 1])
  })

  test('makes room for bytes, too, and is reported', async () => {
    const { cache } = make({ tiers: [memory({ maxBytes: 10_000 })] })
    const events: CacheEvent[] = []
    cache.on('evict', (event) => events.push(event))
    const ahead = cache.namespace('ahead', { speculative: true })
    await cache.set('k', 'x'.repeat(3_000))
    await ahead.getOrSetMany(
      [1, 2].map((id) => [id]),
      () => ['x'.repeat(3_000), 'y'.repeat(1_000)],
    )
    await cache.set('next', 'x'.repeat(3_000))
    expect(events).toEqual([{ type: 'evict', key: 'ahead:1', tier: 'memory', reason: 'max-bytes' }])
    expect([cache.peek('k'), cache.peek('next')].map(Boolean)).toEqual([true, true])
  })

  test('does not make room for itself', async () => {
    const { cache } = make({ tiers: [memory({ maxBytes: 10_000 })] })
    const events: CacheEvent[] = []
    cache.on('evict', (event) => events.push(event))
    await cache.set('other', 'x'.repeat(3_000))
    const ahead = (length: number) =>
      cache.getOrSet('ahead', () => 'y'.repeat(length), { speculative: true, refresh: true })
    for (const length of [4_000, 4_000]) await ahead(length)
    expect(events).toEqual([])
    await ahead(7_500)
    expect(cache.peek('ahead')).toHaveLength(7_500)
    expect(events).toMatchObject([{ type: 'evict', key: 'other' }])
  })

  test('stays while it is retained: somebody uses it', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 4 })] })
    retain(cache, 'after')
    for (const key of ['before', 'after']) await cache.set(key, key, { speculative: true })
    retain(cache, 'before')
    await flood(cache, 10)
    trim(cache, { toBytes: 0 })
    expect([cache.peek('before'), cache.peek('after')]).toEqual(['before', 'after'])
  })

  test('is trimmed first', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 100 })] })
    await cache.set('ahead', 1, { speculative: true })
    for (let id = 0; id < 50; id++) await cache.set(`k${id}`, id)
    const { bytes } = usageOf(cache)
    expect(trim(cache, { toBytes: bytes - 1 })).toBe(1)
    expect(cache.peek('ahead')).toBeUndefined()
  })

  test('what is replaced, deleted or evicted meanwhile disturbs nothing', async () => {
    const random = createRandom(4)
    const { cache } = make({ tiers: [memory({ maxEntries: 20, maxBytes: 8_000 })] })
    for (let step = 0; step < 3_000; step++) {
      const key = `k${random.int(60)}`
      if (random.chance(0.1)) await cache.delete(key)
      else if (random.chance(0.3)) await cache.get(key)
      else {
        await cache.set(key, 'x'.repeat(random.int(500)), { speculative: random.chance(0.5) })
        expect(cache.peek(key)).toBeDefined()
      }
      expect(usageOf(cache).entries).toBeLessThanOrEqual(20)
      expect(usageOf(cache).bytes).toBeLessThanOrEqual(8_000)
    }
  })
})
