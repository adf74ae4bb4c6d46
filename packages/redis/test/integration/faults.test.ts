import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { compressed, encrypted, msgpack } from '@hotpath/codec'
import type { Codec } from '@hotpath/contract'
import { isRememberedFailure, rememberFailure } from '@hotpath/contract/values'
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type RedisOptions, redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

let server: RedisServer
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.connect()
})
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let names = 0
/** A cache on Redis alone, and the faults it tells of. */
function make(
  client: Redis = server.connect(),
  options: Partial<RedisOptions> = {},
  { withMemory = false, ...rest }: Partial<CacheOptions> & { readonly withMemory?: boolean } = {},
) {
  const tier = redis({ client, ...options })
  const tiers = withMemory ? [memory({ maxEntries: 100 }), tier] : [tier]
  const cache = createCache({ name: `f${++names}`, tiers, ttl: '1h', tierTimeout: '300ms', backoff: false, ...rest })
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(error.code))
  closing.push(
    () => cache.close(),
    () => client.disconnect(),
  )
  return { cache, faults, client }
}

const ready = (cache: Cache): Promise<void> => until('the view of the log', () => cache.position())

describe('a server that cannot be used is a miss and a fault, and values are loaded', () => {
  const patient = { retryStrategy: () => 50, maxRetriesPerRequest: 1 }
  const clients: Record<string, () => Promise<Redis>> = {
    'nobody listens': async () => new Redis(1, '127.0.0.1', patient),
    'a wrong password': async () => {
      await admin.call('ACL', 'SETUSER', 'somebody', 'on', '>right', '~*', '+@all')
      return new Redis(server.port, '127.0.0.1', { ...patient, username: 'somebody', password: 'wrong' })
    },
    'no rights': async () => {
      await admin.call('ACL', 'SETUSER', 'nobody', 'on', '>right', '~other:*', '+@all')
      return new Redis(server.port, '127.0.0.1', { ...patient, username: 'nobody', password: 'right' })
    },
    'a replica that may not be written to': async () => {
      const replica = await startRedis('--replicaof', '127.0.0.1', String(server.port))
      closing.push(() => replica.stop())
      return replica.connect()
    },
  }
  for (const [what, connect] of Object.entries(clients)) {
    test(what, async () => {
      const client = await connect()
      client.on('error', () => {})
      const { cache, faults } = make(client)
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => faults.length > 0)
      await expect(cache.invalidateTags(['t'])).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
      expect(await cache.getOrSet('k', () => 'again')).toBe('again')
    })
  }

  test('the rights that the page on Redis names are enough', async () => {
    const page = readFileSync(new URL('../../../../docs/redis.md', import.meta.url), 'utf8')
    const [, rights = ''] = /ACL SETUSER hotpath on >secret ([^`]+?)\n\n/.exec(page) ?? []
    await admin.call('ACL', 'SETUSER', 'hotpath', 'on', '>secret', ...rights.split(/\s+/))
    const { cache, faults } = make(new Redis(server.port, '127.0.0.1', { username: 'hotpath', password: 'secret' }))
    await ready(cache)
    await cache.set('k', 1, { tags: ['t'] })
    expect(await cache.get('k')).toBe(1)
    await Promise.all(Array.from({ length: 1_002 }, (_, n) => cache.invalidatePattern(`p${n}*`)))
    await cache.invalidateTags(['t'])
    await cache.set('k', 2)
    expect(await cache.purgeExpired()).toBe(0)
    await cache.delete('k')
    expect(await cache.getOrSet('k', () => 3)).toBe(3)
    expect(faults).toEqual(['ERR_LOG_CROWDED'])
  }, 20_000)
})

describe('a server in trouble', () => {
  test('out of memory: nothing is stored, but invalidations work', async () => {
    const full = await startRedis('--maxmemory-policy', 'noeviction')
    closing.push(() => full.stop())
    const { cache, faults } = make(full.connect())
    await ready(cache)
    await cache.set('k', 'old', { tags: ['t'] })
    await full.connect().call('CONFIG', 'SET', 'maxmemory', '1')
    await cache.set('other', 'x'.repeat(10_000)).catch(() => {})
    expect(faults).toContain('ERR_TIER_FAILED')
    await cache.invalidateTags(['t'])
    expect(await cache.get('k')).toBeUndefined()
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  })

  test('scripts that were flushed are sent again', async () => {
    const { cache, faults } = make()
    await ready(cache)
    await admin.call('SCRIPT', 'FLUSH')
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
    expect(faults).toEqual([])
  })

  test('a server that stands still is a miss after the timeout, and is used again later', async () => {
    const { cache, faults } = make()
    await ready(cache)
    await cache.set('k', 1)
    await admin.call('CLIENT', 'PAUSE', '1000', 'ALL')
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(faults).toContain('ERR_TIER_TIMEOUT')
    await until('it is used again', async () => (await cache.get('k')) === 1 || (await cache.get('k')) === 'loaded')
  })
})

describe('a server that is reading its data', () => {
  /** Restarts a server that has some to read; it takes about four seconds over that. */
  async function reload(loading: RedisServer): Promise<void> {
    const values = Array.from({ length: 20_000 }, (_, n) => [`other:${n}`, 'x']).flat()
    await loading.admin().mset(values)
    await loading.admin().call('SAVE')
    await loading.restart('--key-load-delay', '200', '--loading-process-events-interval-bytes', '1024')
  }
  const clients: Record<string, object> = {
    'by a client that asks anyway': { enableReadyCheck: false },
    'by a client that waits until it is ready': {},
  }
  for (const [how, options] of Object.entries(clients)) {
    test(`is a miss and a fault, and what it had read is of an older life: ${how}`, async () => {
      const loading = await startRedis()
      closing.push(() => loading.stop())
      const client = new Redis(loading.port, '127.0.0.1', { ...options, retryStrategy: () => 20 })
      client.on('error', () => {})
      // What is asked is the tier; a lease is not to be had meanwhile.
      const { cache, faults } = make(client, {}, { lease: false })
      await ready(cache)
      await cache.set('k', 'old', { tags: ['t'] })
      await reload(loading)
      const prober = new Redis(loading.port, '127.0.0.1', { enableReadyCheck: false })
      closing.push(() => prober.disconnect())
      const isLoading = async (): Promise<boolean> => (await prober.info('persistence')).includes('loading:1')
      expect(await isLoading()).toBe(true)

      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await until('a fault is told', () => faults.length > 0)
      // It refuses what it is asked while it reads, or the client's command waits for it past the limit: which one is a matter of when.
      expect(faults.some((fault) => fault === 'ERR_TIER_FAILED' || fault === 'ERR_TIER_TIMEOUT')).toBe(true)
      const invalidated = cache.invalidateTags(['t']).then(
        () => 'accepted',
        ({ code }: { code: string }) => code,
      )
      expect(await cache.getOrSet('k', () => 'again')).toBe('again')
      expect(await isLoading()).toBe(true)

      await until('it has read all', async () => !(await isLoading()), 20_000)
      expect(await invalidated).toMatch(/^(accepted|ERR_LOG_UNAVAILABLE)$/)
      await until('the log is back', () => cache.position() !== undefined, 20_000)
      expect(await prober.exists(`hotpath:${cache.name}:k`)).toBe(1)
      expect(await cache.get('k')).not.toBe('old')
      await until('it is used again', async () => {
        await cache.set('k', 'new', { tags: ['t'] }).catch(() => {})
        return (await cache.get('k')) === 'new'
      })
    }, 60_000)
  }
})

describe("the server's clock", () => {
  test('when it was set back nobody knows how old entries are: they are misses in every process', async () => {
    const { cache } = make()
    const { cache: other } = make(undefined, {}, { name: cache.name, withMemory: true })
    await ready(cache)
    await ready(other)
    await cache.set('k', 'old')
    expect(await other.get('k')).toBe('old')
    // As if it had been an hour later when the clock was looked at last.
    const ahead = Date.now() * 1_000 + 3_600_000_000
    await admin.hset(`{hotpath:${cache.name}}:log`, 't', String(ahead))
    await until('the other process has noticed', () => other.peek('k') === undefined)
    expect(await other.get('k')).toBeUndefined()
    await until('it is used again', async () => {
      await cache.set('k', 'new')
      return (await other.get('k')) === 'new'
    })
  }, 20_000)

  test('it is noted every few seconds, not by every heartbeat', async () => {
    const { cache } = make()
    await ready(cache)
    const key = `{hotpath:${cache.name}}:log`
    const noted = await admin.hget(key, 't')
    await new Promise((resolve) => void setTimeout(resolve, 2_500))
    expect(await admin.hget(key, 't')).toBe(noted)
    await admin.hset(key, 't', String(Number(noted) - 10_000_000))
    await until('it is noted', async () => Number(await admin.hget(key, 't')) > Number(noted))
  })

  test('a state of another version, or one that makes no sense, begins a new epoch', async () => {
    const { cache } = make()
    await ready(cache)
    const key = `{hotpath:${cache.name}}:log`
    for (const fields of [{ v: '1' }, { p: 'x' }]) {
      const epoch = await admin.hget(key, 'e')
      await admin.hset(key, fields)
      await until('another epoch', async () => (await admin.hget(key, 'e')) !== epoch)
      await until('it is used again', async () => {
        await cache.set('k', 1)
        return (await cache.get('k')) === 1
      })
    }
  })
})

describe('what lies under our keys', () => {
  const keyOf = (cache: Cache, key: string): string => `hotpath:${cache.name}:${key}`

  test('damaged, cut and foreign bytes are misses and faults', async () => {
    const { cache, faults } = make()
    await ready(cache)
    await cache.set('k', { a: 1 })
    const frame = (await admin.getBuffer(keyOf(cache, 'k'))) as Buffer
    const damaged = [frame.subarray(0, 10), Buffer.from('another program'), Buffer.concat([Buffer.from([99]), frame])]
    for (const bytes of damaged) {
      await admin.set(keyOf(cache, 'k'), bytes)
      expect(await cache.get('k')).toBeUndefined()
    }
    expect(faults).toEqual(['ERR_CODEC_FRAME', 'ERR_CODEC_FRAME', 'ERR_CODEC_FRAME'])
    expect(await cache.getOrSet('k', () => 'mended')).toBe('mended')
    expect(await cache.get('k')).toBe('mended')
  })

  test('five keys have no end, as the README says; all others expire', async () => {
    const { cache } = make()
    const { cache: other } = make(undefined, {}, { name: cache.name })
    await ready(cache)
    await ready(other)
    const slow = cache.getOrSet('k', () => new Promise((resolve) => void setTimeout(() => resolve(1), 100)))
    await until('its lease', async () => (await admin.exists(`{hotpath:${cache.name}}:lease:k`)) === 1)
    expect(await admin.pttl(`{hotpath:${cache.name}}:lease:k`)).toBeGreaterThan(0)
    expect(await other.getOrSet('k', () => 2)).toBe(1)
    await slow
    await cache.invalidateTags(['t'])
    const keys = await admin.keys(`*hotpath:${cache.name}*`)
    const ends = await Promise.all(keys.map(async (key) => [key, await admin.pttl(key)] as const))
    const endless = ends.filter(([, left]) => left === -1).map(([key]) => key.replace(`{hotpath:${cache.name}}`, ''))
    expect(endless.toSorted()).toEqual([':leases:granted', ':leases:returned', ':leases:stream', ':log', ':stream'])
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
    expect(readme).toContain('five keys without an end')
    for (const key of endless) expect(readme).toContain(`${key}\``)
  })

  test('another type of value is a miss, and is written over', async () => {
    const { cache } = make()
    await ready(cache)
    await admin.lpush(keyOf(cache, 'k'), 'a', 'b')
    expect(await cache.get('k')).toBeUndefined()
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
  })

  test('a value that cannot be stored as bytes is a fault of its own, and others go through', async () => {
    const { cache, faults } = make()
    await ready(cache)
    await cache.setMany([
      { key: 'function', value: { on: () => 1 } },
      { key: 'fine', value: 1 },
    ])
    expect(faults).toEqual(['ERR_CODEC_VALUE'])
    expect(await cache.getMany(['function', 'fine'])).toEqual([undefined, 1])
    for (let n = 0; n < 10; n++) await cache.set('function', () => 1)
    expect(await cache.get('fine')).toBe(1)
  })

  test('whatever a value or a codec throws is a fault of that value alone', async () => {
    const values: Record<string, unknown> = {
      'a map with a key without a prototype': new Map([[Object.create(null), () => 1]]),
      'an object over one without a prototype': Object.create(Object.create(null)),
      'a getter that throws': {
        get a() {
          throw new Error('boom')
        },
      },
    }
    const plain = msgpack()
    const picky: Codec = {
      ...plain,
      encode(value, context) {
        if (value === 13) throw new RangeError('unlucky')
        return plain.encode(value, context)
      },
      decode(bytes, context) {
        const value = plain.decode(bytes, context)
        if (value === 14) throw new RangeError('unlucky as well')
        return value
      },
    }
    const { cache, faults } = make(undefined, { codec: picky })
    await ready(cache)
    for (const bad of [...Object.values(values), 13]) {
      await cache.setMany([
        { key: 'a', value: 1 },
        { key: 'b', value: bad },
        { key: 'c', value: 3 },
      ])
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([1, undefined, 3])
      await cache.clear()
    }
    expect(faults).toEqual(Array.from({ length: 4 }, () => 'ERR_CODEC_VALUE'))
    await cache.set('b', 14)
    expect(await cache.getMany(['b', 'c'])).toEqual([undefined, undefined])
    expect(faults.at(-1)).toBe('ERR_CODEC_FRAME')
  })

  test('a failure that is remembered is one in other processes too, with what it carries, and no value passes for one', async () => {
    const { cache } = make(undefined, {}, { withMemory: true })
    const other = createCache({ name: cache.name, tiers: [redis({ client: server.connect() })] })
    closing.push(() => other.close())
    await Promise.all([ready(cache), ready(other)])
    const failure = Object.assign(new RangeError('no user'), { code: 'E_NOT_FOUND', status: 404 })
    await cache.set('failure', rememberFailure(failure))
    await cache.set('value', { '@hotpath/error': true, error: failure })
    const [remembered, value] = await other.getMany(['failure', 'value'])
    expect(isRememberedFailure(remembered) && remembered.error).toMatchObject({ ...failure, message: 'no user' })
    expect(isRememberedFailure(value)).toBe(false)
  })

  test('one flipped bit of a stored entry is a miss and a fault', async () => {
    const { cache, faults } = make()
    await ready(cache)
    await cache.set('k', { name: 'Ann' })
    const frame = (await admin.getBuffer(keyOf(cache, 'k'))) as Buffer
    // Of asOf: such an entry would look newer than any invalidation.
    frame[14] = (frame[14] as number) ^ 0x10
    await admin.set(keyOf(cache, 'k'), frame)
    expect(await cache.get('k')).toBeUndefined()
    expect(faults).toEqual(['ERR_CODEC_FRAME'])
  })

  test('P15: what was encrypted under one prefix is nothing under another', async () => {
    const codec = encrypted(msgpack(), { keys: { k1: randomBytes(32) }, currentKeyId: 'k1' })
    const { cache } = make(undefined, { codec, prefix: 'staging' })
    const { cache: other, faults } = make(undefined, { codec, prefix: 'production' }, { name: cache.name })
    await Promise.all([ready(cache), ready(other)])
    await cache.set('k', 'secret')
    const bytes = (await admin.getBuffer(`staging:${cache.name}:k`)) as Buffer
    await admin.set(`production:${cache.name}:k`, bytes)
    expect(await other.get('k')).toBeUndefined()
    // Another log, so what is said first is that the entry is of another epoch; the codec is asked all the same.
    expect(faults).toEqual(['ERR_CODEC_KEY'])
  })

  test('P15: what was encrypted for one key is nothing under another', async () => {
    const keys = { k1: randomBytes(32) }
    const codec = encrypted(compressed(msgpack()), { keys, currentKeyId: 'k1' })
    const { cache, faults } = make(undefined, { codec })
    await ready(cache)
    await cache.set('mine', 'secret')
    expect(await cache.get('mine')).toBe('secret')
    const bytes = (await admin.getBuffer(keyOf(cache, 'mine'))) as Buffer
    expect(bytes.includes('secret')).toBe(false)
    await admin.set(keyOf(cache, 'yours'), bytes)
    expect(await cache.get('yours')).toBeUndefined()
    expect(faults).toEqual(['ERR_CODEC_KEY'])
  })

  test('values of megabytes come back, and entries expire with their last window', async () => {
    const { cache } = make(undefined, {}, { tierTimeout: '10s' })
    await ready(cache)
    const large = Array.from({ length: 50_000 }, (_, id) => ({ id, text: `text ${id}` }))
    await cache.set('large', large)
    expect(await cache.get('large')).toEqual(large)
    await cache.set('short', 1, { ttl: '10s', staleWhileRevalidate: '10s', staleIfError: '10s' })
    const left = await admin.pttl(keyOf(cache, 'short'))
    expect(left).toBeGreaterThan(25_000)
    expect(left).toBeLessThanOrEqual(30_000)
    await cache.set('ever', 1, { ttl: Infinity })
    expect(await admin.pttl(keyOf(cache, 'ever'))).toBe(-1)
  })

  test('P4: memory outlives Redis by nothing, whatever the clock of this machine says', async () => {
    const { cache } = make(undefined, {}, { withMemory: true })
    await ready(cache)
    await cache.set('k', 1, { ttl: '10s' })
    const other = createCache({
      name: cache.name,
      tiers: [memory({ maxEntries: 10 }), redis({ client: server.connect() })],
    })
    closing.push(() => other.close())
    await ready(other)
    expect(await other.get('k')).toBe(1)
    // Asked first: what passes between the two takes from memory alone. A millisecond is lost to whole numbers.
    const leftInRedis = await admin.pttl(keyOf(cache, 'k'))
    const { ttlLeftMs, tier } = await other.inspect('k')
    expect(tier).toBe('memory')
    expect(ttlLeftMs).toBeLessThanOrEqual(leftInRedis + 1)
  })
})

describe('an entry without an end', () => {
  test('that cannot be read, and claims to be newer than everything, is replaced by the next load', async () => {
    const { cache, faults } = make(undefined, {}, { ttl: Infinity })
    await ready(cache)
    await cache.set('k', 'old')
    // After the version, the flags and an epoch of six bytes come seven of `asOf`; the value is cut.
    const key = `hotpath:${cache.name}:k`
    const frame = (await admin.getBuffer(key)) as Buffer
    frame.fill(0x1f, 8, 15)
    await admin.set(key, frame.subarray(0, -2))
    expect(await cache.getOrSet('k', () => 'new')).toBe('new')
    await until('the new entry', () => cache.get('k'))
    expect(await cache.getOrSet('k', () => 'another')).toBe('new')
    expect(faults.length).toBeGreaterThan(0)
  })
})

describe('bad options', () => {
  test('are refused at creation', () => {
    for (const options of [undefined, {}, { client: {} }, { client: 'redis://x' }, { client: admin, prefix: 'a b' }]) {
      expect(() => redis(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    }
  })
})
