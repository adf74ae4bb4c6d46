import { eq, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import type { Contestant } from './contestant.ts'

const accounts = pgTable('accounts', {
  id: integer().primaryKey(),
  branch: integer().notNull(),
  name: text().notNull(),
  version: integer().notNull(),
})

/** What Drizzle reads and writes with, with a cache of its own or without. */
export type DrizzleDb = Pick<NodePgDatabase, 'select' | 'update'>

/** The queries in Drizzle's words. */
export function ofDrizzle(db: DrizzleDb): Contestant {
  return {
    row: (id) => db.select().from(accounts).where(eq(accounts.id, id)),
    rows: (branch) => db.select().from(accounts).where(eq(accounts.branch, branch)).orderBy(accounts.id).limit(10),
  }
}

/** The version of a row. */
export async function readVersion(db: DrizzleDb, id: number): Promise<number> {
  const [row] = await db.select().from(accounts).where(eq(accounts.id, id))
  return row?.version ?? 0
}

/** Writes a row, and resolves to its version. */
export async function writeVersion(db: DrizzleDb, id: number): Promise<number> {
  const version = sql`${accounts.version} + 1`
  const [row] = await db.update(accounts).set({ version }).where(eq(accounts.id, id)).returning()
  return row?.version ?? 0
}
