/** ORMs on PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg'
import { drizzle } from 'drizzle-orm/node-postgres'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
// @ts-expect-error -- it brings no types
import Cursor from 'pg-cursor'
import { types } from 'pg'
import { describe, expect, test } from 'vitest'
import { useEngine } from '../engines/engine.ts'
import { POSTGRES_KINDS, clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { kyselyDialect } from '../../src/kysely/kysely-dialect.ts'
import { OrmSession } from '../../src/orm/orm-session.ts'
import { prismaAdapter } from '../../src/prisma/prisma-adapter.ts'
import { prismaDriver } from '../../src/prisma/prisma-driver.ts'
import { pgClient } from '../../src/drizzle/pg-client.ts'
import { drizzleCases } from '../orm/drizzle-cases.ts'
import { TYPED, programOf } from '../orm/drizzle-postgres.ts'
import { kyselyCases } from '../orm/kysely-cases.ts'
import { prismaCases } from '../orm/prisma-cases.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)

describe('Kysely', () => {
  kyselyCases({
    bench,
    dialect: ({ pool }) => new PostgresDialect({ pool, cursor: Cursor as never }),
    kinds: POSTGRES_KINDS,
  })
})

describe('Drizzle', () => {
  drizzleCases({
    bench,
    db: () => programOf(pgClient(bench().db, bench().engine.pool)),
    bare: () => programOf(bench().engine.pool),
    kinds: TYPED,
  })

  test.each([[undefined], [null], [5], [{}]])('what is no query (%o) is refused with a typed error', async (query) => {
    const client = pgClient(bench().db, bench().engine.pool) as { query(query: unknown): Promise<unknown> }
    await expect(client.query(query)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  })
})

describe('Prisma', () => {
  prismaCases({
    bench,
    provider: 'postgresql',
    factory: () =>
      new PrismaPg({
        host: '127.0.0.1',
        port: bench().engine.server.port,
        user: 'admin',
        database: 'postgres',
        max: 4,
      }),
    model: `
enum mood {
  calm
  cross
}
model typed {
  id      Int        @id
  flag    Boolean
  big     BigInt
  price   Decimal
  ratio   Float
  day     DateTime   @db.Date
  time    DateTime   @db.Time(3)
  at      DateTime   @db.Timestamptz(6)
  local   DateTime   @db.Timestamp(6)
  json    Json       @db.Json
  jsonb   Json
  bytes   Bytes
  uuid    String     @db.Uuid
  mood    mood
  moods   mood[]
  numbers Int[]
  words   String[]
  prices  Decimal[]
  days    DateTime[] @db.Date
  bins    Bytes[]
  none    String?
}`,
    kinds: [
      'drop type if exists mood',
      "create type mood as enum ('calm', 'cross')",
      `create table typed as select 1 as id, true as flag, 9007199254740993::int8 as big, 1.10::numeric(12, 2) as price, 0.1::float8 as ratio,
        '2024-02-29'::date as day, '12:34:56.789'::time as time, '2024-02-29 12:34:56.789012+03'::timestamptz as at,
        '2024-02-29 12:34:56.789012'::timestamp as local, '{"a": [1, null]}'::json as json, '{"b": {"c": 1}}'::jsonb as jsonb,
        '\\x00ff10'::bytea as bytes, '6f1e3a0e-0000-4000-8000-00000000000a'::uuid as uuid, 'cross'::mood as mood, '{calm,cross}'::mood[] as moods,
        array[1, 3] as numbers, array['x', 'y "z"'] as words, '{1.10,2}'::numeric[] as prices, '{2024-01-01}'::date[] as days,
        array['\\x00ff'::bytea] as bins, null::text as none`,
    ],
  })
})

describe('a savepoint within which an error was caught is rolled back to as in the database', () => {
  const sources = async (): Promise<string[]> => [
    await bench().source('select * from tickets'),
    await bench().source('select * from audit'),
  ]
  /** What came before the savepoint and after it is kept, and what came within it neither kept nor invalidated. */
  const expectThePartUndone = async (): Promise<void> => {
    expect(await sources()).toEqual(['database', 'memory'])
    const rows = await bench().engine.direct(
      'select status, (select count(*)::int from audit) as n from tickets order by id',
    )
    expect(rows).toEqual([
      { status: 'before', n: 0 },
      { status: 'after', n: 0 },
    ])
    expect(bench().db.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
  }

  test('with Kysely', async () => {
    await sources()
    const db = new Kysely<never>({
      dialect: kyselyDialect(bench().db, new PostgresDialect({ pool: bench().engine.pool })),
    })
    const run = (on: Kysely<never>, text: string): Promise<unknown> => on.executeQuery(CompiledQuery.raw(text))
    const tx = await db.startTransaction().execute()
    await run(tx, "update tickets set status = 'before' where id = 7")
    const part = await tx.savepoint('part').execute()
    const inner = await part.savepoint('inner').execute()
    await run(inner, "insert into audit values (1, 'undone')")
    await run(inner, 'select 1 / 0').catch(() => {})
    await expect(inner.releaseSavepoint('part').execute()).rejects.toMatchObject({ code: '25P02' })
    await expect(run(inner, 'select 1')).rejects.toMatchObject({ code: '25P02' })
    await expect(inner.savepoint('other').execute()).rejects.toMatchObject({ code: '25P02' })
    await inner.rollbackToSavepoint('inner').execute()
    await run(tx, "insert into audit values (2, 'undone')")
    const again = await inner.rollbackToSavepoint('part').execute()
    await run(again, "update tickets set status = 'after' where id = 8")
    await again.releaseSavepoint('part').execute()
    await tx.commit().execute()
    await expectThePartUndone()
  })

  test('with Drizzle', async () => {
    await sources()
    const db = drizzle({ client: pgClient(bench().db, bench().engine.pool) })
    await db.transaction(async (tx) => {
      await tx.execute("update tickets set status = 'before' where id = 7")
      const part = tx.transaction(async (inner) => {
        await inner.execute("insert into audit values (1, 'undone')")
        await inner.execute('select 1 / 0').catch(() => {})
      })
      await expect(part).rejects.toMatchObject({ cause: { code: '25P02' } })
      await tx.execute("update tickets set status = 'after' where id = 8")
    })
    await expectThePartUndone()
  })

  test('with Prisma', async () => {
    const factory = new PrismaPg({
      host: '127.0.0.1',
      port: bench().engine.server.port,
      user: 'admin',
      database: 'postgres',
    })
    const optimizer = bench().open({ driver: prismaDriver(factory) })
    const adapter = await prismaAdapter(optimizer, factory).connect()
    await sources()
    const tx = await adapter.startTransaction()
    const run = (sql: string): Promise<number> => tx.executeRaw({ sql, args: [], argTypes: [] })
    await run("update tickets set status = 'before' where id = 7")
    await tx.createSavepoint('part')
    await run("insert into audit values (1, 'undone')")
    await run('select 1 / 0').catch(() => {})
    await expect(tx.releaseSavepoint('part')).rejects.toMatchObject({ code: '25P02' })
    await tx.rollbackToSavepoint('part')
    await tx.releaseSavepoint('part')
    await run("update tickets set status = 'after' where id = 8")
    await tx.commit()
    await expectThePartUndone()
    await adapter.dispose()
  })

  test('and a commit instead of that undoes all of it, and says so', async () => {
    await sources()
    const session = new OrmSession(bench().db)
    const run = (text: string): Promise<unknown> => session.run(text, [], { rows: 'objects' })
    for (const text of ['begin', "update tickets set status = 'before' where id = 7", 'savepoint part']) await run(text)
    await run('select 1 / 0').catch(() => {})
    await expect(run('release part')).rejects.toMatchObject({ code: '25P02' })
    await expect(run('commit')).rejects.toMatchObject({ code: 'ERR_DB_ROLLED_BACK' })
    expect(await sources()).toEqual(['memory', 'memory'])
    expect(bench().db.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
  })
})

