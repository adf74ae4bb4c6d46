import type { InvalidationLog, TierContext } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { logCases, tierCases } from '@hotpath/testkit'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { redis } from '../../src/index.ts'
import { type RedisServer, startRedis } from './server.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let opened = 0
/** Every case has its own keys. */
function fresh(tracking = false): ReturnType<typeof redis> {
  opened++
  return redis({ client: server.connect(), prefix: `case${opened}`, tracking })
}

describe('the suite for tiers', () => {
  for (const { name, run } of tierCases({ open: () => fresh() })) test(name, run)
})

describe('the suite for tiers, with tracking', () => {
  for (const { name, run } of tierCases({ open: () => fresh(true) })) test(name, run)
})

describe('the suite for logs', () => {
  const open = (context: TierContext): InvalidationLog => {
    const log = fresh().openLog?.(context)
    if (log === undefined) throw new Error('no log')
    return log
  }
  for (const { name, run } of logCases({ open, clock: systemClock })) test(name, run)
})
