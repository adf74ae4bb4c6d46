import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { MysqlDialect, PostgresDialect, SqliteDialect } from 'kysely'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { describe, expect, test } from 'vitest'
import { watchRepeats } from '../src/advice/watch-repeats.ts'
import { withReport } from '../src/advice/with-report.ts'
import { batchQuery } from '../src/batch/batch-query.ts'
import type { DatabaseDriver } from '../src/driver/driver.ts'
import { mysql } from '../src/driver/mysql.ts'
import { pg } from '../src/driver/pg.ts'
import { sqlite } from '../src/driver/sqlite.ts'
import { libsqlClient, mysqlClient, pgClient, pgliteClient } from '../src/drizzle/drizzle.ts'
import { fields } from '../src/fields/fields.ts'
import { createQueryOptimizer } from '../src/index.ts'
import { type KyselyDialect, kyselyDialect } from '../src/kysely/kysely-dialect.ts'
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
  ['mysqlClient', (db: never) => mysqlClient(db, pool as never)],
  ['pgliteClient', (db: never) => pgliteClient(db, pool as never)],
  ['kyselyDialect', (db: never) => kyselyDialect(db, new PostgresDialect({ pool }))],
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
  for (const given of [undefined, null, pool, cache, 'db']) await refused(given)
  await db.transaction((tx) => refused(tx))
  await db.close()
  await cache.close()
})

test('what is no adapter of Prisma, and no schema of fields, is refused', () => {
  expect(() => prismaDriver(pool as never)).toThrow('`factory` must be a driver adapter of Prisma')
  expect(() => fields(['id'] as never)).toThrow('`schema` must be fields with their SQL or `true`, received an array')
})

describe('beside an optimizer', () => {
  const mysqlPool = createPool({})
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] })
  const over = (driver: DatabaseDriver) => createQueryOptimizer({ cache, driver })
  const onPostgres = over(pg(pool))
  const onMysql = over(mysql(mysqlPool))
  const onSqlite = over(sqlite(new DatabaseSync(':memory:')))
  const onPrisma = over({ ...pg(pool), kind: 'prisma' })
  const onPglite = over({ ...pg(pool), kind: 'pglite' })

  test.each<readonly [string, (given: never) => unknown, string]>([
    ['pgClient', (given) => pgClient(onPostgres, given), '`pool` must be a pool of pg, received'],
    ['mysqlClient', (given) => mysqlClient(onMysql, given), '`pool` must be a pool of mysql2/promise, received'],
    ['pgliteClient', (given) => pgliteClient(onPglite, given), '`database` must be a PGlite, received'],
    ['prismaAdapter', (given) => prismaAdapter(onPrisma, given), '`factory` must be a driver adapter of Prisma'],
    ['kyselyDialect', (given) => kyselyDialect(onPostgres, given), '`dialect` must be a dialect of Kysely, received'],
  ])('%s refuses what is no client', (_, make, message) => {
    for (const given of [undefined, null, {}, cache, 'postgres://'])
      expect(() => make(given as never)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_OPTION', message: expect.stringContaining(message) as string }),
      )
  })

  test('kyselyDialect refuses a dialect of another database, and takes one that writes in a way of its own', () => {
    const dialects = {
      postgres: new PostgresDialect({ pool }),
      mysql: new MysqlDialect({ pool: {} as never }),
      sqlite: new SqliteDialect({ database: {} as never }),
    }
    for (const db of [onPostgres, onMysql, onSqlite]) {
      for (const [name, dialect] of Object.entries(dialects)) {
        const make = (): unknown => kyselyDialect(db, dialect as KyselyDialect)
        if (name === db.driver.dialect) expect(make).not.toThrow()
        else expect(make).toThrow(/^`dialect` must be one for \w+, received one for \w+\. Use/)
      }
    }
    const own = { compileQuery: () => ({ sql: '[a] @1' }) }
    for (const createQueryCompiler of [() => own, () => ({}), () => undefined])
      expect(() => kyselyDialect(onMysql, { ...methodsOf(dialects.mysql), createQueryCompiler })).not.toThrow()
  })
})

function methodsOf(dialect: KyselyDialect): KyselyDialect {
  return {
    createDriver: () => dialect.createDriver(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  }
}
