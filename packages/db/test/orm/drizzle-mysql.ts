/** The program of Drizzle on MariaDB. */
import { asc, count, eq, gte, relations, sql } from 'drizzle-orm'
import { type MySql2Database, drizzle } from 'drizzle-orm/mysql2'
import * as my from 'drizzle-orm/mysql-core'
import type { Pool } from 'mysql2/promise'
import type { DrizzleInTransaction, DrizzleProgram } from './drizzle-cases.ts'

const users = my.mysqlTable('users', { id: my.int().primaryKey(), name: my.varchar({ length: 40 }) })
const tickets = my.mysqlTable('tickets', {
  id: my.int().primaryKey(),
  status: my.varchar({ length: 40 }),
  owner: my.int(),
})
const audit = my.mysqlTable('audit', { id: my.int().primaryKey(), what: my.varchar({ length: 40 }) })
const typed = my.mysqlTable('typed', {
  flag: my.boolean(),
  big: my.bigint({ mode: 'number' }),
  price: my.decimal({ precision: 12, scale: 2 }),
  ratio: my.double(),
  day: my.date(),
  dayAsText: my.date({ mode: 'string' }),
  at: my.datetime({ fsp: 6 }),
  local: my.timestamp({ mode: 'string', fsp: 3 }),
  time: my.time({ fsp: 3 }),
  year: my.year(),
  json: my.json(),
  mood: my.mysqlEnum(['calm', 'cross']),
  bytes: my.varbinary({ length: 8 }),
  none: my.text(),
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
type Database = MySql2Database<typeof schema>

export const TYPED: readonly string[] = [
  `create table typed (flag boolean, big bigint, price decimal(12, 2), ratio double, day date, dayAsText date, at datetime(6),
    local timestamp(3) null, time time(3), year year, json json, mood enum('calm', 'cross'), bytes varbinary(8), none text)`,
  `insert into typed values (true, 9007199254740991, 1.10, 0.1, '2024-02-29', '2024-02-29', '2024-02-29 12:34:56.789012',
    '2024-02-29 12:34:56.789', '-12:34:56.789', 2024, '{"a": [1, null]}', 'cross', x'00ff10', null)`,
]

/** Ids of tickets, which come one after another; and in a transaction that has deleted one. */
export async function iterate(client: Pool): Promise<readonly [before: number[], within: number[]]> {
  const db = drizzle({ client })
  const before = await idsOf(db)
  const within = await db.transaction(async (tx) => {
    await tx.delete(tickets).where(eq(tickets.id, 7))
    return idsOf(tx)
  })
  return [before, within]
}

async function idsOf(db: Pick<Database, 'select'>): Promise<number[]> {
  const ids: number[] = []
  for await (const { id } of db.select({ id: tickets.id }).from(tickets).orderBy(tickets.id).iterator()) ids.push(id)
  return ids
}

/** On a pool. MariaDB has no lateral joins, as the databases of this mode. */
export function programOf(client: Pool): DrizzleProgram {
  const db = drizzle({ client, schema, mode: 'planetscale' })
  return {
    kinds: () => db.select().from(typed),
    raw: async () => (await db.execute(sql`select * from typed`))[0],
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
        .$returningId(),
      await db.insert(audit).values({ id: id + 2, what: 'c' }),
      await db.update(audit).set({ what: 'd' }).where(gte(audit.id, id)),
      await db.update(audit).set({ what: 'd' }).where(gte(audit.id, id)),
      await db.delete(audit).where(gte(audit.id, id)),
    ],
    transaction: (run) => db.transaction((tx) => run(inTransaction(tx)), { isolationLevel: 'read committed' }),
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
