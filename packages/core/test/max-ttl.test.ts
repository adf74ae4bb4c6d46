import { asyncTier, createSharedStore, flush } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { type ReadReport, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

test('memory keeps a value for `maxTtl`, and the tier below as long as it lives', async () => {
  const { cache, clock } = make({
    tiers: [memory({ maxEntries: 10, maxTtl: '30s' }), asyncTier(createSharedStore())],
    log: () => createMemoryLog(),
    ttl: '5m',
    maxOffline: false,
  })
  const tierOf = async (): Promise<unknown> => (await cache.entry('k'))?.tier
  await cache.set('k', 1)
  clock.advance(29_999)
  expect(await tierOf()).toBe('memory')
  clock.advance(1)
  // Read below, and kept for as long again.
  expect([await tierOf(), await tierOf()]).toEqual(['async', 'memory'])
  clock.advance(29_999)
  expect([await tierOf(), (await cache.entry('k'))?.ageMs]).toEqual(['memory', 59_999])
  clock.advance(1)
  expect([await tierOf(), await tierOf()]).toEqual(['async', 'memory'])
  clock.advance(240_000)
  expect(await tierOf()).toBeUndefined()
})

test('what is said of a value is its own life, wherever it was found', async () => {
  const { cache, clock } = make({
    tiers: [memory({ maxEntries: 10, maxTtl: '30s' }), asyncTier(createSharedStore())],
    log: () => createMemoryLog(),
    ttl: '5m',
    staleWhileRevalidate: '1m',
    maxOffline: false,
  })
  const heard: unknown[] = []
  const onRead = ({ tier, ttlLeftMs }: ReadReport): void => void heard.push([tier, ttlLeftMs])
  await cache.getOrSet('k', () => 1, { onRead })
  for (const ms of [10_000, 20_000, 0, 10_000]) {
    clock.advance(ms)
    const entry = await cache.entry('k')
    await cache.getOrSet('k', () => 2, { onRead })
    expect(heard.at(-1)).toEqual(['memory', entry?.ttlLeftMs])
    heard.push([entry?.tier, entry?.ttlLeftMs])
    const { ttlLeftMs, lifeLeftMs } = await cache.inspect('k')
    expect([ttlLeftMs, lifeLeftMs]).toEqual([entry?.ttlLeftMs, (entry?.ttlLeftMs ?? 0) + 60_000])
  }
  expect(heard).toEqual([
    [undefined, 300_000],
    ...[
      ['memory', 290_000],
      ['memory', 290_000],
    ],
    ...[
      ['memory', 270_000],
      ['async', 270_000],
    ],
    ...[
      ['memory', 270_000],
      ['memory', 270_000],
    ],
    ...[
      ['memory', 260_000],
      ['memory', 260_000],
    ],
  ])
})

test('it takes the stale windows into account', async () => {
  const { cache, clock } = make({
    tiers: [memory({ maxEntries: 10, maxTtl: 15 })],
    ttl: 10,
    staleWhileRevalidate: 10,
    staleIfError: 10,
  })
  await cache.set('k', 1)
  clock.advance(14)
  expect([await cache.get('k'), await cache.get('k', { stale: true })]).toEqual([undefined, 1])
  clock.advance(1)
  expect(await cache.get('k', { stale: true })).toBeUndefined()
  await expect(cache.getOrSet('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
})

test('a value is not refreshed ahead of the end of its time in memory', async () => {
  const { cache, clock } = make({ tiers: [memory({ maxEntries: 10, maxTtl: 20 })], ttl: '1h', refreshAhead: true })
  let loads = 0
  const load = (): number => {
    clock.advance(10)
    return ++loads
  }
  await cache.getOrSet('k', load)
  clock.advance(19)
  for (let read = 0; read < 50; read++) await cache.getOrSet('k', load)
  await flush()
  expect(loads).toBe(1)
})

test('what lives no longer is kept as it is, and what is no duration is refused', async () => {
  const { cache, clock } = make({ tiers: [memory({ maxEntries: 10, maxTtl: '1h' })], ttl: 10 })
  await cache.set('k', 1)
  clock.advance(10)
  expect(await cache.get('k')).toBeUndefined()
  expect(() => memory({ maxEntries: 1, maxTtl: '30 secs' as never })).toThrow('maxTtl')
})
