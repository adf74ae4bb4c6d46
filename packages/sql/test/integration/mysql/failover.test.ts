import type { Cache } from '@hotpath/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type SqlTier, mysql } from '../../../src/index.ts'
import { type Forwarder, forwardTo } from '../forwarder.ts'
import { closeNodes, openNodes } from '../nodes.ts'
import { until } from '../until.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let primary: MariadbServer
let replica: MariadbServer
let address: Forwarder
beforeAll(async () => {
  const settings = ['--log-bin', '--binlog-format=ROW']
  primary = await startMariadb(settings)
  replica = await startMariadb([...settings, '--read-only'])
  const admin = replica.connect()
  await admin.query(
    "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = ?, MASTER_USER = 'admin', MASTER_USE_GTID = slave_pos",
    [primary.port],
  )
  await admin.query('START SLAVE')
  await mysql({ pool: primary.connect() }).migrate()
  address = await forwardTo(primary.port)
}, 60_000)
afterAll(async () => {
  address.stop()
  await primary.stop()
  await replica.stop()
})
afterEach(closeNodes)

test('rule 8: a promoted replica that lacks what was acknowledged brings nothing back', async () => {
  const tier = (): SqlTier => mysql({ pool: primary.connect({ port: address.port }) })
  const [one, other] = (await openNodes(2, tier, { backoff: false, lease: false })) as [Cache, Cache]
  await one.set('k', 'old', { tags: ['t'] })
  expect(await other.get('k')).toBe('old')
  const admin = replica.connect()
  const found = async (sql: string): Promise<string | undefined> => {
    const [rows] = await admin.query(sql)
    return (rows as { found: string }[])[0]?.found
  }
  const record = "SELECT epoch AS found FROM hotpath_records WHERE type = 't' AND value = 't'"
  // Unlike in PostgreSQL, entries are replicated too.
  await until('the replica follows', () => found("SELECT epoch AS found FROM hotpath_entries WHERE `key` = 'k'"))
  const epoch = await found('SELECT epoch AS found FROM hotpath_logs')
  await admin.query('STOP SLAVE')
  const token = await one.invalidateTags(['t'])
  expect(await found(record)).toBeUndefined()

  await primary.kill()
  await admin.query('RESET SLAVE ALL')
  await admin.query('SET GLOBAL read_only = 0')
  address.leadTo(replica.port)
  await until('what was acknowledged is appended again, in a new epoch', async () => {
    const again = await found(record)
    return again !== undefined && again !== epoch
  })
  for (const cache of [one, other]) expect(await cache.get('k', { after: token })).toBeUndefined()
  await until('they hear of each other over the new primary', async () => {
    const written = await one.set('k', 'new', { tags: ['t'] }).catch(() => undefined)
    return written && (await other.get('k', { after: written })) === 'new'
  })
  await one.invalidateTags(['t'])
  await until('it is gone', () => other.peek('k') === undefined)
}, 60_000)
