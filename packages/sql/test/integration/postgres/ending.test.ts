import { createCache } from '@hotpath/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgres } from '../../../src/index.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
}, 60_000)
afterAll(() => server.stop())

test('a pool that is told to end before the cache is closed ends, and so does the cache', async () => {
  const pool = server.connect()
  await postgres({ pool }).migrate()
  const cache = createCache({ name: 'early', tiers: [postgres({ pool })] })
  cache.on('fault', () => {})
  await cache.set('k', 1)
  expect(await cache.get('k')).toBe(1)
  await pool.end()
  await cache.close()
  expect(pool.totalCount).toBe(0)
}, 20_000)
