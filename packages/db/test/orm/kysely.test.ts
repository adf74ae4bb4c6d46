/** Kysely on SQLite. */
import { SqliteDialect } from 'kysely'
import { SQLITE_KINDS, clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { useEngine } from '../engines/engine.ts'
import { kyselyCases } from './kysely-cases.ts'

const bench = useEngine(() => startSqlite('better-sqlite3'), clearSqlite)

kyselyCases({
  bench,
  dialect: ({ database }) => new SqliteDialect({ database: database as never }),
  kinds: SQLITE_KINDS,
})
