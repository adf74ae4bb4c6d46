/** The tables in a SQLite file. */
import type { DatabaseSync } from 'node:sqlite'
import { newerTables } from '../sql-error.ts'

const VERSION = 1

export const SCHEMA = `CREATE TABLE hotpath_schema (version INTEGER NOT NULL, file TEXT NOT NULL, boot TEXT NOT NULL);
CREATE TABLE hotpath_entries (
  name TEXT NOT NULL, key TEXT NOT NULL, epoch TEXT NOT NULL, as_of INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  frame BLOB NOT NULL, PRIMARY KEY (name, key)
);
CREATE INDEX hotpath_entries_expiry ON hotpath_entries (expires_at);
CREATE TABLE hotpath_logs (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, position INTEGER NOT NULL,
  hard_floor INTEGER NOT NULL DEFAULT 0, soft_floor INTEGER NOT NULL DEFAULT 0, appended INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE hotpath_cells (
  log INTEGER NOT NULL, strength TEXT NOT NULL, cell INTEGER NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (log, strength, cell)
) WITHOUT ROWID;
CREATE TABLE hotpath_matchers (
  log INTEGER NOT NULL, strength TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (log, strength, type, value)
) WITHOUT ROWID;
CREATE TABLE hotpath_records (
  log INTEGER NOT NULL, position INTEGER NOT NULL, previous INTEGER NOT NULL, epoch TEXT NOT NULL,
  strength TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (log, position)
) WITHOUT ROWID;
`

/** Tables that make up the state of the logs: lost as a whole, or not at all. */
export const LOG_TABLES: readonly string[] = ['hotpath_logs', 'hotpath_cells', 'hotpath_matchers', 'hotpath_records']

/** Creates what is not there. To be run within a transaction. */
export function createTables(db: DatabaseSync): void {
  const found = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'hotpath_schema'").get()
  if (found === undefined) {
    db.exec(SCHEMA)
    db.prepare('INSERT INTO hotpath_schema (version, file, boot) VALUES (?, ?, ?)').run(VERSION, '', '')
    return
  }
  const version = Number(db.prepare('SELECT version FROM hotpath_schema').get()?.['version'])
  if (version === VERSION) return
  throw newerTables('sqlite', version, VERSION)
}
