import type { Pool } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Cache } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { postgres } from '../../../src/index.ts'
import { leaseCases } from '../lease-cases.ts'
import { closeNodes, openNodes } from '../nodes.ts'
import { until } from '../until.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
let admin: Pool
beforeAll(async () => {
  server = await startPostgres()
  admin = server.connect()
  await postgres({ pool: admin }).migrate()
}, 60_000)
afterAll(() => server.stop())
afterEach(closeNodes)

leaseCases({
  tier: () => postgres({ pool: server.connect() }),
  async remainingMs(name, key) {
    const { rows } = await admin.query<{ ms: string }>(
      `SELECT greatest(expires_at - extract(epoch FROM clock_timestamp()) * 1000, 0) AS ms FROM hotpath_leases
       WHERE name = $1 AND key = $2`,
      [name, Buffer.from(key)],
    )
    return Number(rows[0]?.ms ?? 0)
  },
  // By less than the look every half second: they are told.
  wakesWithinMs: 400,
})

test('a lease that nobody waits for is given back without a notification', async () => {
  const [cache, other] = (await openNodes(2, () => postgres({ pool: server.connect() }))) as [Cache, Cache]
  const heard: string[] = []
  const connection = await admin.connect()
  connection.on('notification', ({ payload = '' }) => heard.push(payload.split(' ')[1] ?? ''))
  await connection.query('LISTEN hotpath_lease')
  await cache.getOrSet('alone', () => 1)
  const load = deferredLoader<number>()
  const reads = [cache.getOrSet('awaited', load), other.getOrSet('awaited', load)]
  await until('the load', () => load.calls.length === 1)
  await until('the other waits', async () => {
    const { rowCount } = await admin.query("SELECT 1 FROM hotpath_leases WHERE is_awaited AND key = 'awaited'")
    return rowCount === 1
  })
  load.at(0).resolve(2)
  await Promise.all(reads)
  await until('the notification', () => heard.length > 0)
  expect(heard.map((key) => Buffer.from(key, 'base64url').toString())).toEqual(['awaited'])
  connection.release(true)
})
