/** PostgreSQL in the process by PGlite: one connection, lent to one caller after another. */
import type { Column, DatabaseConnection, DatabaseDriver, RowMaker } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { embeddedOf } from './embedded.ts'
import { isInPostgresTransaction, isRejectedByPostgres } from './postgres-errors.ts'
import { type Parse, RowMakers, rowMakerOf } from './row-makers.ts'

/** Parsers of PGlite, by type. */
export type PgliteParsers = Readonly<Record<number, (value: string, type?: number) => unknown>>

/** As much of PGlite as is needed. It is never closed. */
export interface PgliteDatabase {
  /** Runs a statement. */
  query(
    sql: string,
    params?: never[],
    options?: {
      /** Rows come as arrays. */ readonly rowMode?: 'array'
      /** How values are read. */ readonly parsers?: PgliteParsers
    },
  ): Promise<{
    /** Columns. */
    readonly fields: readonly {
      /** Name of the column. */ readonly name: string
      /** Its type. */ readonly dataTypeID: number
    }[]
    /** One array for each row. */
    readonly rows: unknown[]
    /** How many rows were changed. */
    readonly affectedRows?: number | undefined
    /** What PostgreSQL did, where it is reported: a `commit` may come to a `ROLLBACK`. */
    readonly command?: string | undefined
  }>
  /** Its parsers, with those that were given to it. */
  readonly parsers?: PgliteParsers | undefined
  /** Resolves when it may be used. */
  readonly waitReady?: Promise<void> | undefined
}

/** In place of each parser that it has, one that does nothing. It copies them, so that they have to be listed. */
function withoutParsers({ parsers = {} }: PgliteDatabase): PgliteParsers {
  return Object.fromEntries(Object.keys(parsers).map((type) => [type, (value: string) => value]))
}

/**
 * A database of PGlite.
 *
 * @throws ConfigError for what is not one.
 *
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite'
 * import { pglite } from '@hotpath/db/pglite'
 *
 * const database = new PGlite()
 * const driver = pglite(database)
 * console.log(driver.kind, driver.dialect) // pglite postgres
 * await database.close()
 * ```
 */
export function pglite(database: PgliteDatabase): DatabaseDriver {
  if (typeof (database as PgliteDatabase | null)?.query !== 'function') {
    throw wrongClient('database', 'a PGlite', database, 'Use for example `pglite(new PGlite())`.')
  }
  const { name, lock } = embeddedOf(database)
  const makers = new RowMakers()
  return {
    kind: 'pglite',
    dialect: 'postgres',
    // No other process may open its files at the same time.
    identity: `pglite:${name}`,
    bytes: 'array',
    maxPrepared: 0,
    async acquire() {
      const release = await lock.take()
      try {
        await database.waitReady
      } catch (error) {
        release()
        throw error
      }
      return connectionOf(database, release)
    },
    rowMaker(columns) {
      const { parsers = {} } = database
      const makerOf = (own: readonly Column[]): RowMaker =>
        rowMakerOf(
          own,
          own.map(([, type]) => parserOf(parsers, type)),
        )
      return makers.of(columns, ([, type]) => parsers[type], makerOf)
    },
    usage: () => ({ active: lock.isTaken ? 1 : 0, idle: lock.isTaken ? 0 : 1, waiting: lock.waiting }),
    isRejected: isRejectedByPostgres,
  }
}

function parserOf(parsers: PgliteParsers, type: number): Parse {
  const parse = parsers[type]
  return parse && ((value: string) => parse(value, type))
}

function connectionOf(database: PgliteDatabase, release: () => void): DatabaseConnection {
  const run: DatabaseConnection['run'] = async (sql, params) => {
    const options = { rowMode: 'array', parsers: withoutParsers(database) } as const
    const { fields, rows, affectedRows, command } = await database.query(sql, params as never, options)
    const columns = fields.map(({ name, dataTypeID }): Column => [name, dataTypeID])
    const rowCount = columns.length > 0 ? rows.length : (affectedRows ?? 0)
    return { columns, rows: rows as unknown[][], rowCount, command, header: { affectedRows: affectedRows ?? 0 } }
  }
  return {
    identity: database,
    isEmbedded: true,
    // The program may use it directly.
    isUntouched: false,
    inTransaction: undefined,
    run,
    isInTransaction: () => isInPostgresTransaction(run),
    release,
  }
}

export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'
