/** PostgreSQL in the process by PGlite: one connection, lent to one caller after another. */
import type { Column, DatabaseDriver, RowMaker } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { embeddedOf } from './embedded.ts'
import { type PgliteDatabase, type PgliteParsers, pgliteConnection } from './pglite-connection.ts'
import { isRejectedByPostgres } from './postgres-errors.ts'
import { type Parse, RowMakers, rowMakerOf } from './row-makers.ts'

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
  const { query, transaction } = (database ?? {}) as Partial<PgliteDatabase>
  if (typeof query !== 'function' || typeof transaction !== 'function') {
    throw wrongClient('database', 'a PGlite', database, 'Use for example `pglite(new PGlite())`.')
  }
  const { name, lock } = embeddedOf(database)
  const usual = usualParsers(database)
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
      return pgliteConnection(database, usual, release)
    },
    rowMaker(columns) {
      const { parsers = {} } = database
      const find = (type: number): PgliteParsers[number] | undefined => parsers[type] ?? usual[type]
      const makerOf = (own: readonly Column[]): RowMaker =>
        rowMakerOf(
          own,
          own.map(([, type]): Parse => {
            const parse = find(type)
            return parse && ((value: string) => parse(value, type))
          }),
        )
      return makers.of(columns, find, makerOf)
    },
    asParam,
    usage: () => ({ active: lock.isTaken ? 1 : 0, idle: lock.isTaken ? 0 : 1, waiting: lock.waiting }),
    isRejected: isRejectedByPostgres,
  }
}

/** It writes parameters by their types, and takes no strings for some of them. */
function asParam(value: unknown, type: number): unknown {
  if (typeof value !== 'string') return value
  if (type === BOOLEAN) return value === 't'
  return type === BYTES ? Uint8Array.from(Buffer.from(value.slice(2), 'hex')) : value
}

const BOOLEAN = 16
const BYTES = 17

/** Types that PGlite has parsers for, whatever its list says: one that is deleted there gives way to the usual one. */
const USUAL = [16, 17, 20, 21, 23, 25, 26, 114, 700, 701, 1042, 1043, 1082, 1114, 1184, 3802]

/** Those parsers, as they are before a program has deleted one. */
function usualParsers({ parsers = {} }: PgliteDatabase): PgliteParsers {
  return Object.fromEntries(Object.entries(parsers).filter(([type]) => USUAL.includes(Number(type))))
}

export type { PgliteDatabase, PgliteParsers, PgliteQueryable, PgliteTransaction } from './pglite-connection.ts'
export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'
