/** SQLite in memory, by `node:sqlite` and by `better-sqlite3`. */
import { DatabaseSync } from 'node:sqlite'
import { createRequire } from 'node:module'
import { type SqliteDatabase, sqlite } from '../../src/driver/sqlite.ts'
import type { Engine } from './engine.ts'

/** With the database itself. */
export interface SqliteEngine extends Engine {
  readonly database: Executable
}

interface Executable extends SqliteDatabase {
  exec(sql: string): unknown
  close(): unknown
}

/** It brings no types. */
function load(): new (path: string) => Executable {
  return createRequire(import.meta.url)('better-sqlite3') as new (
    path: string,
  ) => Executable
}

/** Starts one. */
export function startSqlite(by: 'node:sqlite' | 'better-sqlite3', path = ':memory:'): Promise<SqliteEngine> {
  const database: Executable = by === 'node:sqlite' ? new DatabaseSync(path) : new (load())(path)
  database.exec('pragma foreign_keys = on')
  const driver = sqlite(database)
  return Promise.resolve({
    database,
    dialect: 'sqlite',
    driver: () => driver,
    exec: (...statements) => Promise.resolve(statements.forEach((sql) => void database.exec(sql))),
    // oxlint-disable-next-line typescript/require-await -- errors are rejections
    direct: async (sql, params = []) => database.prepare(sql).all(...(params as never[])),
    stop: () => Promise.resolve(void database.close()),
  })
}

/** Removes all that is in it. */
export async function clearSqlite(engine: Engine): Promise<void> {
  await engine.exec('pragma foreign_keys = off')
  const found = (await engine.direct(
    "select type, name, 'main' as home from sqlite_schema union all select type, name, 'temp' from sqlite_temp_schema",
  )) as { readonly type: string; readonly name: string; readonly home: string }[]
  for (const { type, name, home } of found) {
    if ((type === 'table' || type === 'view') && !name.startsWith('sqlite_'))
      await engine.exec(`drop ${type} ${home}."${name}"`)
  }
  await engine.exec('pragma foreign_keys = on')
}

/** A table of all types. */
export const SQLITE_KINDS: readonly string[] = [
  'create table kinds (a, b, c, d, e, f, g)',
  "insert into kinds values (1, -2.5, 'text ''ä''', x'00ff10', null, 9e999, 9007199254740991)",
]
