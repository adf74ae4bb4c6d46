/** SQLite by `node:sqlite` or `better-sqlite3`: one connection, lent to one caller after another. */
import { checkOptions, wrongOption } from '@hotpath/contract'
import type { Column, DatabaseConnection, DatabaseDriver, Params, RowMaker, WireResult } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { maxPreparedOption } from './driver-options.ts'
import { embeddedOf, fileName } from './embedded.ts'
import { RowMakers, copyOf, copyOfBytes, rowMakerOf } from './row-makers.ts'

/** A prepared statement of `node:sqlite` or `better-sqlite3`. */
export interface SqliteStatement {
  /** Runs it and returns all rows. */
  all(...params: never[]): unknown[]
  /** Runs it and returns what it changed. */
  run(...params: never[]): {
    /** How many rows. */
    readonly changes: number | bigint
    /** Key of the row that was inserted last. */
    readonly lastInsertRowid: number | bigint
  }
  /** `node:sqlite`: rows come as arrays. */
  setReturnArrays?(isOn: boolean): void
  /** `better-sqlite3`: rows come as arrays. */
  raw?(isOn?: boolean): unknown
  /** Columns of the result. */
  columns?(): readonly {
    /** Name of the column. */
    readonly name: string
  }[]
  /** `better-sqlite3`: whether it returns rows. */
  readonly reader?: boolean | undefined
}

/** A database of `node:sqlite` or `better-sqlite3`. It is never closed. */
export interface SqliteDatabase {
  /** Compiles a statement. */
  prepare(sql: string): SqliteStatement
  /** `node:sqlite`: path of the file, `null` for one in memory. */
  location?(): string | null
  /** `better-sqlite3`: path of the file. */
  readonly name?: string | undefined
  /** `better-sqlite3`: whether it is in memory. */
  readonly memory?: boolean | undefined
  /** `node:sqlite`: whether a transaction is open. */
  readonly isTransaction?: boolean | undefined
  /** `better-sqlite3`: whether a transaction is open. */
  readonly inTransaction?: boolean | undefined
}

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

/** Makes a statement return arrays, where it can. */
function asArrays(statement: SqliteStatement): SqliteStatement {
  if (statement.columns !== undefined) {
    statement.setReturnArrays?.(true)
    statement.raw?.(true)
  }
  return statement
}

/** The one value that a statement returns, whatever it makes of rows. */
function valueOf(statement: SqliteStatement): unknown {
  const [row] = statement.all()
  return Object.values(row ?? {})[0]
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

/** Statements that are prepared, at most so many; those of another schema are prepared anew. */
class Statements {
  readonly #database: SqliteDatabase
  readonly #max: number
  readonly #prepared = new Map<string, SqliteStatement>()
  readonly #version: SqliteStatement
  readonly #changes: SqliteStatement
  #schema: unknown

  constructor(database: SqliteDatabase, max: number) {
    this.#database = database
    this.#max = max
    this.#version = asArrays(database.prepare('PRAGMA schema_version'))
    this.#changes = asArrays(database.prepare('SELECT changes()'))
  }

  run(sql: string, params: Params): WireResult {
    const statement = this.#statement(sql)
    const values = valuesOf(params)
    const isReader = statement.reader ?? (statement.columns === undefined || statement.columns().length > 0)
    if (!isReader) {
      const { changes, lastInsertRowid } = statement.run(...values)
      return { columns: [], rows: [], rowCount: Number(changes), insertId: lastInsertRowid }
    }
    const rows = asArrays(statement).all(...values)
    if (statement.columns !== undefined) {
      const columns = statement.columns().map(({ name }): Column => [name, 0])
      return { columns, rows: rows as unknown[][], rowCount: rows.length }
    }
    // Older ones of Node neither say what the columns are nor make arrays.
    const names = Object.keys(rows[0] ?? {})
    const changed = valueOf(this.#changes)
    return {
      columns: names.map((name): Column => [name, 0]),
      rows: (rows as Record<string, unknown>[]).map((row) => names.map((name) => row[name])),
      rowCount: names.length === 0 ? Number(changed) : rows.length,
    }
  }

  #statement(sql: string): SqliteStatement {
    const version = valueOf(this.#version)
    if (version !== this.#schema) {
      this.#prepared.clear()
      this.#schema = version
    }
    const known = this.#prepared.get(sql)
    if (known !== undefined) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    this.#prepared.set(sql, statement)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > this.#max && oldest !== undefined) this.#prepared.delete(oldest)
    return statement
  }
}

export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'

/**
 * What is handed to SQLite, whose drivers take an object that comes first for named parameters, and leave out what is not
 * named.
 *
 * @throws ConfigError for a list with an object in it that is no bytes.
 */
function valuesOf(params: Params): never[] {
  if (!Array.isArray(params)) return [params] as never[]
  for (const [index, value] of params.entries()) {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
      continue
    throw wrongOption(
      `params[${index}]`,
      'a string, a number, a bigint, bytes or null: SQLite has no other values',
      value,
      'Use for example `date.toISOString()` or `JSON.stringify(value)`.',
    )
  }
  return params as never[]
}
