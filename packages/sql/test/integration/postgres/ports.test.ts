import { setTimeout as pause } from 'node:timers/promises'
import type { InvalidationLog, TierContext } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { logCases, tierCases } from '@hotpath/testkit'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SqlTier, postgres } from '../../../src/index.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
let pool: Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = server.connect()
}, 60_000)
afterAll(() => server.stop())

let opened = 0
/** Every case has its own tables. */
async function fresh(): Promise<SqlTier> {
  const tier = postgres({ pool, prefix: `case${++opened}` })
  await tier.migrate()
  return tier
}

describe('the suite for tiers', () => {
  for (const { name, run } of tierCases({ open: fresh })) test(name, run)
})

describe('the suite for logs', () => {
  const open = async (context: TierContext): Promise<InvalidationLog> => {
    const log = (await fresh()).openLog?.(context)
    if (log === undefined) throw new Error('no log')
    return log
  }
  for (const { name, run } of logCases({ open, clock: systemClock })) test(name, run)
})

test('P17: no connection and no listener stays behind when all is closed, however often', async () => {
  await pause(50)
  expect(pool.totalCount).toBe(pool.idleCount)
  expect(pool.listenerCount('error')).toBe(1)
})
