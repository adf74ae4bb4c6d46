import { createCache } from '@hotpath/core'
import type { PoolConfig } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { postgres } from '../../../src/index.ts'
import { SECRET_KEY, SECRET_VALUE, expectNoSecrets } from '../secrets.ts'
import { until } from '../until.ts'
import { type PostgresServer, startPostgres } from './server.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
  await postgres({ pool: server.connect() }).migrate()
}, 60_000)
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let names = 0
function make(options: PoolConfig = {}) {
  const cache = createCache({ name: `s${++names}`, tiers: [postgres({ pool: server.connect(options) })], ttl: '1h' })
  const faults: Error[] = []
  cache.on('fault', ({ error }) => faults.push(error))
  closing.push(() => cache.close())
  return { cache, faults }
}

test('a row that is refused, whose details hold all of it', async () => {
  const admin = server.connect()
  const { cache, faults } = make()
  await until('the view of the log', () => cache.now())
  await admin.query('ALTER TABLE hotpath_entries ADD CONSTRAINT full_up CHECK (false) NOT VALID')
  try {
    await cache.getOrSet(SECRET_KEY, () => SECRET_VALUE)
    await until('a fault', () => faults.length > 0)
  } finally {
    await admin.query('ALTER TABLE hotpath_entries DROP CONSTRAINT full_up')
  }
  expectNoSecrets(faults, 'violates check constraint "full_up"')
})

test('a database that is not there is said in the message itself', async () => {
  const { cache, faults } = make({ database: 'missing', password: 'SECRETPASSWORD' })
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...faults], 'database "missing" does not exist')
})

test('an address with a password is not printed', async () => {
  const { cache, faults } = make({ connectionString: 'postgres://app:SECRETPASSWORD@127.0.0.1:1/db' })
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...faults], 'ECONNREFUSED')
  expect((error as Error).message).toContain('ECONNREFUSED')
})
