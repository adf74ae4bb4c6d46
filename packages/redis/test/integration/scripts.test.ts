/** Scripts on a server that does not know them: after a start, a failover, or `SCRIPT FLUSH`. */
import { createCache } from '@hotpath/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

test('what a process stores first is there for its next read', async () => {
  const cache = createCache({ name: 'first', tiers: [redis({ client: server.connect() })] })
  await cache.ready()
  await server.admin().script('FLUSH')
  let loads = 0
  for (let read = 0; read < 3; read++) await cache.getOrSet('k', () => ++loads)
  expect(loads).toBe(1)
  await cache.close()
})

test('a server that has forgotten them is sent them again', async () => {
  const cache = createCache({ name: 'forgotten', tiers: [redis({ client: server.connect() })] })
  await cache.set('a', 1)
  await server.admin().script('FLUSH')
  await cache.set('b', 2)
  expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
  await cache.close()
})

test('one that it knows is sent by its hash', async () => {
  const cache = createCache({ name: 'hash', tiers: [redis({ client: server.connect() })] })
  await cache.set('k', 0)
  await server.admin().config('RESETSTAT')
  for (let write = 1; write <= 10; write++) await cache.set('k', write)
  const stats = await server.admin().info('commandstats')
  // A heartbeat may come between.
  expect(Number(/cmdstat_evalsha:calls=(\d+),/.exec(stats)?.[1])).toBeGreaterThanOrEqual(20)
  expect(stats).not.toMatch(/cmdstat_eval:/)
  await cache.close()
})
