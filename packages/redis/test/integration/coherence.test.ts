import { type Cache, type CacheOptions, createCache } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { useNodes } from './nodes.ts'
import { until } from './until.ts'

const server = useNodes()

const nodes = (count: number, options?: Partial<CacheOptions>): Promise<Cache[]> => server().open(count, options)

/** How often a command was called. */
async function calls(command: string): Promise<number> {
  const stats = await server().admin().info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}

describe('P3: other processes hear of it', () => {
  const ways: Record<string, (cache: Cache) => Promise<unknown>> = {
    key: (cache) => cache.delete(['user', 1]),
    tag: (cache) => cache.invalidateTags(['t']),
    prefix: (cache) => cache.invalidatePrefix('user'),
    pattern: (cache) => cache.invalidatePattern('us?r:*'),
    all: (cache) => cache.clear(),
    set: (cache) => cache.set(['user', 1], 'new'),
  }
  for (const [way, invalidate] of Object.entries(ways)) {
    test(`by ${way}`, async () => {
      const [writer, reader] = (await nodes(2)) as [Cache, Cache]
      await writer.set(['user', 1], 'old', { tags: ['t'] })
      expect(await reader.getOrSet(['user', 1], () => 'loaded')).toBe('old')
      await invalidate(writer)
      await until('the old value is gone', () => reader.peek(['user', 1]) === undefined)
      expect(await reader.get(['user', 1])).toBe(way === 'set' ? 'new' : undefined)
    })
  }

  test('P16: with the token of the write, at once', async () => {
    const [writer, reader] = (await nodes(2)) as [Cache, Cache]
    for (let round = 0; round < 20; round++) {
      await writer.set('k', round)
      await reader.getOrSet('k', () => round)
      const after = await writer.invalidateTags(['none'])
      const written = await writer.set('k', `new ${round}`)
      expect(await reader.get('k', { after })).toBeDefined()
      expect(await reader.get('k', { after: written })).toBe(`new ${round}`)
    }
  })

  test('a load that began before an invalidation elsewhere is not stored for others', async () => {
    const [writer, loader] = (await nodes(2)) as [Cache, Cache]
    const load = deferredLoader<string>()
    const loading = loader.getOrSet('k', load, { tags: ['t'] })
    await until('the load has begun', () => load.calls.length === 1)
    const token = await writer.invalidateTags(['t'])
    load.at(0).resolve('old')
    expect(await loading).toBe('old')
    for (const cache of [writer, loader]) expect(await cache.get('k', { after: token })).toBeUndefined()
  })
})

describe('P5: what Redis loses is a miss', () => {
  const losses: Record<string, (name: string) => Promise<unknown>> = {
    'the state of the log': (name) => server().admin().del(`{hotpath:${name}}:log`),
    'state and stream': (name) => server().admin().del(`{hotpath:${name}}:log`, `{hotpath:${name}}:stream`),
    everything: () => server().admin().flushall(),
    'the server, which starts anew': () => server().restart(),
  }
  for (const [what, lose] of Object.entries(losses)) {
    test(what, async () => {
      const [one, other] = (await nodes(2)) as [Cache, Cache]
      await one.set('k', 'old', { tags: ['t'] })
      await other.get('k')
      await lose(one.name)
      await until('both have noticed', () => one.peek('k') === undefined && other.peek('k') === undefined)
      await until('the log is back', () => one.position() !== undefined && other.position() !== undefined)
      expect(await one.get('k')).toBeUndefined()
      await one.set('k', 'new', { tags: ['t'] })
      await until('the other has it', async () => (await other.get('k')) === 'new')
      await one.invalidateTags(['t'])
      await until('it is gone', () => other.peek('k') === undefined)
    })
  }

  test('the stream alone: nothing is lost', async () => {
    const [one, other] = (await nodes(2)) as [Cache, Cache]
    await one.set('k', 'old', { tags: ['t'] })
    await other.get('k')
    await server().admin().del(`{hotpath:${one.name}}:stream`)
    await one.invalidateTags(['t'])
    await until('it is gone', () => other.peek('k') === undefined)
  })

  test('every connection, again and again', async () => {
    const [one, other] = (await nodes(2)) as [Cache, Cache]
    for (let round = 0; round < 5; round++) {
      await one.set('k', round, { tags: ['t'] }).catch(() => {})
      await other.get('k')
      await server().admin().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await until('the write is through', () =>
        one.invalidateTags(['t']).then(
          () => true,
          () => false,
        ),
      )
      await until('it is gone', () => other.peek('k') === undefined)
      expect(await other.get('k')).toBeUndefined()
    }
  })
})

describe('round trips', () => {
  test('P14: a memory hit makes none, a hit in Redis one', async () => {
    const [one, other] = (await nodes(2)) as [Cache, Cache]
    await one.set('k', 1)
    const before = await calls('get')
    expect(await other.get('k')).toBe(1)
    expect(await calls('get')).toBe(before + 1)
    expect(await other.get('k')).toBe(1)
    expect(await calls('get')).toBe(before + 1)
  })

  test('P13: reads of one turn, and those of many keys, are one', async () => {
    const [one, other] = (await nodes(2)) as [Cache, Cache]
    const keys = Array.from({ length: 200 }, (_, n) => ['k', n] as const)
    await one.setMany(keys.map((key) => ({ key, value: key[1] })))
    const before = await calls('mget')
    expect(await Promise.all(keys.slice(0, 100).map((key) => other.get(key)))).toEqual(
      keys.slice(0, 100).map(([, n]) => n),
    )
    expect(await calls('mget')).toBe(before + 1)
    const all = await other.getOrSetMany(keys, () => [])
    expect(all).toEqual(keys.map(([, n]) => n))
    expect(await calls('mget')).toBe(before + 2)
  })

  test('P11: clear is one script, whatever the number of entries, and no KEYS is ever called', async () => {
    const [one] = (await nodes(1)) as [Cache]
    await one.setMany(Array.from({ length: 2_000 }, (_, n) => ({ key: ['k', n], value: n })))
    const before = await calls('evalsha')
    await one.clear()
    expect((await calls('evalsha')) - before).toBeLessThanOrEqual(2)
    expect(await one.get(['k', 5])).toBeUndefined()
    expect(await calls('keys')).toBe(0)
  })

  test('caches of one client share one connection to follow, and leave none behind', async () => {
    const client = server().connect()
    const connected = async (): Promise<number> =>
      Number(/connected_clients:(\d+)/.exec(await server().admin().info('clients'))?.[1])
    await client.ping()
    const before = await connected()
    const caches = ['x', 'y', 'z'].map((name) => createCache({ name, tiers: [redis({ client })] }))
    for (const cache of caches) await until('the view of the log', () => cache.position())
    expect(await connected()).toBe(before + 1)
    for (const cache of caches) {
      await cache.set('k', 1)
      await cache.close()
    }
    await until('the connection is closed', async () => (await connected()) === before)
    expect(await client.ping()).toBe('PONG')
  })
})
