/** Drizzle on SQLite, compared with its own driver of libSQL on the same file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type LibsqlBatchError } from '@libsql/client'
import { createCache, memory } from '@hotpath/core'
import { asc, count, eq, gte, relations, sql } from 'drizzle-orm'
import { type LibSQLDatabase, drizzle } from 'drizzle-orm/libsql'
import { blob, integer, numeric, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, describe, expect, test } from 'vitest'
import { createQueryOptimizer } from '../../src/index.ts'
import { withReport } from '../../src/advice/with-report.ts'
import { libsqlClient } from '../../src/drizzle/libsql-client.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { type DrizzleInTransaction, type DrizzleProgram, drizzleCases } from './drizzle-cases.ts'

const users = sqliteTable('users', { id: integer().primaryKey(), name: text() })
const tickets = sqliteTable('tickets', { id: integer().primaryKey(), status: text(), owner: integer() })
const audit = sqliteTable('audit', { id: integer().primaryKey(), what: text() })
const typed = sqliteTable('typed', {
  flag: integer({ mode: 'boolean' }),
  at: integer({ mode: 'timestamp_ms' }),
  price: numeric(),
  ratio: real(),
  json: text({ mode: 'json' }),
  bytes: blob({ mode: 'buffer' }),
  big: blob({ mode: 'bigint' }),
  none: text(),
})
const schema = {
  users,
  tickets,
  audit,
  typed,
  userTickets: relations(users, ({ many }) => ({ tickets: many(tickets) })),
  ticketUser: relations(tickets, ({ one }) => ({
    user: one(users, { fields: [tickets.owner], references: [users.id] }),
  })),
}
type Database = LibSQLDatabase<typeof schema>

const KINDS = [
  'create table typed (flag integer, at integer, price numeric, ratio real, json text, bytes blob, big blob, none text)',
  `insert into typed values (1, 1709210096789, '1.10', 0.1, '{"a":[1,null]}', x'00ff10', '9007199254740993', null)`,
]

function programOf(db: Database): DrizzleProgram {
  return {
    kinds: () => db.select().from(typed),
    raw: async () => [await db.all(sql`select * from typed`), await db.get(sql`select 1 as one`)],
    relations: () => db.query.users.findMany({ with: { tickets: true }, orderBy: asc(users.id) }),
    join: () =>
      db
        .select({ name: users.name, tickets: count(tickets.id) })
        .from(users)
        .leftJoin(tickets, eq(tickets.owner, users.id))
        .where(eq(tickets.status, 'open'))
        .groupBy(users.id)
        .orderBy(users.id),
    ...partsOf(db),
    writes: async (id) => [
      await db
        .insert(audit)
        .values([
          { id, what: 'a' },
          { id: id + 1, what: 'b' },
        ])
        .returning(),
      plain(await db.insert(audit).values({ id: id + 2, what: 'c' })),
      plain(await db.update(audit).set({ what: 'd' }).where(gte(audit.id, id))),
      plain(await db.delete(audit).where(gte(audit.id, id))),
      (await db.batch([db.insert(audit).values({ id, what: 'e' }), db.delete(audit).returning()])).at(-1),
    ],
    transaction: (run) => db.transaction((tx) => run(inTransaction(tx))),
  }
}

function partsOf(db: Pick<Database, 'select' | 'update'>): Pick<DrizzleProgram, 'open' | 'close'> {
  return {
    open: async () =>
      (await db.select({ id: tickets.id }).from(tickets).where(eq(tickets.status, 'open')).orderBy(tickets.id)).map(
        ({ id }) => id,
      ),
    close: (id) => db.update(tickets).set({ status: 'done' }).where(eq(tickets.id, id)),
  }
}

function inTransaction(tx: Parameters<Parameters<Database['transaction']>[0]>[0]): DrizzleInTransaction {
  return {
    ...partsOf(tx),
    nested: (run) => tx.transaction((inner) => run(inTransaction(inner))),
    rollback: () => tx.rollback(),
  }
}

function plain({ rowsAffected, lastInsertRowid }: Awaited<ReturnType<Database['run']>>): unknown {
  return { rowsAffected, lastInsertRowid }
}

const folder = mkdtempSync(join(tmpdir(), 'hotpath-drizzle-'))
const path = join(folder, 'app.db')
const clients: { close(): void }[] = []
afterAll(() => {
  for (const client of clients) client.close()
  rmSync(folder, { recursive: true })
})

const bench = useEngine(() => startSqlite('node:sqlite', path), clearSqlite)

drizzleCases({
  bench,
  db: () => programOf(drizzle({ client: libsqlClient(bench().db), schema })),
  bare: () => {
    const client = createClient({ url: `file:${path}` })
    clients.push(client)
    return programOf(drizzle({ client, schema }))
  },
  kinds: KINDS,
})

describe.each(['node:sqlite', 'better-sqlite3'] as const)('errors over %s are those of libSQL', (driver) => {
  test.each([
    "insert into errors values (1, 'b')",
    "insert into errors values (2, 'a')",
    'insert into errors values (3, null)',
    "insert into errors values (3, 'bad')",
    "insert into errors values ('x', 'y')",
    'select * from missing',
    'selec 1',
    'insert into ticket_of values (1, 99)',
  ])('%s', async (statement) => {
    const file = join(folder, 'errors.db')
    const engine = await startSqlite(driver, file)
    await engine.exec(
      'drop table if exists errors',
      'drop table if exists ticket_of',
      "create table errors (id integer primary key, n text not null unique, check (n <> 'bad'))",
      "insert into errors values (1, 'a')",
      'create table ticket_of (id integer primary key, owner integer references errors deferrable initially deferred)',
    )
    const cache = createCache({ name: 'errors', tiers: [memory({ maxEntries: 10 })] })
    const db = createQueryOptimizer({ cache, driver: engine.driver() })
    const bare = createClient({ url: `file:${file}` })
    const errorOf = (run: Promise<unknown>): Promise<unknown> =>
      run.then(
        () => undefined,
        ({ name, message, code, extendedCode, rawCode, ...more }: LibsqlBatchError) => [
          [name, message, code, extendedCode, rawCode],
          more.statementIndex,
        ],
      )
    const errorsOf = async (client: Pick<typeof bare, 'batch' | 'execute'>): Promise<unknown[]> => [
      await errorOf(client.execute(statement)),
      await errorOf(client.batch(['select 1', statement])),
    ]
    await db.query('pragma foreign_keys = on')
    await bare.execute('pragma foreign_keys = on')
    const own = await errorsOf(bare)
    expect(own[0]).toBeDefined()
    expect(await errorsOf(libsqlClient(db) as never)).toEqual(own)
    bare.close()
    await db.close()
    await cache.close()
    await engine.stop()
  })
})

test('an optimizer of another database is refused', () => {
  const db = { ...bench().db, driver: { kind: 'pg', dialect: 'postgres' } } as const
  expect(() => libsqlClient(db as never)).toThrow(
    'must be an optimizer whose driver is sqlite(database), received one of `pg`',
  )
})

test('a report has its statements, and finds what it runs for each row', async () => {
  const advised = withReport(bench().db)
  const db = drizzle({ client: libsqlClient(advised), schema })
  await advised.request(async () => {
    for (const id of [1, 2, 3, 4, 5, 6]) await db.select().from(users).where(eq(users.id, id))
  })
  const { advice, statements, unread } = await advised.report()
  expect(advice.map(({ kind }) => kind)).toEqual(['repeats'])
  expect(advice[0]?.finding).toContain('a place that the stack does not show')
  expect({ shapes: statements.length, unread }).toEqual({ shapes: 1, unread: [] })
})
