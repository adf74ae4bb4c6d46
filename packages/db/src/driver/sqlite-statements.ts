/** Statements of SQLite: prepared once, and run with what its drivers take. */
import { wrongOption } from '@hotpath/contract'
import type { Column, Params, WireResult } from './driver.ts'

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

/** A statement, and whether it returns rows. */
interface Prepared {
  readonly statement: SqliteStatement
  readonly isReader: boolean
}

/** Statements that are prepared, at most so many; those of another schema are prepared anew. */
export class Statements {
  readonly #database: SqliteDatabase
  readonly #max: number
  readonly #prepared = new Map<string, Prepared>()
  readonly #version: SqliteStatement
  #schema: unknown

  constructor(database: SqliteDatabase, max: number) {
    this.#database = database
    this.#max = max
    this.#version = asArrays(database.prepare('PRAGMA schema_version'))
  }

  run(sql: string, params: Params): WireResult {
    const { statement, isReader } = this.#statement(sql)
    const values = valuesOf(params)
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
    return {
      columns: names.map((name): Column => [name, 0]),
      rows: (rows as Record<string, unknown>[]).map((row) => names.map((name) => row[name])),
      rowCount: rows.length,
    }
  }

  #statement(sql: string): Prepared {
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
    const prepared = { statement, isReader: isReader(statement, sql, this.#database) }
    this.#prepared.set(sql, prepared)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > this.#max && oldest !== undefined) this.#prepared.delete(oldest)
    return prepared
  }
}

/** Whether a statement returns rows. Older ones of Node do not say it: there its program is looked at. */
function isReader(statement: SqliteStatement, sql: string, database: SqliteDatabase): boolean {
  if (statement.reader !== undefined) return statement.reader
  if (statement.columns !== undefined) return statement.columns().length > 0
  try {
    return database
      .prepare(`explain ${sql}`)
      .all()
      .some((step) => Object.values(step as object).includes('ResultRow'))
  } catch {
    // What cannot be explained explains something itself.
    return true
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
export function valueOf(statement: SqliteStatement): unknown {
  const [row] = statement.all()
  return Object.values(row ?? {})[0]
}

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
