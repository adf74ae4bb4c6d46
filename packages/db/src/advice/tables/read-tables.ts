/** Reads what the catalog says of tables. */
import type { Dialect } from '../../statement/dialect.ts'
import { readMysqlTables } from './mysql-tables.ts'
import { readPostgresTables } from './postgres-tables.ts'
import { readSqliteTables } from './sqlite-tables.ts'
import type { AskRows, DatabaseFacts } from './table-facts.ts'

const READERS: Readonly<Record<Dialect, (ask: AskRows) => Promise<DatabaseFacts>>> = {
  postgres: readPostgresTables,
  mysql: readMysqlTables,
  sqlite: readSqliteTables,
}

/** Nothing where the database refuses it, and then says so. */
export async function readTables(ask: AskRows, dialect: Dialect): Promise<DatabaseFacts> {
  try {
    return await READERS[dialect](ask)
  } catch (error) {
    const { code } = (error ?? {}) as { readonly code?: unknown }
    // Of a closed optimizer no report is made.
    if (code === 'ERR_DB_CLOSED') throw error
    const unknown = [`Tables and indexes could not be read${typeof code === 'string' ? ` (${code})` : ''}.`]
    return { tables: new Map(), sortMemoryBytes: undefined, hypopg: undefined, unknown }
  }
}
