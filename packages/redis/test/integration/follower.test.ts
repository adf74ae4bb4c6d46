/** What may happen to the connection that follows the log, and to the streams that it reads. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type SilentProxy, startSilentProxy } from '../../../../scripts/silent-proxy.ts'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'
import { until } from './until.ts'

let server: RedisServer
let admin: Redis
let proxy: SilentProxy
beforeAll(async () => {
  server = await startRedis()
  admin = server.admin()
  proxy = await startSilentProxy(server.port)
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

let names = 0
interface Node {
  readonly cache: Cache
  readonly faults: string[]
  readonly resets: () => number
}

function open(name: string, client = server.connect()): Node {
  const cache = createCache({ name, tiers: [memory({ maxEntries: 100 }), redis({ client })], ttl: '1h' })
  const faults: string[] = []
  let resets = 0
  cache.on('fault', ({ error }) => faults.push(`${error.message} ${String(error.cause)}`))
  cache.on('reset', () => resets++)
  closing.push(() => cache.close())
  return { cache, faults, resets: () => resets }
}

function throughProxy(): Redis {
  const client = new Redis({ port: proxy.port, host: '127.0.0.1' })
  client.on('error', () => {})
  closing.push(() => client.disconnect())
  return client
}

const ready = ({ cache }: Node): Promise<void> => until('the view of the log', () => cache.position())
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** How long it takes until the other process hears of an invalidation. */
async function latency(writer: Cache, reader: Cache, withinMs = 5_000): Promise<number> {
  await until('the value is in memory', async () => {
    // Nothing is stored while the log begins anew.
    if ((await reader.get('probe')) === undefined) await writer.set('probe', 1)
    return reader.peek('probe') !== undefined
  })
  const startedAt = performance.now()
  await writer.delete('probe')
  await until('the other process hears of it', () => reader.peek('probe') === undefined, withinMs)
  return performance.now() - startedAt
}

test('a follower that falls silent is replaced, one event says so, and memory is kept from then on', async () => {
  const [one, other] = [open(`s${++names}`), open(`s${names}`, throughProxy())]
  await ready(one)
  await ready(other)
  expect(await latency(one.cache, other.cache)).toBeLessThan(500)
  const followers = proxy.connections.filter(({ sent, isOpen }) => isOpen && sent.toLowerCase().includes('xread'))
  expect(followers).toHaveLength(1)
  for (const follower of followers) follower.silence()
  await until(
    'another connection follows',
    () => proxy.connections.some((some) => !followers.includes(some) && some.sent.toLowerCase().includes('xread')),
    10_000,
  )
  await until('the follower is in step', async () => (await latency(one.cache, other.cache)) < 500)
  await other.cache.set('steady', 1)
  await other.cache.get('steady')
  const before = other.resets()
  for (let n = 0; n < 5; n++) expect(await latency(one.cache, other.cache)).toBeLessThan(500)
  await pause(2_500)
  expect(other.resets()).toBe(before)
  expect(other.cache.peek('steady')).toBe(1)
  expect(other.faults.filter((fault) => fault.includes('was silent'))).toHaveLength(1)
  expect(other.faults.join()).toContain('idle connections')
  expect(followers.every(({ isOpen }) => !isOpen)).toBe(true)
}, 40_000)

test('a new connection that is silent from its beginning is replaced as well', async () => {
  const [one, other] = [open(`s${++names}`), open(`s${names}`, throughProxy())]
  await ready(one)
  await ready(other)
  const isFollower = ({ sent, isOpen }: { sent: string; isOpen: boolean }): boolean =>
    isOpen && sent.toLowerCase().includes('xread')
  await until('a connection that follows', () => proxy.connections.some(isFollower))
  proxy.silenceNew('to-client')
  for (const follower of proxy.connections.filter(isFollower)) follower.drop()
  const { length } = proxy.connections
  await until('a new connection', () => proxy.connections.length > length)
  proxy.silenceNew(undefined)
  await until('the follower is in step', async () => (await latency(one.cache, other.cache)) < 500, 20_000)
}, 40_000)

