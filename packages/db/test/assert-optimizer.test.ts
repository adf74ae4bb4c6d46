import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { Pool } from 'pg'
import { expect, test } from 'vitest'
import { watchRepeats } from '../src/advice/watch-repeats.ts'
import { withReport } from '../src/advice/with-report.ts'
import { batchQuery } from '../src/batch/batch-query.ts'
import { sqlite } from '../src/driver/sqlite.ts'
import { libsqlClient, pgClient } from '../src/drizzle/drizzle.ts'
import { fields } from '../src/fields/fields.ts'
import { createQueryOptimizer } from '../src/index.ts'
import { createPaginator } from '../src/paginate/paginator.ts'
import { prismaAdapter, prismaDriver } from '../src/prisma/prisma.ts'
import { refreshView } from '../src/views/refresh-view.ts'

const pool = new Pool()

test.each([
  ['batchQuery', (db: never) => batchQuery(db, 'select id from users where id in (?)')],
  ['createPaginator', (db: never) => createPaginator(db)],
  ['watchRepeats', (db: never) => watchRepeats(db)],
  ['withReport', (db: never) => withReport(db)],
  ['pgClient', (db: never) => pgClient(db, pool)],
  ['libsqlClient', (db: never) => libsqlClient(db)],
  ['prismaAdapter', (db: never) => prismaAdapter(db, {} as never)],
  ['refreshView', (db: never) => refreshView(db, 'totals')],
])('%s refuses what is no optimizer', async (_, make) => {
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })
  const db = createQueryOptimizer({ cache, driver: sqlite(new DatabaseSync(':memory:')) })
  const refused = async (given: unknown): Promise<void> => {
    const made = Promise.resolve().then((): unknown => make(given as never))
    await expect(made).rejects.toThrow(/^`db` must be an optimizer.*, received/)
  }
  for (const given of [undefined, pool, cache, 'db']) await refused(given)
  await db.transaction((tx) => refused(tx))
  await db.close()
  await cache.close()
})

test('what is no adapter of Prisma, and no schema of fields, is refused', () => {
  expect(() => prismaDriver(pool as never)).toThrow('`factory` must be a driver adapter of Prisma')
  expect(() => fields(['id'] as never)).toThrow('`schema` must be fields with their SQL or `true`, received an array')
})
