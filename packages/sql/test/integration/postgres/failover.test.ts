import type { Cache } from '@hotpath/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type SqlTier, postgres } from '../../../src/index.ts'
import { type Forwarder, forwardTo } from '../forwarder.ts'
import { closeNodes, openNodes } from '../nodes.ts'
import { until } from '../until.ts'
import { type PostgresServer, startPostgres, withPools } from './server.ts'

let primary: PostgresServer
let replica: PostgresServer
let address: Forwarder
beforeAll(async () => {
  primary = await startPostgres()
  await postgres({ pool: primary.connect() }).migrate()
  replica = withPools(await primary.replica())
  address = await forwardTo(primary.port)
}, 60_000)
afterAll(async () => {
  address.stop()
  await primary.stop()
  await replica.stop()
})
afterEach(closeNodes)

test('rule 8: a promoted replica that lacks what was acknowledged brings nothing back', async () => {
  const tier = (): SqlTier => postgres({ pool: primary.connect({ port: address.port }) })
  const [one, other] = (await openNodes(2, tier, {
    backoff: false,
    lease: false,
  })) as [Cache, Cache]
  await one.set('k', 'old', { tags: ['t'] })
  expect(await other.get('k')).toBe('old')
  const admin = replica.connect()
  const found = async (sql: string): Promise<string | undefined> =>
    (await admin.query<{ found: string }>(sql)).rows[0]?.found
  const record = "SELECT epoch AS found FROM hotpath_records WHERE type = 't' AND value = 't'"
  await until('the replica follows', () => found("SELECT epoch AS found FROM hotpath_records WHERE value = 'k'"))
  const epoch = await found('SELECT epoch AS found FROM hotpath_logs')
  // From here on it misses what happens.
  await admin.query("ALTER SYSTEM SET primary_conninfo = ''")
  await admin.query('SELECT pg_reload_conf()')
  const witness = primary.connect()
  // Killed below while it is idle.
  witness.on('error', () => {})
  await until('it is cut off', async () => (await witness.query('SELECT 1 FROM pg_stat_replication')).rowCount === 0)
  const token = await one.invalidateTags(['t'])
  expect(await found(record)).toBeUndefined()

  await primary.kill()
  replica.promote()
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
