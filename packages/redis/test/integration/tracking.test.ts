/** `tracking: true`: memory lets go of what others change in Redis without the log. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ProxiedConnection, startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

let server: RedisServer
let foreign: Redis
beforeAll(async () => {
  server = await startRedis()
  foreign = server.connect()
})
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

let names = 0
interface Made {
  readonly cache: Cache
  readonly client: Redis
  readonly faults: readonly string[]
}

async function make({
  name = `t${++names}`,
  tracking = true,
  options = {},
}: {
  name?: string
  tracking?: boolean
  options?: { keyPrefix?: string; username?: string; password?: string; port?: number; retryStrategy?: () => null }
} = {}): Promise<Made> {
  const client = new Redis({ port: server.port, host: '127.0.0.1', ...options })
  client.on('error', () => {})
  const tiers = [memory({ maxEntries: 1_000 }), redis({ client, tracking })]
  const cache = createCache({ name, tiers, ttl: '1h' })
  closing.push(
    () => client.disconnect(),
    () => cache.close(),
  )
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(error.message))
  await until('the view of the log', () => cache.position())
  if (tracking) await until('it is heard of', () => isHeard(cache))
  return { cache, client, faults }
}

const keyOf = (cache: Cache, key: string): string => `hotpath:${cache.name}:${key}`

/** Whether a change that somebody else makes arrives. */
async function isHeard(cache: Cache): Promise<boolean> {
  await cache.set('probe', 1)
  await foreign.set(keyOf(cache, 'probe'), 'x')
  const end = performance.now() + 200
  while (cache.peek('probe') !== undefined && performance.now() < end) {
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
  return cache.peek('probe') === undefined
}

/** News comes in order, so that what was changed before has been heard of when this one is. */
async function allHeard(cache: Cache): Promise<void> {
  await until('all news has come', () => isHeard(cache))
}

describe('what another program does to a key goes out of memory', () => {
  const ways: Record<string, (key: string) => Promise<unknown>> = {
    'it writes': (key) => foreign.set(key, 'something else'),
    'it writes by a script': (key) => foreign.eval("return redis.call('SET', KEYS[1], 'x')", 1, key),
    'it deletes': (key) => foreign.del(key),
    'it lets it expire': (key) => foreign.pexpire(key, 20),
  }
  for (const [way, change] of Object.entries(ways)) {
    test(way, async () => {
      const { cache } = await make()
      await cache.set('k', 'old')
      await cache.set('other', 'kept')
      await change(keyOf(cache, 'k'))
      await until('it is gone', () => cache.peek('k') === undefined)
      expect(cache.peek('other')).toBe('kept')
      expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    })
  }

  test('without `tracking` it stays', async () => {
    const { cache } = await make({ tracking: false })
    await cache.set('k', 'old')
    await foreign.del(keyOf(cache, 'k'))
    await new Promise((resolve) => void setTimeout(resolve, 200))
    expect(cache.peek('k')).toBe('old')
  })

  test('another cache of the client hears nothing of it', async () => {
    const { cache, client } = await make()
    const other = createCache({
      name: `${cache.name}x`,
      tiers: [memory({ maxEntries: 10 }), redis({ client, tracking: true })],
    })
    closing.push(() => other.close())
    await until('the view of the log', () => other.position())
    await cache.set('k', 1)
    await other.set('k', 2)
    await foreign.del(keyOf(other, 'k'))
    await until('it is gone', () => other.peek('k') === undefined)
    await allHeard(cache)
    expect(cache.peek('k')).toBe(1)
  })

  test('a client that puts a prefix before all keys hears of those', async () => {
    const { cache } = await make({ tracking: false, options: { keyPrefix: 'outer:' } })
    const client = new Redis(server.port, '127.0.0.1', { keyPrefix: 'outer:' })
    const tiers = [memory({ maxEntries: 10 }), redis({ client, tracking: true })]
    const tracked = createCache({ name: cache.name, tiers, ttl: '1h' })
    closing.push(
      () => client.disconnect(),
      () => tracked.close(),
    )
    await until('the view of the log', () => tracked.position())
    await until('it is gone', async () => {
      await tracked.set('k', 1)
      await foreign.del(`outer:${keyOf(cache, 'k')}`)
      await new Promise((resolve) => void setTimeout(resolve, 50))
      return tracked.peek('k') === undefined
    })
  })
})

describe('own writes', () => {
  test('do not put out what they put in', async () => {
    const { cache } = await make()
    await cache.set('set', 1)
    await cache.getOrSet('loaded', () => 2)
    await cache.setMany(Array.from({ length: 300 }, (_, n) => ({ key: `many${n}`, value: n })))
    await cache.delete('again')
    await cache.set('again', 3)
    await allHeard(cache)
    await new Promise((resolve) => void setTimeout(resolve, 100))
    expect([cache.peek('set'), cache.peek('loaded'), cache.peek('again')]).toEqual([1, 2, 3])
    expect(Array.from({ length: 300 }, (_, n) => cache.peek(`many${n}`))).toEqual(
      Array.from({ length: 300 }, (_, n) => n),
    )
  })

  test('are told from what another program writes right behind them', async () => {
    const { cache } = await make()
    for (let round = 0; round < 20; round++) {
      const stored = cache.set('k', round)
      await Promise.all([stored, stored.then(() => foreign.set(keyOf(cache, 'k'), 'something else'))])
      await until('it is gone', () => cache.peek('k') === undefined)
    }
  })

  test('of one process put out what another holds, which reads it anew without a load', async () => {
    const { cache: one } = await make()
    const { cache: other } = await make({ name: one.name })
    await other.set('k', 'theirs', { asOf: one.position() })
    // From a later point of the log, so that it is another entry.
    await one.invalidateTags(['unrelated'])
    await one.warm([{ key: 'k', value: 'ours' }])
    await until('the other has let go', () => other.peek('k') === undefined)
    expect(await other.get('k')).toBe('ours')
  })
})

describe('connections', () => {
  const count = async (): Promise<number> => Number(/connected_clients:(\d+)/.exec(await foreign.info('clients'))?.[1])

  test('caches of one client share the one that listens, and leave none behind', async () => {
    const client = server.connect()
    await client.ping()
    const before = await count()
    const caches = ['x', 'y', 'z'].map((name) => createCache({ name, tiers: [redis({ client, tracking: true })] }))
    for (const cache of caches) await until('the view of the log', () => cache.position())
    await until('one follows and one listens', async () => (await count()) === before + 2)
    for (const cache of caches) await cache.close()
    await until('both are closed', async () => (await count()) === before)
  })

  test('when the one that listens was broken, memory is emptied, and what comes then is heard of', async () => {
    const { cache } = await make()
    await cache.set('k', 'old')
    await cache.set('other', 'old')
    const list = String(await foreign.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
    for (const id of list.matchAll(/\bid=(\d+)/g)) await foreign.call('CLIENT', 'KILL', 'ID', id[1] ?? '')
    await foreign.del(keyOf(cache, 'k'))
    await until('memory is empty', () => cache.peek('k') === undefined && cache.peek('other') === undefined)
    expect([await cache.get('k'), await cache.get('other')]).toEqual([undefined, 'old'])
    await foreign.del(keyOf(cache, 'other'))
    await until('it is gone', () => cache.peek('other') === undefined)
  })

  test('when the one that listens falls silent it is replaced, and memory is emptied', async () => {
    const proxy = await startSilentProxy(server.port)
    closing.push(() => proxy.stop())
    const { cache } = await make({ options: { port: proxy.port } })
    await cache.set('k', 'old')
    const isListener = ({ sent, isOpen }: ProxiedConnection): boolean => isOpen && sent.includes('subscribe')
    const [listener] = proxy.connections.filter(isListener)
    listener?.silence()
    await foreign.del(keyOf(cache, 'k'))
    await until('memory is empty', () => cache.peek('k') === undefined, 15_000)
    await until('it is heard of again', () => isHeard(cache))
    expect(listener?.isOpen).toBe(false)
  }, 30_000)

  test('one that is there is left alone', async () => {
    const { cache } = await make()
    await allHeard(cache)
    await cache.set('k', 'old')
    await new Promise((resolve) => void setTimeout(resolve, 4_500))
    expect(cache.peek('k')).toBe('old')
  }, 20_000)

  test('a client that gives up has one that does not', async () => {
    const { cache } = await make({ options: { retryStrategy: () => null } })
    const list = String(await foreign.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
    for (const id of list.matchAll(/\bid=(\d+)/g)) await foreign.call('CLIENT', 'KILL', 'ID', id[1] ?? '')
    await until('it is heard of again', () => isHeard(cache), 15_000)
  }, 30_000)

  test('those for commands may break without harm', async () => {
    const { cache } = await make()
    await cache.set('k', 'old')
    await foreign.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await until('it is heard of again', () => isHeard(cache).catch(() => false))
    await cache.set('k', 'new')
    await foreign.del(keyOf(cache, 'k'))
    await until('it is gone', () => cache.peek('k') === undefined)
  })
})

describe('rights', () => {
  test('the ones that the page on Redis names are enough', async () => {
    const rights =
      '~hotpath:* ~{hotpath:* &__redis__:invalidate +mget +unlink +scan +time +info +client|id +client|unblock +evalsha +eval +getrange +set +hmget +hset +hget +hdel +hincrby +del +xadd +xread +get +exists +pttl +pexpire +client|tracking +subscribe +ping'
    await foreign.call('ACL', 'SETUSER', 'tracker', 'on', '>secret', ...rights.split(' '))
    const { cache, faults } = await make({ options: { username: 'tracker', password: 'secret' } })
    await cache.set('k', 1)
    await foreign.del(keyOf(cache, 'k'))
    await until('it is gone', () => cache.peek('k') === undefined)
    expect(faults).toEqual([])
  })

  test('without them a fault tells of it, and everything else works', async () => {
    await foreign.call('ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '&*', '+@all', '-client|tracking')
    const client = new Redis(server.port, '127.0.0.1', { username: 'deaf', password: 'secret' })
    const cache = createCache({ name: 'deaf', tiers: [memory({ maxEntries: 10 }), redis({ client, tracking: true })] })
    closing.push(
      () => client.disconnect(),
      () => cache.close(),
    )
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.message))
    await until('a fault is told', () => faults.length > 0)
    expect(faults[0]).toContain('does not report changed keys')
    await until('the view of the log', () => cache.position())
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await isHeard(cache)).toBe(false)
    await foreign.call('ACL', 'SETUSER', 'deaf', '+client|tracking')
    await until('it is heard of', () => isHeard(cache))
  }, 20_000)
})

describe('bad options', () => {
  test('a Cluster client, and what is neither true nor false', () => {
    const client = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true })
    expect(() => redis({ client, tracking: true })).toThrow(/`tracking` does not work with a Cluster client/)
    expect(() => redis({ client, tracking: false })).not.toThrow()
    expect(() => redis({ client: foreign, tracking: 'yes' as never })).toThrow('`tracking` must be `true` or `false`')
  })
})
