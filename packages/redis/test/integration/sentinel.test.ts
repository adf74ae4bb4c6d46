import { type Cache, createCache, memory } from '@hotpath/core'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type SentinelSetup, startSentinels } from './sentinel.ts'
import { until } from './until.ts'

let setup: SentinelSetup
const clients: Redis[] = []
const caches: Cache[] = []

beforeAll(async () => {
  setup = await startSentinels()
}, 90_000)

afterAll(async () => {
  for (const cache of caches) await cache.close()
  for (const client of clients) client.disconnect()
  await setup.stop()
})

async function node(): Promise<Cache> {
  const client = new Redis({
    sentinels: setup.sentinels.map((port) => ({ host: '127.0.0.1', port })),
    name: 'main',
    sentinelRetryStrategy: () => 100,
    retryStrategy: () => 100,
  })
  client.on('error', () => {})
  clients.push(client)
  const tiers = [memory({ maxEntries: 1_000 }), redis({ client })]
  const cache = createCache({ name: 'shop', tiers, ttl: '1h', backoff: false })
  caches.push(cache)
  await until('the view of the log', () => cache.position(), 20_000)
  return cache
}

test('P5: after a failover everything older is a miss, and the processes stay coherent', async () => {
  const [one, other] = [await node(), await node()]
  await one.set('k', 'old', { tags: ['t'] })
  await until('the other has it', async () => (await other.get('k')) === 'old')
  const before = one.position()

  await setup.servers[0]?.crash()
  // From here on a replica answers, whose run id is another one.
  await until(
    'both are on another life of the log',
    () => {
      const epochs = [before, one.position(), other.position()].map((token) => token?.split('.')[0])
      return epochs[1] !== undefined && epochs[1] !== epochs[0] && epochs[1] === epochs[2]
    },
    40_000,
  )
  expect([one.peek('k'), other.peek('k')]).toEqual([undefined, undefined])
  expect([await one.get('k'), await other.get('k')]).toEqual([undefined, undefined])

  const after = await one.set('k', 'new', { tags: ['t'] })
  expect(await other.get('k', { after })).toBe('new')
  await other.invalidateTags(['t'])
  await until('the other has heard of it', () => one.peek('k') === undefined)
}, 90_000)
