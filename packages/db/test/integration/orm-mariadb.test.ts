/** ORMs on MariaDB. */
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/mysql2'
import { MysqlDialect } from 'kysely'
import { describe, expect, test } from 'vitest'
import { useEngine } from '../engines/engine.ts'
import { MARIADB_KINDS, clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'
import { mysqlClient } from '../../src/drizzle/mysql-client.ts'
import { createPaginator } from '../../src/paginate/paginator.ts'
import { prismaDriver } from '../../src/prisma/prisma-driver.ts'
import { drizzleCases } from '../orm/drizzle-cases.ts'
import { TYPED, iterate, programOf } from '../orm/drizzle-mysql.ts'
import { kyselyCases } from '../orm/kysely-cases.ts'
import { prismaCases } from '../orm/prisma-cases.ts'

const bench = useEngine(startMariadbEngine, clearMariadb)

describe('Kysely', () => {
  kyselyCases({
    bench,
    // Kysely takes the pool of callbacks that the one of promises is made of.
    dialect: ({ pool }) => new MysqlDialect({ pool: pool.pool }),
    kinds: MARIADB_KINDS,
  })
})

describe('Drizzle', () => {
  drizzleCases({
    bench,
    db: () => programOf(mysqlClient(bench().db, bench().engine.pool)),
    bare: () => programOf(bench().engine.pool),
    kinds: TYPED,
  })

  test.each([[undefined], [null], [5], [{}]])('what is no query (%o) is refused with a typed error', async (query) => {
    const client = mysqlClient(bench().db, bench().engine.pool) as { query(query: unknown): Promise<unknown> }
    await expect(client.query(query)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  })

  test('an iterator goes past the cache, and sees the transaction that it is in', async () => {
    const client = mysqlClient(bench().db, bench().engine.pool)
    expect(await iterate(client)).toEqual([[7, 8], [8]])
    expect(await iterate(client)).toEqual([[8], [8]])
    expect(bench().db.stats()).toMatchObject({ hits: 0, lent: 0 })
  })

  test('an iterator that is left holds no connection up', async () => {
    const { db, engine } = bench()
    const orm = drizzle({ client: mysqlClient(db, engine.pool) })
    const left = orm.select({ name: sql<string>`column_name` }).from(sql`information_schema.columns`)
    // More often than the pool has connections.
    for (let time = 0; time < 12; time++) for await (const row of left.iterator()) if (row !== undefined) break
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('Prisma', () => {
  const factory = (): PrismaMariaDb =>
    new PrismaMariaDb({
      host: '127.0.0.1',
      port: bench().engine.server.port,
      user: 'admin',
      database: 'app',
      connectionLimit: 4,
    })
  prismaCases({
    bench,
    provider: 'mysql',
    factory,
    model: `
model typed {
  id    Int      @id
  flag  Boolean
  big   BigInt
  price Decimal
  ratio Float
  day   DateTime @db.Date
  at    DateTime @db.DateTime(6)
  time  DateTime @db.Time(3)
  json  Json
  mood  typed_mood
  bytes Bytes    @db.VarBinary(8)
  none  String?
}
enum typed_mood {
  calm
  cross
}`,
    kinds: [
      `create table typed (id integer primary key, flag boolean, big bigint, price decimal(12, 2), ratio double, day date, at datetime(6),
        time time(3), json json, mood enum('calm', 'cross'), bytes varbinary(8), none text)`,
      `insert into typed values (1, true, 9007199254740993, 1.10, 0.1, '2024-02-29', '2024-02-29 12:34:56.789012', '12:34:56.789',
        '{"a": [1, null]}', 'cross', x'00ff10', null)`,
    ],
  })

  test('pages are ordered by types as Prisma numbers them', async () => {
    const { engine, open } = bench()
    await engine.exec(
      'create table odd (id int primary key, price decimal(6, 2), ratio float)',
      'insert into odd values (1, 10.5, 0.1), (2, 9.25, 0.2), (3, 10.25, 0.3)',
    )
    const db = open({ driver: prismaDriver(factory()) })
    const paginate = createPaginator(db, { secret: 'at least sixteen characters', pageSize: 1 })
    const ids: unknown[] = []
    let after: string | undefined
    do {
      const page = await paginate.cursor({ sql: 'select id, price from odd', orderBy: ['price', 'id'], after })
      ids.push(...page.rows.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect(ids).toEqual([2, 3, 1])
    const byRatio = paginate.cursor({ sql: 'select id, ratio from odd', orderBy: ['ratio', 'id'] })
    await expect(byRatio).rejects.toThrow('`orderBy` must be columns of which MySQL has exact strings')
  })
})
