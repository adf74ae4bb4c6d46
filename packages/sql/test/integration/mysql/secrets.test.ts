import { createCache } from '@hotpath/core'
import type { Pool } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { SECRET_KEY, SECRET_VALUE, expectNoSecrets } from '../secrets.ts'
import { until } from '../until.ts'
import { type MariadbServer, startMariadb } from './server.ts'

let server: MariadbServer
let admin: Pool
beforeAll(async () => {
  server = await startMariadb()
  admin = server.connect()
  await mysql({ pool: admin }).migrate()
}, 60_000)
afterAll(() => server.stop())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

let names = 0
function make(pool: Pool) {
  const cache = createCache({ name: `s${++names}`, tiers: [mysql({ pool })], ttl: '1h' })
  const faults: Error[] = []
  cache.on('fault', ({ error }) => faults.push(error))
  closing.push(() => cache.close())
  return { cache, faults }
}

test('a statement that fails, which the error of the driver holds with its values', async () => {
  const { cache, faults } = make(server.connect())
  await until('the view of the log', () => cache.now())
  await admin.query('RENAME TABLE hotpath_entries TO gone')
  try {
    await cache.set(SECRET_KEY, SECRET_VALUE)
    await until('a fault', () => faults.length > 0)
  } finally {
    await admin.query('RENAME TABLE gone TO hotpath_entries')
  }
  expectNoSecrets(faults, 'hotpath_entries')
})

test('a wrong password is said in the message itself', async () => {
  await admin.query("CREATE USER rich@'%' IDENTIFIED BY 'SECRETPASSWORD'")
  const { cache, faults } = make(server.connect({ user: 'rich', password: 'SECRETPASSWORD2' }))
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...faults])
  expect((error as Error).message).toContain("Access denied for user 'rich'")
})
