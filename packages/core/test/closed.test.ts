import { expect, test } from 'vitest'
import type { Cache } from './core.ts'
import { changes } from '../src/changes/changes.ts'
import { lease } from '../src/lease/lease.ts'
import { placeholder, setPlaceholders } from '../src/placeholders/placeholders.ts'
import { retain, trim } from '../src/retain/retain.ts'
import { make } from './make.ts'

const METHODS: Record<string, (cache: Cache) => Promise<unknown>> = {
  get: (cache) => cache.get('k'),
  getMany: (cache) => cache.getMany([]),
  has: (cache) => cache.has('k'),
  inspect: (cache) => cache.inspect('k'),
  getOrSet: (cache) => cache.getOrSet('k', () => 1),
  getOrSetMany: (cache) => cache.getOrSetMany(['k'], () => [1]),
  set: (cache) => cache.set('k', 1),
  setMany: (cache) => cache.setMany([{ key: 'k', value: 1 }]),
  delete: (cache) => cache.delete('k'),
  expire: (cache) => cache.expire('k'),
  clear: (cache) => cache.clear(),
  invalidateTags: (cache) => cache.invalidateTags(['t']),
  expireTags: (cache) => cache.expireTags(['t']),
  invalidatePrefix: (cache) => cache.invalidatePrefix('k'),
  invalidatePattern: (cache) => cache.invalidatePattern('*'),
  purgeExpired: (cache) => cache.purgeExpired(),
  warm: (cache) => cache.warm([]),
  wrap: (cache) => cache.wrap(Number)(1),
}

test('P17: doors of their own refuse a cache that is closed, whatever they are given', async () => {
  const { cache } = make()
  await cache.close()
  const calls = [
    () => retain(cache, 'k'),
    () => trim(cache, { toBytes: 0 }),
    () => setPlaceholders(cache, []),
    () => placeholder(cache, 'k'),
    () => changes(cache),
  ]
  for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: 'ERR_CACHE_CLOSED' }))
  await expect(lease(cache, 'job')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
})

for (const [method, call] of Object.entries(METHODS)) {
  test(`P17: ${method} rejects once the cache is closed, and so does that of a namespace`, async () => {
    const { cache, clock } = make()
    const namespace = cache.namespace('n')
    await cache.set('k', 1)
    await namespace.set('k', 1)
    const { sets, invalidations } = cache.stats()
    await namespace.close()
    // Not inside a callback of `expect`: a method that throws at once would pass there.
    for (const handle of [cache, namespace]) {
      const answer = call(handle)
      await expect(answer).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    }
    expect(cache.stats()).toMatchObject({ sets, invalidations, loads: 0, hits: 0 })
    expect(clock.pending).toBe(0)
  })
}

test('P17: after close nothing is held, and nothing is found at once either', async () => {
  const { cache } = make()
  await cache.set('k', 1)
  await cache.close()
  expect(cache.peek('k')).toBeUndefined()
  expect(cache.position()).toBeUndefined()
  expect(cache.stats().tiers[0]?.usage).toMatchObject({ entries: 0, bytes: 0 })
})

test('P17: a cache in a block with `await using` is closed at its end', async () => {
  let kept: Cache
  {
    await using cache = make().cache
    kept = cache
    await cache.set('k', 1)
  }
  await expect(kept.get('k')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
})
