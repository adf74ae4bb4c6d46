import { expect, test } from 'vitest'
import { postgres } from '../../../src/index.ts'
import { openWatched } from '../nodes.ts'
import { SECRET_KEY, SECRET_VALUE, expectNoSecrets } from '../secrets.ts'
import { until } from '../until.ts'
import { usePostgres } from './server.ts'

const db = usePostgres()

test('a row that is refused, whose details hold all of it', async () => {
  const { cache, errors } = openWatched(db().tier())
  await until('the view of the log', () => cache.position())
  await db().admin.query('ALTER TABLE hotpath_entries ADD CONSTRAINT full_up CHECK (false) NOT VALID')
  try {
    await cache.getOrSet(SECRET_KEY, () => SECRET_VALUE)
    await until('a fault', () => errors.length > 0)
  } finally {
    await db().admin.query('ALTER TABLE hotpath_entries DROP CONSTRAINT full_up')
  }
  expectNoSecrets(errors, 'violates check constraint "full_up"')
})

test('a database that is not there is said in the message itself', async () => {
  const { cache, errors } = openWatched(
    postgres({ pool: db().connect({ database: 'missing', password: 'SECRETPASSWORD' }) }),
  )
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...errors], 'database "missing" does not exist')
})

test('an address with a password is not printed', async () => {
  const { cache, errors } = openWatched(
    postgres({ pool: db().connect({ connectionString: 'postgres://app:SECRETPASSWORD@127.0.0.1:1/db' }) }),
  )
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...errors], 'ECONNREFUSED')
  expect((error as Error).message).toContain('ECONNREFUSED')
})
