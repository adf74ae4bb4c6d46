/** PostgreSQL by `pg`: rows come as arrays of strings, and `pg`'s own parsers make values of them. */
import { checkOptions } from '@hotpath/contract'
import type { Column, DatabaseConnection, DatabaseDriver, Params, RunOptions, WireResult } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { maxPreparedOption } from './driver-options.ts'
import { isInPostgresTransaction, isRejectedByPostgres } from './postgres-errors.ts'
import {
  type PgClient,
  type PgPool,
  type PgQuery,
  type PgResult,
  type PgTypes,
  assertPool,
  connected,
  released,
} from './pg-pool.ts'
import { PoolUse } from './pool-use.ts'
import { RowMakers } from './row-makers.ts'
import { timeZone } from './time-zone.ts'

/** Options of `pg()`. */
export interface PgOptions {
  /**
   * How many reads a connection keeps prepared at most; 0 for none. Behind a pooler that is noticed (its connections
   * have other processes than they say), none is. Default 200.
   */
  readonly maxPrepared?: number | undefined
}

const AS_IT_CAME: PgTypes = { getTypeParser: () => (value) => value }
const asItCame = (value: string): unknown => value

/**
 * A pool of `pg`.
 *
 * @param pool - `new Pool(…)` of `pg`, or anything of its shape.
 * @throws ConfigError for what is not a pool, or one that asks for the `binary` format, and for wrong options. A pool whose
 *   connections ignore the `types` of a query, as those of `pg.native` do, is refused by each statement with that error.
 *
 * @example
 * ```ts
 * import { pg } from '@hotpath/db/pg'
 * import { Pool } from 'pg'
 *
 * const driver = pg(new Pool({ host: '127.0.0.1', database: 'app' }))
 * console.log(driver.kind, driver.dialect) // pg postgres
 * ```
 */
export function pg(pool: PgPool, options: PgOptions = {}): DatabaseDriver {
  assertPool(pool)
  checkOptions(options, 'pg', { maxPrepared: maxPreparedOption })
  const { host = '', port = '', database = '' } = pool.options ?? {}
  const usage = new PoolUse(pool)
  const makers = new RowMakers()
  let parsers: PgTypes | undefined
  return {
    kind: 'pg',
    dialect: 'postgres',
    identity: `pg:${host}:${port}/${database} ${timeZone()}`,
    bytes: 'buffer',
    maxPrepared: options.maxPrepared ?? 200,
    async acquire() {
      const client = await connected(pool)
      if (client.getTypeParser !== undefined) parsers = client as PgTypes
      return new PgConnection(client, usage)
    },
    rowMaker(columns) {
      const types = parsers
      return makers.of(columns, (type) => types?.getTypeParser(type, 'text') ?? asItCame)
    },
    usage() {
      const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pool
      return { active: totalCount - idleCount, idle: idleCount, waiting: waitingCount }
    },
    isRejected: isRejectedByPostgres,
    isOutOfDate,
  }
}

/** Without private fields: a wrapper may inherit from it, to run statements in its own way. */
class PgConnection implements DatabaseConnection {
  readonly identity: PgClient
  readonly isEmbedded = false
  readonly isUntouched: boolean
  readonly use: PoolUse

  constructor(client: PgClient, use: PoolUse) {
    this.identity = client
    this.isUntouched = use.isUntouched(client)
    this.use = use
  }

  get serverProcess(): number | null | undefined {
    return this.identity.processID
  }

  get inTransaction(): boolean | undefined {
    const status = this.identity.getTransactionStatus?.()
    return status === undefined || status === null ? undefined : status !== 'I'
  }

  run(text: string, params: Params, { name, asText = false }: RunOptions = {}): Promise<WireResult> {
    const values = params as unknown[]
    // All of it is its own: whoever wraps `query` may copy the object by `{ ...query }`.
    const query: PgQuery =
      name !== undefined
        ? { text, rowMode: 'array', types: AS_IT_CAME, values, name }
        : // Without values the statement goes by the simple protocol, which takes several at once, as `pg` itself does it.
          values.length === 0
          ? { text, rowMode: 'array', types: AS_IT_CAME }
          : { text, rowMode: 'array', types: AS_IT_CAME, values }
    const result = this.identity.query(query).then(lastWireResult)
    // The first statement of each connection is one that asks for text: what its session is like.
    return asText ? result.then(assertText) : result
  }

  isInTransaction(): Promise<boolean> {
    return isInPostgresTransaction((sql, params) => this.run(sql, params))
  }

  release(isBroken?: boolean): void {
    const { identity: client, use } = this
    released(client)
    use.release(client, () => client.release(isBroken))
  }
}

function lastWireResult(result: PgResult | PgResult[]): WireResult {
  return wireResultOf(Array.isArray(result) ? (result.at(-1) as PgResult) : result)
}

function wireResultOf({ fields, rows, rowCount, command }: PgResult): WireResult {
  return {
    columns: fields.map(({ name, dataTypeID }): Column => [name, dataTypeID]),
    rows: rows as unknown[][],
    rowCount: rowCount ?? 0,
    command,
  }
}

/** A client that reads values in a way of its own, as the native one does, would have them parsed twice. */
function assertText(result: WireResult): WireResult {
  const [row = []] = result.rows as readonly unknown[]
  if (Array.isArray(row) && row.every((value) => typeof value === 'string' || value === null)) return result
  const found = 'one whose connections ignore the `types` of a query'
  const wayOut = 'Use a `Pool` of pg without `native`, and leave its rows as they are.'
  throw wrongClient('pool', 'one that returns values as it is asked to', undefined, wayOut, found)
}

/**
 * A prepared statement keeps the types of its parameters. A value of another type cannot be read, is out of range, or cannot
 * be compared with the column. It may also be missing, or taken by another one.
 */
const OUT_OF_DATE = /^(?:22003|22007|22008|22P0[23]|26000|42804|42883|42P05)$/

function isOutOfDate(error: unknown): boolean {
  const { code, routine } = (error ?? {}) as { readonly code?: unknown; readonly routine?: unknown }
  // Its result has other columns than when it was prepared.
  return (code === '0A000' && routine === 'RevalidateCachedQuery') || OUT_OF_DATE.test(String(code))
}

export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'
export type { PgClient, PgPool, PgQuery, PgResult, PgTypes } from './pg-pool.ts'
