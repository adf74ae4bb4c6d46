/** SQLite by `node:sqlite` or `better-sqlite3`: one connection, lent to one caller after another. */
import { checkOptions } from '@hotpath/contract'
import type { Column, DatabaseConnection, DatabaseDriver, RowMaker } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { maxPreparedOption } from './driver-options.ts'
import { embeddedOf, fileName } from './embedded.ts'
import { RowMakers, copyOf, copyOfBytes, rowMakerOf } from './row-makers.ts'
import { type SqliteDatabase, Statements, valueOf } from './sqlite-statements.ts'

/** Options of `sqlite()`. */
export interface SqliteOptions {
  /** How many statements are kept prepared at most. Default 200. */
  readonly maxPrepared?: number | undefined
}

/**
 * A database of `node:sqlite`, or of `better-sqlite3`. Statements run on the thread that asks, one after another; one
 * that comes while a transaction is open waits for its end.
 *
 * @throws ConfigError for what is not a database, and for wrong options.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const driver = sqlite(new DatabaseSync(':memory:'))
 * console.log(driver.kind, driver.dialect) // sqlite sqlite
 * ```
 */
export function sqlite(database: SqliteDatabase, options: SqliteOptions = {}): DatabaseDriver {
  if (typeof (database as SqliteDatabase | null)?.prepare !== 'function') {
    throw wrongClient('database', 'an open database', database, 'Use for example `sqlite(new DatabaseSync(path))`.')
  }
  checkOptions(options, 'sqlite', { maxPrepared: maxPreparedOption })
  const { lock } = embeddedOf(database)
  const statements = new Statements(database, options.maxPrepared ?? 200)
  return {
    kind: 'sqlite',
    dialect: 'sqlite',
    // Large integers are what the program has set them to be.
    identity: `sqlite:${pathOf(database)} ${typeof valueOf(database.prepare('select 1'))}`,
    bytes: isBetter(database) ? 'buffer' : 'array',
    maxPrepared: 0,
    async acquire() {
      const release = await lock.take()
      return connectionOf(database, statements, release)
    },
    rowMaker: rowMakerFor(database),
    usage: () => ({ active: lock.isTaken ? 1 : 0, idle: lock.isTaken ? 0 : 1, waiting: lock.waiting }),
    // Of what a constraint refuses nothing stays, save with `or fail`.
    isRejected: () => false,
  }
}

/** A database in memory is like no other. */
function pathOf(database: SqliteDatabase): string {
  const path = database.location?.() ?? (database.memory === true ? undefined : database.name)
  if (typeof path !== 'string' || path === '' || path === ':memory:') return embeddedOf(database).name
  try {
    return fileName(path)
  } catch {
    // A file that has been removed is nobody else's.
    return embeddedOf(database).name
  }
}

function rowMakerFor(database: SqliteDatabase): (columns: readonly Column[]) => RowMaker {
  // `better-sqlite3` makes plain objects, `node:sqlite` such without a prototype.
  const isPlain = isBetter(database)
  const copy = isPlain ? copyOf : copyOfBytes
  const makers = new RowMakers()
  return (columns) =>
    makers.of(
      columns,
      () => copy,
      (own, parsers) => rowMakerOf(own, parsers, isPlain),
    )
}

function isBetter(database: SqliteDatabase): boolean {
  return database.inTransaction !== undefined
}

function connectionOf(database: SqliteDatabase, statements: Statements, release: () => void): DatabaseConnection {
  return {
    identity: database,
    isEmbedded: true,
    isUntouched: true,
    get inTransaction() {
      return database.isTransaction ?? database.inTransaction
    },
    // oxlint-disable-next-line typescript/require-await -- errors are rejections
    run: async (sql, params) => statements.run(sql, params),
    isInTransaction: () => Promise.resolve((database.isTransaction ?? database.inTransaction) === true),
    release,
  }
}

export type { SqliteDatabase, SqliteStatement } from './sqlite-statements.ts'
export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'
