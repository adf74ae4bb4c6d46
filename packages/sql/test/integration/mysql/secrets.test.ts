import { expect, test } from 'vitest'
import { mysql } from '../../../src/index.ts'
import { openWatched } from '../nodes.ts'
import { SECRET_KEY, SECRET_VALUE, expectNoSecrets } from '../secrets.ts'
import { until } from '../until.ts'
import { useMariadb } from './server.ts'

const db = useMariadb()

test('a statement that fails, which the error of the driver holds with its values', async () => {
  const { cache, errors } = openWatched(db().tier())
  await until('the view of the log', () => cache.position())
  await db().admin.query('RENAME TABLE hotpath_entries TO gone')
  try {
    await cache.set(SECRET_KEY, SECRET_VALUE)
    await until('a fault', () => errors.length > 0)
  } finally {
    await db().admin.query('RENAME TABLE gone TO hotpath_entries')
  }
  expectNoSecrets(errors, 'hotpath_entries')
})

test('a wrong password is said in the message itself', async () => {
  await db().admin.query("CREATE USER rich@'%' IDENTIFIED BY 'SECRETPASSWORD'")
  const { cache, errors } = openWatched(mysql({ pool: db().connect({ user: 'rich', password: 'SECRETPASSWORD2' }) }))
  const error: unknown = await cache.set(SECRET_KEY, SECRET_VALUE).catch((reason: unknown) => reason)
  await cache.get(SECRET_KEY)
  expectNoSecrets([error as Error, ...errors])
  expect((error as Error).message).toContain("Access denied for user 'rich'")
})
