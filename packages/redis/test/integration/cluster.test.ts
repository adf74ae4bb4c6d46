import { type Cache, createCache, memory } from '@hotpath/core'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type ClusterSetup, startCluster } from './cluster.ts'
import { until } from './until.ts'

let setup: ClusterSetup
const clients: Cluster[] = []
const caches: Cache[] = []

beforeAll(async () => {
  setup = await startCluster()
}, 90_000)

afterAll(async () => {
  for (const cache of caches) await cache.close()
  for (const client of clients) client.disconnect()
  await setup.stop()
})

function connect(): Cluster {
  const client = new Cluster([{ host: '127.0.0.1', port: setup.servers[0]?.port ?? 0 }])
  client.on('error', () => {})
  clients.push(client)
  return client
}

async function node(name: string, client = connect()): Promise<Cache> {
  const cache = createCache({ name, tiers: [memory({ maxEntries: 1_000 }), redis({ client })], ttl: '1h' })
  caches.push(cache)
  await until('the view of the log', () => cache.position(), 20_000)
  return cache
}

test('P3, P11, P13: a cluster of three masters', async () => {
  const [writer, reader] = [await node('shop'), await node('shop')]
  const keys = Array.from({ length: 300 }, (_, n) => ['product', n] as const)
  await writer.warm(keys.map((key) => ({ key, value: key[1], tags: [`shop:${key[1] % 3}`] })))
  // Spread over all servers, and read by one command for each slot.
  expect(await reader.getMany(keys)).toEqual(keys.map(([, n]) => n))
  for (const server of setup.servers) expect(await server.connect().dbsize()).toBeGreaterThan(50)

  const after = await writer.invalidateTags(['shop:1'])
  const left = await reader.getMany(keys, { after })
  expect(left).toEqual(keys.map(([, n]) => (n % 3 === 1 ? undefined : n)))

  await writer.set(['product', 0], 'new')
  await until('the other has heard of it', async () => (await reader.get(['product', 0])) === 'new')
  expect(await writer.purgeExpired()).toBeGreaterThan(0)

  await writer.clear()
  await until('the other has heard of it', () => reader.peek(['product', 3]) === undefined)
  expect(await reader.get(['product', 3])).toBeUndefined()
}, 60_000)

test('P7: one load for several nodes of a cluster', async () => {
  const [one, other] = [await node('load'), await node('load')]
  let loads = 0
  const load = async (): Promise<number> => {
    await new Promise((resolve) => void setTimeout(resolve, 200))
    return ++loads
  }
  expect(await Promise.all([one.getOrSet('k', load), other.getOrSet('k', load)])).toEqual([1, 1])
}, 60_000)

test('several caches of one cluster client each hear of their own log at once', async () => {
  const client = connect()
  const names = ['x', 'y', 'z']
  const readers = await Promise.all(names.map((name) => node(name, client)))
  for (const [index, name] of names.entries()) {
    const [reader, writer] = [readers[index] as Cache, await node(name)]
    await reader.set('k', 'old')
    await until('the writer has it', async () => (await writer.get('k')) === 'old')
    const startedAt = performance.now()
    await writer.delete('k')
    await until('it is gone', () => reader.peek('k') === undefined)
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  }
}, 60_000)
