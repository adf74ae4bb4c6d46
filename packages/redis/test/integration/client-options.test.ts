/** Clients as people configure them: every option either works or is refused by name. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { Cluster, Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type ClusterSetup, startCluster } from './cluster.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

let server: RedisServer
let admin: Redis
beforeAll(async () => {
  server = await startRedis()
  admin = server.admin()
  await admin.call('ACL', 'SETUSER', 'somebody', 'on', '>secret', '~*', '&*', '+@all')
})
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Node {
  readonly cache: Cache
  readonly client: Redis | Cluster
  readonly faults: string[]
}

function open(name: string, client: Redis | Cluster, tracking = false): Node {
  client.on('error', () => {})
  const tiers = [memory({ maxEntries: 1_000 }), redis({ client, tracking })]
  const cache = createCache({ name, tiers, ttl: '1h', backoff: false })
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(error.message))
  closing.push(
    () => client.disconnect(),
    () => cache.close(),
  )
  return { cache, client, faults }
}

let names = 0
async function pair(connect: () => Redis | Cluster): Promise<[Node, Node]> {
  const name = `o${++names}`
  const both: [Node, Node] = [open(name, connect()), open(name, connect())]
  for (const { cache } of both) await until('the view of the log', () => cache.position())
  return both
}

/** What a cache is used for, over two processes' worth of clients. */
async function works([one, other]: [Node, Node]): Promise<void> {
  const [a, b] = [one.cache, other.cache]
  await a.set('k', { text: 'é', bytes: new Uint8Array([0, 255]) }, { tags: ['t'] })
  expect(await b.get('k')).toEqual({ text: 'é', bytes: new Uint8Array([0, 255]) })
  await a.setMany(Array.from({ length: 150 }, (_, n) => ({ key: ['many', n], value: n, tags: ['m'] })))
  expect(await b.getMany(Array.from({ length: 150 }, (_, n) => ['many', n]))).toEqual(
    Array.from({ length: 150 }, (_, n) => n),
  )
  // Others are told by the stream, far sooner than by a heartbeat.
  const startedAt = performance.now()
  await a.invalidateTags(['t'])
  await until('the other process hears of it', () => b.peek('k') === undefined, 500)
  expect(performance.now() - startedAt).toBeLessThan(500)
  // A lease: one load, and its value is there soon after.
  let loads = 0
  const slow = a.getOrSet('slow', async () => {
    loads++
    await new Promise((resolve) => void setTimeout(resolve, 150))
    return 'loaded'
  })
  await until('the load', () => loads === 1)
  expect(await b.getOrSet('slow', () => `load ${++loads}`)).toBe('loaded')
  expect(await slow).toBe('loaded')
  await a.invalidateTags(['m'])
  expect(await a.purgeExpired()).toBeGreaterThanOrEqual(150)
  expect(await b.get('slow')).toBe('loaded')
  expect([...one.faults, ...other.faults]).toEqual([])
}

const SINGLE: Readonly<Record<string, object>> = {
  'no options': {},
  keyPrefix: { keyPrefix: 'app:' },
  'keyPrefix with characters of a pattern': { keyPrefix: 'a*p[p]?:' },
  enableAutoPipelining: { enableAutoPipelining: true },
  'keyPrefix and enableAutoPipelining': { keyPrefix: 'app:', enableAutoPipelining: true },
  'enableOfflineQueue: false': { enableOfflineQueue: false },
  lazyConnect: { lazyConnect: true },
  'lazyConnect and enableOfflineQueue: false': { lazyConnect: true, enableOfflineQueue: false },
  'maxRetriesPerRequest: null': { maxRetriesPerRequest: null },
  'maxRetriesPerRequest: 0': { maxRetriesPerRequest: 0 },
  'maxRetriesPerRequest: 1': { maxRetriesPerRequest: 1 },
  commandTimeout: { commandTimeout: 1_000 },
  socketTimeout: { socketTimeout: 1_000 },
  stringNumbers: { stringNumbers: true },
  showFriendlyErrorStack: { showFriendlyErrorStack: true },
  'protocol: 2': { protocol: 2 },
  'protocol: 3': { protocol: 3 },
  'replyMapping: resp3': { protocol: 3, replyMapping: 'resp3' },
  'retryStrategy that gives up': { retryStrategy: () => null },
  'enableReadyCheck: false': { enableReadyCheck: false },
  'autoResendUnfulfilledCommands: false': { autoResendUnfulfilledCommands: false },
  connectionName: { connectionName: 'shop' },
  'db: 3': { db: 3 },
  'username and password': { username: 'somebody', password: 'secret' },
}

