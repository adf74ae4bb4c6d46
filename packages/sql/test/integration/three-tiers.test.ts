/** Memory, Redis, PostgreSQL: one cache over three tiers, coherent by one log. */
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { redis } from '@hotpath/redis'
import { Redis } from 'ioredis'
import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startRedis } from '../../../../scripts/redis-server.ts'
import { postgres } from '../../src/index.ts'
import { type PostgresServer, startPostgres } from './postgres/server.ts'
import { until } from './until.ts'

let server: PostgresServer
let redisServer: Awaited<ReturnType<typeof startRedis>>
let admin: Redis
let database: Pool
beforeAll(async () => {
  server = await startPostgres()
  redisServer = await startRedis()
  admin = new Redis(redisServer.url)
  database = server.connect()
  await postgres({ pool: database }).migrate()
}, 60_000)
afterAll(async () => {
  admin.disconnect()
  redisServer.stop()
  await server.stop()
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let names = 0
async function openNodes(count: number, log: boolean, name = `three${++names}`): Promise<Cache[]> {
  const caches = Array.from({ length: count }, () => {
    const client = new Redis(redisServer.url)
    client.on('error', () => {})
    const tiers: CacheOptions['tiers'] = [
      memory({ maxEntries: 1_000 }),
      redis({ client }),
      postgres({ pool: server.connect(), log }),
    ]
    const cache = createCache({ name, tiers, ttl: '1h', backoff: false })
    closing.push(() => cache.close().then(() => client.disconnect()))
    return cache
  })
  for (const cache of caches) await until('the view of the log', () => cache.position())
  return caches
}

const logs = { PostgreSQL: true, Redis: false }
for (const [where, log] of Object.entries(logs)) {
  describe(`with the log in ${where}`, () => {
    test('what is invalidated by one is gone from all tiers of all', async () => {
      const [one, other] = (await openNodes(2, log)) as [Cache, Cache]
      await one.set(['k', 1], 'old', { tags: ['t'] })
      expect(await other.get(['k', 1])).toBe('old')
      const token = await one.invalidateTags(['t'])
      expect(await other.get(['k', 1], { after: token })).toBeUndefined()
      expect(await other.getOrSet(['k', 1], () => 'new', { tags: ['t'] })).toBe('new')
      expect(await one.get(['k', 1])).toBe('new')
    })

    test('a value comes from the tier that has it, and is promoted to those above', async () => {
      const [one] = (await openNodes(1, log)) as [Cache]
      await one.set('k', 'value', { tags: ['t'] })
      const keys = await admin.keys(`hotpath:${one.name}:*`)
      expect(keys).toHaveLength(1)
      await admin.del(keys)
      const [later] = (await openNodes(1, log, one.name)) as [Cache]
      expect(await later.getOrSet('k', () => 'loaded')).toBe('value')
      await until('Redis has it again', async () => (await admin.exists(keys)) === 1)
      expect(later.peek('k')).toBe('value')
      const token = await one.invalidateTags(['t'])
      expect(await later.get('k', { after: token })).toBeUndefined()
    })

    test('the log, and nothing of it elsewhere, lies where it is said to', async () => {
      const [one] = (await openNodes(1, log)) as [Cache]
      await one.getOrSet('k', () => 1)
      await one.invalidateTags(['t'])
      const state = await admin.keys(`{hotpath:${one.name}}*`)
      const { rowCount } = await database.query('SELECT 1 FROM hotpath_logs WHERE name = $1', [one.name])
      expect({ redis: state.length > 0, postgres: rowCount === 1 }).toEqual({ redis: !log, postgres: log })
    })
  })
}

test('a lower tier that fails is a miss, and the others serve on', async () => {
  const [one, other] = (await openNodes(2, false)) as [Cache, Cache]
  await one.set('k', 'value')
  await server.kill()
  expect(await other.get('k')).toBe('value')
  const token = await one.delete('k')
  expect(await other.get('k', { after: token })).toBeUndefined()
  expect(await other.getOrSet('k', () => 'loaded')).toBe('loaded')
  await server.restart()
})
