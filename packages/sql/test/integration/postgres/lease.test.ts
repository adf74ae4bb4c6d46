import { expect, test } from 'vitest'
import type { Cache } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { leaseCases } from '../lease-cases.ts'
import { openNodes } from '../nodes.ts'
import { until } from '../until.ts'
import { usePostgres } from './server.ts'

const db = usePostgres()

leaseCases({
  tier: () => db().tier(),
  async remainingMs(name, key) {
    const { rows } = await db().admin.query<{ ms: string }>(
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
  const [cache, other] = (await openNodes(2, () => db().tier())) as [Cache, Cache]
  const heard: string[] = []
  const connection = await db().admin.connect()
  connection.on('notification', ({ payload = '' }) => heard.push(payload.split(' ')[1] ?? ''))
  await connection.query('LISTEN hotpath_lease')
  await cache.getOrSet('alone', () => 1)
  const load = deferredLoader<number>()
  const reads = [cache.getOrSet('awaited', load), other.getOrSet('awaited', load)]
  await until('the load', () => load.calls.length === 1)
  await until('the other waits', async () => {
    const { rowCount } = await db().admin.query("SELECT 1 FROM hotpath_leases WHERE is_awaited AND key = 'awaited'")
    return rowCount === 1
  })
  load.at(0).resolve(2)
  await Promise.all(reads)
  await until('the notification', () => heard.length > 0)
  expect(heard.map((key) => Buffer.from(key, 'base64url').toString())).toEqual(['awaited'])
  connection.release(true)
})
