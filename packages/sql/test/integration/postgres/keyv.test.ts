import { createCache, memory } from '@hotpath/core'
import { keyvSuite } from '@hotpath/keyv-suite'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { postgres } from '../../../src/index.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
let pool: Pool
beforeAll(async () => {
  server = await startPostgres()
  pool = server.connect()
  await postgres({ pool }).migrate()
}, 60_000)
afterAll(() => server.stop())

for (const hasMemory of [true, false]) {
  describe(`keyv's suite, ${hasMemory ? 'on memory and PostgreSQL' : 'on PostgreSQL alone'}`, () => {
    keyvSuite(() => {
      const tiers = [...(hasMemory ? [memory({ maxEntries: 1_000 })] : []), postgres({ pool })]
      return { cache: createCache({ name: 'keyv', tiers }) }
    })
  })
}