describe('a pool for Drizzle', () => {
  test('has rows as arrays by the parsers of the pool, with all columns that share a name', async () => {
    const { db, engine } = bench()
    const client = pgClient(db, engine.pool)
    const text =
      'select u.id, t.id, true as open, null as none from users u join tickets t on t.owner = u.id order by 1'
    const asked = { text, rowMode: 'array' } as const
    const { rows } = await engine.pool.query(asked)
    expect(rows[0]).toEqual([1, 7, true, null])
    for (let time = 0; time < 2; time++) expect((await client.query(asked)).rows).toStrictEqual(rows)
    expect(db.stats().hits).toBe(1)
  })

  test('parses a hit as it parses a miss, whatever was set in between', async () => {
    const { db, engine } = bench()
    const count = (): Promise<unknown> => pgClient(db, engine.pool).query('select count(*) as n from users')
    await count()
    const usual = types.getTypeParser(types.builtins.INT8)
    types.setTypeParser(types.builtins.INT8, Number)
    try {
      for (let time = 0; time < 2; time++) expect(await count()).toMatchObject({ rows: [{ n: 2 }] })
      expect(db.stats().hits).toBe(2)
    } finally {
      types.setTypeParser(types.builtins.INT8, usual)
    }
    expect(await count()).toMatchObject({ rows: [{ n: '2' }] })
  })
})
