/** An event loop that stands still for longer than a time limit: what has arrived meanwhile is not late. */
import { createCache, memory } from '@hotpath/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

function standStill(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('a write whose answer arrived during a stall is confirmed', async () => {
  const client = server.connect()
  const cache = createCache({ name: 'stall', tiers: [memory({ maxEntries: 10 }), redis({ client })] })
  const faults: unknown[] = []
  cache.on('fault', (event) => faults.push(event))
  expect(await cache.ready()).toBe(true)
  const writes = [cache.delete('k'), cache.set('l', 1), cache.invalidateTags(['t'])]
  standStill(5_500)
  const tokens = await Promise.all(writes)
  expect(tokens).toHaveLength(3)
  expect(faults).toEqual([])
  await cache.close()
}, 30_000)

test('a read and a load whose answers arrived during a stall succeed', async () => {
  const client = server.connect()
  const cache = createCache({ name: 'stalled-reads', tiers: [redis({ client })], tierTimeout: '2s', timeout: 2_000 })
  const faults: unknown[] = []
  cache.on('fault', (event) => faults.push(event))
  await cache.set('k', 1)
  const reads = [cache.get('k'), cache.getOrSet('l', () => client.incr('counter'))]
  // A read goes out at the end of the microtasks.
  await Promise.resolve()
  standStill(4_000)
  expect(await Promise.all(reads)).toEqual([1, 1])
  expect(faults).toEqual([])
  await cache.close()
}, 30_000)

test('20,000 writes of one turn go out in a few hundred commands, in as many turns as there are appends', async () => {
  const client = server.connect()
  const tiers = [memory({ maxEntries: 30_000 }), redis({ client })]
  const cache = createCache({ name: 'burst', tiers, ttl: '1h', tierTimeout: '30s' })
  const faults: unknown[] = []
  cache.on('fault', (event) => faults.push(event))
  expect(await cache.ready()).toBe(true)
  const admin = server.connect()
  await admin.config('RESETSTAT')
  let turns = 0
  let isOver = false
  const turn = (): void => {
    turns++
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  const tokens = await Promise.all(Array.from({ length: 20_000 }, (_, index) => cache.set(`k${index}`, index)))
  isOver = true
  const stats = await admin.info('commandstats')
  const scripts = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, calls]) => Number(calls))
  expect(scripts.reduce((sum, calls) => sum + calls, 0)).toBeLessThan(500)
  expect(turns).toBeGreaterThan(40)
  expect(faults).toEqual([])
  expect(await client.keys('*burst:k*')).toHaveLength(20_000)
  const other = createCache({ name: 'burst', tiers: [redis({ client: server.connect() })], ttl: '1h' })
  expect(await other.get('k19999', { after: tokens[19_999] })).toBe(19_999)
  await Promise.all([cache.close(), other.close()])
}, 60_000)
