import { asyncTier, createSharedStore } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

test('`entry` says what is known of a value, fresh and stale', async () => {
  const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s' })
  const asOf = await cache.set('k', 1, { tags: ['t'] })
  clock.advance(4_000)
  const known = { value: 1, tags: ['t'], asOf, tier: 'memory' }
  expect(await cache.entry('k')).toEqual({ ...known, state: 'fresh', ageMs: 4_000, ttlLeftMs: 6_000 })
  clock.advance(8_000)
  expect(await cache.entry('k')).toBeUndefined()
  expect(await cache.entry('k', { stale: true })).toEqual({
    ...known,
    state: 'stale',
    ageMs: 12_000,
    ttlLeftMs: -2_000,
  })
  clock.advance(8_000)
  expect(await cache.entry('k', { stale: true })).toBeUndefined()
})

test('one that was marked as stale has no time left', async () => {
  const { cache } = make({ staleWhileRevalidate: '10s' })
  await cache.set('k', 1)
  await cache.expire('k')
  expect(await cache.entry('k', { stale: true })).toMatchObject({ state: 'stale', ttlLeftMs: 0 })
})

test('it counts as a read, and falsy values are values', async () => {
  const { cache } = make()
  for (const value of [null, 0, false, '']) {
    await cache.set('k', value)
    expect((await cache.entry('k'))?.value).toBe(value)
  }
  await cache.entry('none')
  expect(cache.stats()).toMatchObject({ hits: 4, misses: 1 })
})

test('it names the tier, and is judged by further tags', async () => {
  const { cache } = make({
    tiers: [memory({ maxEntries: 1 }), asyncTier(createSharedStore())],
    log: () => createMemoryLog(),
  })
  await cache.set('k', 1)
  await cache.set('other', 2)
  expect([(await cache.entry('k'))?.tier, (await cache.entry('k'))?.tier]).toEqual(['async', 'memory'])
  await cache.invalidateTags(['u'])
  expect(await cache.entry('k', { judgedBy: ['u'] })).toBeUndefined()
  expect((await cache.entry('k'))?.value).toBe(1)
})

test('it refuses bad input, and a closed cache', async () => {
  const { cache } = make()
  await expect(cache.entry('k', { judgedBy: [''] })).rejects.toThrow('judgedBy')
  await expect(cache.entry('k', { stael: true } as never)).rejects.toThrow('stale')
  await cache.close()
  await expect(cache.entry('k')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
})