describe('on one server', () => {
  for (const [what, options] of Object.entries(SINGLE)) {
    test(`${what}: works`, async () => {
      await works(await pair(() => new Redis({ port: server.port, host: '127.0.0.1', ...options })))
    })
  }

  test('keyPrefix: idle caches leave the server alone, and all keys begin with it', async () => {
    const nodes = await pair(() => new Redis({ port: server.port, host: '127.0.0.1', keyPrefix: 'quiet:' }))
    await nodes[0].cache.set('k', 1)
    await until('it is there', async () => (await nodes[1].cache.get('k')) === 1)
    await nodes[0].cache.invalidateTags(['t'])
    const commands = async (): Promise<number> =>
      Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1])
    const before = await commands()
    await new Promise((resolve) => void setTimeout(resolve, 1_000))
    expect((await commands()) - before).toBeLessThan(60)
    const { name } = nodes[0].cache
    const keys = await admin.keys(`*hotpath:${name}*`)
    expect(keys.filter((key) => !key.startsWith('quiet:'))).toEqual([])
    expect(keys).not.toEqual([])
  })

  test('keyPrefix and tracking: what another program changes leaves memory', async () => {
    const client = new Redis({ port: server.port, host: '127.0.0.1', keyPrefix: 'app:' })
    const { cache, faults } = open(`o${++names}`, client, true)
    await until('the view of the log', () => cache.position())
    await until('it is kept in memory', async () => {
      await cache.set('k', 1)
      return cache.peek('k') === 1
    })
    await new Promise((resolve) => void setTimeout(resolve, 100))
    await admin.del(`app:hotpath:${cache.name}:k`)
    await until('memory hears of it', () => cache.peek('k') === undefined)
    expect(faults).toEqual([])
  })

  const refused: Readonly<Record<string, object>> = {
    keyPrefix: { keyPrefix: Buffer.from('app:') },
    readOnly: { readOnly: true },
    role: { role: 'slave', sentinels: [{ port: 1, host: '127.0.0.1' }], name: 'main' },
    monitor: { monitor: true },
  }
  for (const [option, options] of Object.entries(refused)) {
    test(`${option}: what cannot work is refused by name`, () => {
      const client = new Redis({ ...options, lazyConnect: true })
      expect(() => redis({ client })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_OPTION', message: expect.stringContaining(`\`${option}\``) }),
      )
      client.disconnect()
    })
  }
})

describe('on a cluster', () => {
  let cluster: ClusterSetup
  beforeAll(async () => {
    cluster = await startCluster()
  }, 90_000)
  afterAll(() => cluster.stop())

  const connect = (options: object): Cluster =>
    new Cluster(
      cluster.servers.map(({ port }) => ({ port, host: '127.0.0.1' })),
      options,
    )
  const options: Readonly<Record<string, object>> = {
    'no options': {},
    keyPrefix: { keyPrefix: 'app:' },
    'keyPrefix with a hash tag': { keyPrefix: '{app}:' },
    'keyPrefix among redisOptions': { redisOptions: { keyPrefix: 'app:' } },
    enableAutoPipelining: { enableAutoPipelining: true },
    'keyPrefix and enableAutoPipelining': { keyPrefix: 'app:', enableAutoPipelining: true },
    'enableOfflineQueue: false': { enableOfflineQueue: false },
    lazyConnect: { lazyConnect: true },
    'commandTimeout and protocol 2': { redisOptions: { commandTimeout: 1_000, protocol: 2 } },
  }
  for (const [what, some] of Object.entries(options)) {
    test(`${what}: works`, async () => works(await pair(() => connect(some))), 20_000)
  }

  const refused: Readonly<Record<string, object>> = {
    scaleReads: { scaleReads: 'slave' },
    keyPrefix: { keyPrefix: 'a{}:' },
  }
  for (const [option, some] of Object.entries(refused)) {
    test(`${option}: what cannot work is refused by name`, () => {
      const client = connect({ ...some, lazyConnect: true })
      expect(() => redis({ client })).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_OPTION', message: expect.stringContaining(`\`${option}\``) }),
      )
      client.disconnect()
    })
  }
})
