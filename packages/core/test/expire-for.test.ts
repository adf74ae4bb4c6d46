import type { InvalidationLog } from '@hotpath/contract'
import { type FakeClock, asyncTier, createFakeClock, createSharedLog, createSharedStore, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, type CacheOptions, type ExpireOptions, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

const KEY = ['user', 1] as const
const HOUR = 3_600_000
const STALE = { stale: true } as const

/** Each way to mark the entry of `KEY` as stale. */
const WAYS: readonly (readonly [name: string, expire: (cache: Cache, options: ExpireOptions) => Promise<unknown>])[] = [
  ['a key', (cache, options) => cache.expire(KEY, options)],
  ['tags', (cache, options) => cache.expireTags(['t'], options)],
  ['a prefix', (cache, options) => cache.expirePrefix(['user'], options)],
  ['a pattern', (cache, options) => cache.expirePattern('us*', options)],
  ['all', (cache, options) => cache.expireAll(options)],
  ['scopes', (cache, options) => cache.invalidate([{ key: ['else'] }, { tags: ['t'] }], { ...options, soft: true })],
]

/** Caches that share a log and a tier, on one clock. */
function nodes(count: number, options: Partial<CacheOptions> = {}) {
  const clock = createFakeClock()
  const log = createSharedLog(() => createMemoryLog())
  const store = createSharedStore()
  const open = (wrap: (log: InvalidationLog) => InvalidationLog = (one) => one): Cache =>
    make({
      clock,
      tiers: [memory({ maxEntries: 100 }), asyncTier(store)],
      log: () => wrap(log.connect()),
      ttl: '1d',
      staleWhileRevalidate: '7d',
      ...options,
    }).cache
  return { clock, open, caches: Array.from({ length: count }, () => open()) }
}

async function filled(options: Partial<CacheOptions> = {}): Promise<{ cache: Cache; clock: FakeClock }> {
  const made = make({ ttl: '1d', staleWhileRevalidate: '7d', ...options })
  await made.cache.set(KEY, 'old', { tags: ['t'] })
  return made
}

/** What each read without a loader has. */
async function reads(cache: Cache): Promise<unknown[]> {
  return [
    cache.peek(KEY, STALE),
    await cache.get(KEY, STALE),
    (await cache.entry(KEY, STALE))?.value,
    (await cache.getMany([KEY], STALE))[0],
    (await cache.has(KEY, STALE)) ? 'old' : undefined,
  ]
}

describe('`for`: stale at most so long, then gone', () => {
  test.each(WAYS)('of %s, for every read', async (_name, expire) => {
    const { cache, clock } = await filled()
    await expire(cache, { for: '1h' })
    expect(await cache.get(KEY)).toBeUndefined()
    clock.advance(HOUR - 1)
    expect(await reads(cache)).toEqual(Array.from({ length: 5 }, () => 'old'))
    clock.advance(1)
    expect(await reads(cache)).toEqual(Array.from({ length: 5 }, () => undefined))
  })

  test('reads with a loader wait for it then, and an error is theirs', async () => {
    const { cache, clock } = await filled({ staleIfError: '30d', backoff: false })
    const failing = (): Promise<string> => Promise.reject(new Error('source away'))
    await cache.expireTags(['t'], { for: '1h' })
    expect(await cache.getOrSet(KEY, failing)).toBe('old')
    await flush()
    clock.advance(HOUR)
    await expect(cache.getOrSet(KEY, failing)).rejects.toThrow('source away')
    expect(await cache.getOrSetMany([KEY], () => ['new'])).toEqual(['new'])
  })

  test('what was loaded meanwhile lives on', async () => {
    const { cache, clock } = await filled()
    await cache.expireTags(['t'], { for: '1h' })
    expect(await cache.getOrSet(KEY, () => 'new', { tags: ['t'] })).toBe('old')
    await flush()
    clock.advance(2 * HOUR)
    expect(await cache.get(KEY)).toBe('new')
  })

  test('each record has its own time, and the sooner one counts', async () => {
    const { cache, clock } = await filled()
    await cache.expireTags(['t'], { for: '1h' })
    clock.advance(HOUR / 2)
    await cache.set(['user', 2], 'later', { tags: ['t'] })
    await cache.expireTags(['t'], { for: '1h' })
    clock.advance(HOUR / 2)
    expect(await cache.getMany([KEY, ['user', 2]], STALE)).toEqual([undefined, 'later'])
    await cache.expireTags(['t'], { for: '1m' })
    clock.advance(60_000)
    expect(await cache.get(['user', 2], STALE)).toBeUndefined()
  })

  test('said again and again it does not begin anew', async () => {
    const { cache, clock } = await filled()
    for (let minute = 0; minute < 60; minute++) {
      await cache.expireTags(['t'], { for: '1h' })
      clock.advance(60_000)
    }
    expect(await cache.get(KEY, STALE)).toBeUndefined()
  })

  test('of more than are kept apart, the next that is due is gone sooner', async () => {
    const { cache } = await filled()
    await cache.expireTags(['t'], { for: '1h' })
    const tags = Array.from({ length: 10_000 }, (_, index) => `t${index}`)
    await cache.set('last', 1, { tags: ['t9999'] })
    await cache.expireTags(tags, { for: '2h' })
    expect([await cache.get(KEY, STALE), await cache.get('last', STALE)]).toEqual([undefined, 1])
  })

  test('`0` removes, `Infinity` leaves it to the windows', async () => {
    const { cache, clock } = await filled()
    await cache.expireTags(['t'], { for: Infinity })
    clock.advance(2 * HOUR)
    expect(await cache.get(KEY, STALE)).toBe('old')
    await cache.expireTags(['t'], { for: 0 })
    expect(await cache.get(KEY, STALE)).toBeUndefined()
  })

  test('what is no time, and a time of what is gone at once, is refused', async () => {
    const { cache } = await filled()
    await expect(cache.expireTags(['t'], { for: 'long' as never })).rejects.toThrow('`for`')
    await expect(cache.invalidate([{ tags: ['t'] }], { for: '1h' })).rejects.toThrow('`soft: true`')
    await expect(cache.invalidateTags(['t'], { for: '1h' } as never)).rejects.toThrow('`for`')
    expect(await cache.get(KEY)).toBe('old')
  })

  test('of a scope that is named again shortly after, for what was loaded between', async () => {
    const { cache, clock } = await filled()
    await cache.expireTags(['t'], { for: '1h' })
    await cache.getOrSet(KEY, () => 'between', { tags: ['t'], refresh: true })
    clock.advance(HOUR / 16)
    await cache.expireTags(['t'], { for: '1h' })
    expect(await cache.get(KEY, STALE)).toBe('between')
    clock.advance(HOUR)
    expect(await cache.get(KEY, STALE)).toBeUndefined()
  })

  test('of no time at all is a removal, in what others are told as well', async () => {
    const { cache } = await filled()
    const events: unknown[] = []
    cache.on('invalidated', ({ strength, forMs }) => events.push([strength, forMs]))
    await cache.expireTags(['t'], { for: 0 })
    expect(events).toEqual([['hard', undefined]])
    expect(await cache.get(KEY, STALE)).toBeUndefined()
  })

  test('the event says how long', async () => {
    const { cache } = await filled()
    const events: unknown[] = []
    cache.on('invalidated', ({ strength, forMs }) => events.push([strength, forMs]))
    await cache.expireTags(['t'], { for: '1h' })
    await cache.expireTags(['t'])
    expect(events).toEqual([
      ['soft', HOUR],
      ['soft', undefined],
    ])
  })
})

describe('`for`, with a shared log', () => {
  test.each(WAYS)('of %s, in every process and tier', async (_name, expire) => {
    const { clock, caches } = nodes(3)
    const [one, other, cold] = caches as [Cache, Cache, Cache]
    await one.set(KEY, 'old', { tags: ['t'] })
    expect(await other.get(KEY)).toBe('old')
    await expire(one, { for: '1h' })
    await flush()
    clock.advance(HOUR - 1)
    for (const cache of [one, other]) expect(await reads(cache)).toEqual(Array.from({ length: 5 }, () => 'old'))
    expect((await cold.entry(KEY, STALE))?.tier).toBe('async')
    clock.advance(1)
    for (const cache of [one, other, cold]) {
      expect(await reads(cache)).toEqual(Array.from({ length: 5 }, () => undefined))
    }
  })

  test('is gone at once for a process that begins later', async () => {
    const { caches, open } = nodes(1)
    const [one] = caches as [Cache]
    await one.set(KEY, 'old', { tags: ['t'] })
    await one.expireTags(['t'], { for: '1h' })
    expect(await open().get(KEY, STALE)).toBeUndefined()
    await one.set(KEY, 'new', { tags: ['t'] })
    expect(await open().get(KEY)).toBe('new')
  })

  test('of an unknown outcome it is gone at once: nobody knows when it will be through', async () => {
    let isAway = false
    const { open, clock } = nodes(0)
    const cache = open((log) => ({
      ...log,
      append: (invalidations) => (isAway ? Promise.reject(new Error('away')) : log.append(invalidations)),
    }))
    await cache.set(KEY, 'old', { tags: ['t'] })
    expect(await cache.get(KEY)).toBe('old')
    isAway = true
    await cache.expireTags(['t'], { for: '1h', queue: true })
    expect(await cache.get(KEY, STALE)).toBeUndefined()
    isAway = false
    clock.advance(1_000)
    await flush()
    expect(await cache.get(KEY, STALE)).toBeUndefined()
    expect(await cache.getOrSet(KEY, () => 'new', { tags: ['t'] })).toBe('new')
    expect(await cache.get(KEY)).toBe('new')
  })

  test('holds under a log of this process that stands in for the shared one', async () => {
    const { open, clock } = nodes(0, { maxOffline: false })
    const away = (): Promise<never> => Promise.reject(new Error('away'))
    const cache = open((log) => ({
      ...log,
      heartbeatMs: 1_000,
      follow: away,
      append: away,
      head: away,
      snapshot: away,
    }))
    await cache.ready()
    await cache.getOrSet(KEY, () => 'old', { tags: ['t'] })
    await cache.expireTags(['t'], { for: '1h', queue: true })
    clock.advance(HOUR - 1)
    expect(await cache.get(KEY, STALE)).toBe('old')
    clock.advance(1)
    expect(await cache.get(KEY, STALE)).toBeUndefined()
  })
})