const STRANGERS: Readonly<Record<string, (stream: string) => Promise<unknown>>> = {
  'another type of value': (stream) => admin.set(stream, 'somebody else'),
  'a record of a later id': async (stream) => admin.xadd(stream, '9007199254740000-0', 'a', 'b'),
  'a record of the latest id': async (stream) =>
    admin.xadd(stream, '18446744073709551615-18446744073709551615', 'a', 'b'),
  'a record of another program': async (stream) => admin.xadd(stream, '*', 'a', 'b'),
}
for (const [what, put] of Object.entries(STRANGERS)) {
  test(`a stream with ${what}: other caches of the client hear as ever, and it heals`, async () => {
    const clients = [server.connect(), server.connect()]
    const name = `s${++names}`
    const good = clients.map((client) => open(`good${name}`, client)) as [Node, Node]
    const bad = clients.map((client) => open(name, client)) as [Node, Node]
    for (const node of [...good, ...bad]) await ready(node)
    await put(`{hotpath:${name}}:stream`)
    for (let n = 0; n < 3; n++) expect(await latency(good[0].cache, good[1].cache)).toBeLessThan(500)
    await until('it heals', async () => (await latency(bad[0].cache, bad[1].cache)) < 500)
    for (let n = 0; n < 3; n++) expect(await latency(bad[0].cache, bad[1].cache)).toBeLessThan(500)
    expect(good.flatMap(({ faults }) => faults)).toEqual([])
    expect(good[1].resets()).toBe(0)
    // One for each process, and a few new mirrors at most.
    for (const { faults, resets } of bad) {
      expect(faults.length).toBeLessThanOrEqual(1)
      expect(resets()).toBeLessThan(6)
    }
  }, 30_000)
}

test('a state of another type is begun anew', async () => {
  const [one, other] = [open(`s${++names}`), open(`s${names}`)]
  await ready(one)
  await ready(other)
  await one.cache.set('k', 'old')
  await admin.set(`{hotpath:${one.cache.name}}:log`, 'somebody else')
  await until('it heals', async () => (await latency(one.cache, other.cache)) < 500)
  expect(await one.cache.get('k')).toBeUndefined()
}, 20_000)

const RIGHTS =
  '+mget +unlink +scan +time +info +client|id +client|unblock +evalsha +eval +getrange +set +hmget +hset +hget +hdel +hincrby +del +xadd +xread +get +exists +pttl +pexpire'
const lacking: Readonly<Record<string, { readonly soonMs: number; readonly faults: number }>> = {
  nothing: { soonMs: 300, faults: 0 },
  '+xread': { soonMs: 3_500, faults: 1 },
  '+client|id': { soonMs: 600, faults: 0 },
  '+client|unblock': { soonMs: 600, faults: 0 },
}
for (const [right, { soonMs, faults: expected }] of Object.entries(lacking)) {
  test(`a user who lacks ${right}: others are heard of, and ${expected} events say what is missing`, async () => {
    const user = `user${++names}`
    const rights = RIGHTS.split(' ').filter((one) => one !== right)
    await admin.call('ACL', 'SETUSER', user, 'on', '>secret', '~hotpath:*', '~{hotpath:*', ...rights)
    const clients = [0, 1].map(() => {
      const client = new Redis({ port: server.port, host: '127.0.0.1', username: user, password: 'secret' })
      client.on('error', () => {})
      closing.push(() => client.disconnect())
      return client
    })
    const [one, other] = clients.map((client) => open(user, client)) as [Node, Node]
    await ready(one)
    await ready(other)
    for (let n = 0; n < 2; n++) expect(await latency(one.cache, other.cache)).toBeLessThan(soonMs)
    expect(other.faults).toHaveLength(expected)
    if (expected > 0) expect(other.faults[0]).toContain(`\`${right}\``)
    if (right !== '+xread') return
    await admin.call('ACL', 'SETUSER', user, right)
    await until('it heals', async () => (await latency(one.cache, other.cache)) < 300, 15_000)
  }, 30_000)
}

test('what only the commands of a lease need is not left behind when rights are missing', async () => {
  const user = `user${++names}`
  const rights = RIGHTS.split(' ').filter((one) => one !== '+pexpire' && one !== '+get')
  await admin.call('ACL', 'SETUSER', user, 'on', '>secret', '~hotpath:*', '~{hotpath:*', ...rights)
  const client = new Redis({ port: server.port, host: '127.0.0.1', username: user, password: 'secret' })
  closing.push(() => client.disconnect())
  const { cache } = open(user, client)
  await cache.getOrSet('k', () => 1)
  expect(await admin.exists(`{hotpath:${user}}:lease:k`)).toBe(0)
})

test('closed caches leave no connection behind that follows, at whatever moment they are closed', async () => {
  const followers = async (): Promise<number> =>
    String(await admin.client('LIST')).match(/cmd=(xread|client\|id|client\|setinfo)/g)?.length ?? 0
  for (let n = 0; n < 10; n++) {
    const { cache } = open(`s${++names}`)
    if (n > 4) await ready({ cache } as Node)
    const key = `{hotpath:${cache.name}}:lease:k`
    await admin.set(key, 'somebody', 'PX', 3_000)
    const read = cache.getOrSet('k', () => 1).catch(() => {})
    await pause(n % 5)
    await cache.close()
    await read
  }
  await until('no connection follows', async () => (await followers()) === 0, 5_000)
}, 30_000)
