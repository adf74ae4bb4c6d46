/** What was written or loaded is in the tiers below memory when its promise resolves, and when the cache has closed. */
import type { Tier } from '@hotpath/contract'
import { asyncTier, createSharedStore, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheOptions, createCache, createMemoryLog, memory } from './core.ts'

/** Caches over one store, of this process and of others. */
function make(options: Partial<CacheOptions> = {}) {
  const store = createSharedStore()
  const log = createMemoryLog()
  const open = (...above: Tier[]) =>
    createCache({ name: 'arrives', tiers: [...above, asyncTier(store)], log: () => log, ttl: '1h', ...options })
  const found = async (key: string): Promise<unknown> => {
    const cache = open()
    const value = await cache.get(key)
    await cache.close()
    return value
  }
  return { open, found }
}

describe('a write under way when the cache closes arrives', () => {
  test.each<[string, (cache: ReturnType<typeof createCache>) => Promise<unknown>]>([
    ['set', (cache) => cache.set('k', 1)],
    ['set that may queue', (cache) => cache.set('k', 1, { queue: true })],
    ['setMany', (cache) => cache.setMany([{ key: 'k', value: 1 }])],
    ['set at a point', (cache) => cache.set('k', 1, { asOf: cache.position() })],
  ])('%s', async (_, write) => {
    for (const isReady of [true, false]) {
      for (const tiers of [1, 2]) {
        const { open, found } = make()
        const cache = tiers === 1 ? open() : open(memory({ maxEntries: 9 }))
        if (isReady) await cache.ready()
        const heard: string[] = []
        cache.on('*', ({ type }) => void heard.push(type))
        const written = write(cache)
        await cache.close()
        await written
        expect(await found('k')).toBe(1)
        expect(heard).toContain('set')
        expect(heard).not.toContain('fault')
      }
    }
  })

  test('and one that comes later rejects', async () => {
    const { open } = make()
    const cache = open()
    await cache.close()
    await expect(cache.set('k', 1)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  })
})

describe('without memory', () => {
  test('what was loaded is found by the next read', async () => {
    const { open } = make()
    const cache = open()
    let loads = 0
    const read = () => cache.getOrSet('k', async () => ++loads)
    expect([await read(), await read(), await read()]).toEqual([1, 1, 1])
    const many = () => cache.getOrSetMany(['a', 'b'], async (keys) => keys.map(() => ++loads))
    expect([await many(), await many(), await cache.get('a')]).toEqual([[2, 3], [2, 3], 2])
    await cache.close()
  })

  test('`warm` says how many are there', async () => {
    const { open, found } = make()
    const cache = open()
    expect(await cache.warm(['a', 'b', 'c'], { load: ({ key }) => `value of ${String(key)}` })).toMatchObject({
      warmed: 3,
      failed: 0,
    })
    await cache.close()
    expect(await found('c')).toBe('value of c')
  })

  test('a caller that leaves, and a cache that closes, do not wait for a store that hangs', async () => {
    const hanging = deferred()
    const tier = asyncTier()
    const cache = createCache({
      name: 'hangs',
      tiers: [
        {
          ...tier,
          open: (context) => ({ ...tier.open(context), set: () => hanging.promise, setMany: () => hanging.promise }),
        },
      ],
      tierTimeout: false,
    })
    await cache.ready()
    const controller = new AbortController()
    const left = cache.getOrSet('a', () => 1, { signal: controller.signal })
    const stays = cache.getOrSet('b', () => 2)
    await flush()
    controller.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    const closed = cache.close()
    expect(await stays).toBe(2)
    hanging.resolve()
    await closed
  })
})
