import type { InvalidationLog, Tier, TierContext } from '@hotpath/contract'
import { systemClock } from '@hotpath/core'
import { logCases, tierCases } from '@hotpath/testkit'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type SqlTier, mysql } from '../../../src/index.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
let tier: SqlTier
beforeAll(async () => {
  server = await startMariadb()
  tier = mysql({ pool: server.connect() })
  await tier.migrate()
}, 60_000)
afterAll(() => server.stop())

let opened = 0
/** Every case has names of its own: to create tables takes long. */
function fresh(): Tier {
  const suffix = `-${++opened}`
  const inside = (context: TierContext): TierContext => ({ ...context, name: context.name + suffix })
  return {
    type: tier.type,
    open: (context) => tier.open(inside(context)),
    openLog: (context) => tier.openLog?.(inside(context)) as InvalidationLog,
  }
}

describe('the suite for tiers', () => {
  for (const { name, run } of tierCases({ open: fresh })) test(name, run)
})

describe('the suite for logs', () => {
  const open = (context: TierContext): InvalidationLog => fresh().openLog?.(context) as InvalidationLog
  for (const { name, run } of logCases({ open, clock: systemClock })) test(name, run)
})
