/** The program of Drizzle on PostgreSQL. */
import { asc, count, eq, gte, relations, sql } from 'drizzle-orm'
import type { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/node-postgres'
import * as pg from 'drizzle-orm/pg-core'
import { drizzle as drizzleOfPglite } from 'drizzle-orm/pglite'
import type { Pool } from 'pg'
import type { DrizzleInTransaction, DrizzleProgram } from './drizzle-cases.ts'

const users = pg.pgTable('users', { id: pg.integer().primaryKey(), name: pg.text() })
const tickets = pg.pgTable('tickets', { id: pg.integer().primaryKey(), status: pg.text(), owner: pg.integer() })
const audit = pg.pgTable('audit', { id: pg.integer().primaryKey(), what: pg.text() })
const mood = pg.pgEnum('mood', ['calm', 'cross'])
const typed = pg.pgTable('typed', {
  flag: pg.boolean(),
  big: pg.bigint({ mode: 'bigint' }),
  price: pg.numeric({ precision: 12, scale: 2 }),
  ratio: pg.doublePrecision(),
  day: pg.date(),
  dayAsDate: pg.date({ mode: 'date' }),
  at: pg.timestamp({ withTimezone: true, precision: 6 }),
  local: pg.timestamp({ mode: 'string', precision: 6 }),
  span: pg.interval(),
  json: pg.json(),
  jsonb: pg.jsonb(),
  id: pg.uuid(),
  mood: mood(),
  numbers: pg.integer().array(),
  words: pg.text().array(),
  days: pg.date().array(),
  prices: pg.numeric().array(),
  place: pg.point(),
  none: pg.text(),
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
type Database = pg.PgDatabase<pg.PgQueryResultHKT, typeof schema>

export const TYPED: readonly string[] = [
  'drop type if exists mood',
  "create type mood as enum ('calm', 'cross')",
  `create table typed as select true as flag, 9007199254740993::int8 as big, 1.10::numeric(12, 2) as price, 0.1::float8 as ratio,
    '2024-02-29'::date as day, '2024-02-29'::date as "dayAsDate", '2024-02-29 12:34:56.789012+03'::timestamptz as at,
    '2024-02-29 12:34:56.789012'::timestamp as local, '1 year 2 days 03:04:05.678'::interval as span, '{"a": [1, null]}'::json as json,
    '{"b": {"c": 1}}'::jsonb as jsonb, '6f1e3a0e-0000-4000-8000-00000000000a'::uuid as id, 'cross'::mood as mood,
    array[1, null, 3] as numbers, array['x', 'y "z"'] as words, '{2024-01-01}'::date[] as days, '{1.10,2}'::numeric[] as prices,
    point(1, 2) as place, null::text as none`,
]

/** On a pool. */
export function programOf(client: Pool): DrizzleProgram {
  const db = drizzle({ client, schema })
  return {
    ...readsOf(db),
    raw: async () => {
      const { rows, rowCount, command } = await db.execute(sql`select * from typed`)
      return { rows, rowCount, command }
    },
    writes: async (id) => [
      await insertTwo(db, id),
      (await db.insert(audit).values({ id: id + 2, what: 'c' })).rowCount,
      (await db.update(audit).set({ what: 'd' }).where(gte(audit.id, id))).rowCount,
      (await db.delete(audit).where(gte(audit.id, id))).command,
    ],
    transaction: (run) => db.transaction((tx) => run(inTransaction(tx)), { isolationLevel: 'read committed' }),
  }
}

/** On a PGlite. */
export function programOfPglite(client: PGlite): DrizzleProgram {
  const db = drizzleOfPglite({ client, schema })
  return {
    ...readsOf(db),
    raw: () => db.execute(sql`select * from typed`),
    writes: async (id) => [
      await insertTwo(db, id),
      await db.insert(audit).values({ id: id + 2, what: 'c' }),
      await db.update(audit).set({ what: 'd' }).where(gte(audit.id, id)),
      await db.execute(sql`delete from audit where id >= ${id} returning id`),
      await db.execute(sql`explain (costs off) select 1`),
      await db.execute(sql`comment on table audit is 'seen'`),
    ],
    transaction: (run) => db.transaction((tx) => run(inTransaction(tx)), { isolationLevel: 'read committed' }),
  }
}

function insertTwo(db: Database, id: number): Promise<unknown> {
  const rows = [
    { id, what: 'a' },
    { id: id + 1, what: 'b' },
  ]
  return db.insert(audit).values(rows).returning()
}

function readsOf(db: Database): Pick<DrizzleProgram, 'kinds' | 'relations' | 'join' | 'open' | 'close'> {
  return {
    kinds: () => db.select().from(typed),
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
  }
}

function partsOf(db: Pick<Database, 'select' | 'update'>): Pick<DrizzleProgram, 'open' | 'close'> {
  return {
    open: async () => {
      const rows = await db
        .select({ id: tickets.id })
        .from(tickets)
        .where(eq(tickets.status, 'open'))
        .orderBy(tickets.id)
      return rows.map(({ id }) => id)
    },
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
