/**
 * MySQL and MariaDB by `mysql2`: rows come as arrays. Its parsers are compiled into the reader of the connection and
 * cannot be called apart, so what is kept is what they made: strings, numbers, bytes, dates and JSON. Each caller gets
 * copies. What a `typeCast` made of a class of its own cannot be copied, and is not kept.
 */
import { ConfigError, booleanOption, checkOptions } from '@hotpath/contract'
import type { Column, DatabaseConnection, DatabaseDriver, Params } from './driver.ts'
import { wrongClient } from './assert-client.ts'
import { PoolUse } from './pool-use.ts'
import { RowMakers, copyOf } from './row-makers.ts'
import { timeZone } from './time-zone.ts'

/** What `mysql2` takes for one statement. */
export interface MysqlQuery {
  /** SQL. */
  readonly sql: string
  /** For each `?`, or by name. */
  readonly values?: never
  /** Rows come as arrays. */
  readonly rowsAsArray: true
  /** Columns of all tables lie side by side. */
  readonly nestTables: false
}

/** One connection of a pool. */
export interface MysqlConnection {
  /** Runs a statement. */
  query(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Runs a statement that is prepared once. */
  execute(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Gives it back. */
  release(): void
  /** Closes it. */
  destroy(): void
  /** Thread of the server that it is connected to. */
  readonly threadId?: number | null | undefined
  /** The connection under the one of promises. */
  readonly connection?: object | undefined
}

/** As much of a pool of `mysql2/promise` as is needed. It is never ended. */
export interface MysqlPool {
  /** Takes a connection. */
  getConnection(): Promise<MysqlConnection>
}

/** Options of `mysql()`. */
export interface MysqlOptions {
  /**
   * Whether statements are prepared (`execute` of mysql2), which takes fewer kinds of parameters: no lists for `in (?)`
   * and no objects. mysql2 bounds how many a connection keeps. Default `false`.
   */
  readonly prepare?: boolean | undefined
}

/** `float` has no exact string; `bit`, `enum` and `set` are ordered by numbers. */
const INEXACT: ReadonlySet<number> = new Set([4, 16, 247, 248])

/** The settings of a pool that are looked at, where it has them. */
interface Settings {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly database?: string
  readonly namedPlaceholders?: boolean
}

/** Lists of connections that mysql2 keeps. */
interface Lists {
  readonly _allConnections?: { readonly length: number }
  readonly _freeConnections?: { readonly length: number }
  readonly _connectionQueue?: { readonly length: number }
}

interface InnerPool extends Lists {
  readonly config?: { readonly connectionConfig?: Settings }
}

/**
 * A pool of `mysql2/promise`.
 *
 * @param pool - `createPool(…)` of `mysql2/promise`, or anything of its shape.
 * @throws ConfigError for what is not a pool with promises, and for wrong options.
 *
 * @example
 * ```ts
 * import { mysql } from '@hotpath/db/mysql'
 * import { createPool } from 'mysql2/promise'
 *
 * const pool = createPool({ host: '127.0.0.1', database: 'app' })
 * const driver = mysql(pool)
 * console.log(driver.kind, driver.dialect) // mysql2 mysql
 * await pool.end()
 * ```
 */
export function mysql(pool: MysqlPool, options: MysqlOptions = {}): DatabaseDriver {
  assertPool(pool)
  checkOptions(options, 'mysql', { prepare: booleanOption })
  const inner = (pool as { readonly pool?: InnerPool }).pool
  const settings = inner?.config?.connectionConfig ?? {}
  const { host = '', port = '', socketPath = '', database = '' } = settings
  const use = new PoolUse(pool)
  const makers = new RowMakers()
  return {
    kind: 'mysql2',
    dialect: 'mysql',
    // What is kept is what the parsers made, so that other parsers mean other results.
    identity: `mysql:${socketPath}${host}:${port}/${database} ${parsersOf(settings)} ${timeZone()}`,
    bytes: 'buffer',
    maxPrepared: 0,
    async acquire() {
      const method = options.prepare === true ? 'execute' : 'query'
      return connectionOf(await pool.getConnection(), { method, use, hasNames: settings.namedPlaceholders })
    },
    rowMaker: (columns) => makers.of(columns, () => copyOf),
    isExactAsText: (type) => !INEXACT.has(type),
    usage() {
      const { _allConnections: all, _freeConnections: free, _connectionQueue: queue } = inner ?? {}
      const idle = free?.length ?? 0
      return { active: (all?.length ?? 0) - idle, idle, waiting: queue?.length ?? 0 }
    },
    // Tables of MyISAM keep what a statement changed before it failed.
    isRejected: () => false,
  }
}

interface Header {
  readonly serverStatus?: number
  readonly affectedRows?: number
  readonly insertId?: number
}

interface Field {
  readonly name: string
  readonly columnType?: number
  readonly type?: number
  readonly flags?: unknown
}

function connectionOf(
  connection: MysqlConnection,
  {
    method,
    use,
    hasNames,
  }: { readonly method: 'query' | 'execute'; readonly use: PoolUse; readonly hasNames: boolean | undefined },
): DatabaseConnection {
  const identity = connection.connection ?? connection
  const send = (sql: string, params: Params, options: object): Promise<[unknown, unknown]> => {
    const values = (Array.isArray(params) ? [...(params as unknown[])] : params) as never
    // Statements of transactions cannot be prepared.
    return connection[isControl(sql) ? 'query' : method]({
      sql,
      values,
      rowsAsArray: true,
      nestTables: false,
      ...options,
    })
  }
  return {
    identity,
    isEmbedded: false,
    isUntouched: use.isUntouched(identity),
    serverProcess: connection.threadId,
    inTransaction: undefined,
    async run(sql, params, { asText = false, typeCast } = {}) {
      const cast = typeCast === undefined ? {} : { typeCast }
      const [rows, fields] = await send(sql, params, asText ? AS_TEXT : cast).catch((error: unknown) => {
        throw hasNames === false && isNamed(params, error) ? namesError(error) : error
      })
      return wireResultOf(rows, fields)
    },
    async isInTransaction() {
      const [header] = await connection.query({ sql: 'do 0', rowsAsArray: true, nestTables: false })
      // SERVER_STATUS_IN_TRANS; where it is not reported it may be.
      return ((header as Header | undefined)?.serverStatus ?? 1) % 2 === 1
    },
    release(isBroken) {
      use.release(identity, () => {
        if (isBroken === true) connection.destroy()
        else connection.release()
      })
    },
  }
}

/** Whether the server was sent `:name` as it is. */
function isNamed(params: Params, error: unknown): boolean {
  return !Array.isArray(params) && (error as { readonly errno?: unknown } | null)?.errno === 1064
}

function namesError(cause: unknown): ConfigError {
  const message = '`params` must be a list, received an object: names need `namedPlaceholders: true`.'
  return new ConfigError('ERR_CONFIG_OPTION', message, { cause })
}

const AS_TEXT = { typeCast: (field: { string(): string | null }): string | null => field.string() }

/** Options by which `mysql2` makes values. */
const PARSERS =
  'bigNumberStrings charset dateStrings decimalNumbers jsonStrings supportBigNumbers timezone typeCast'.split(' ')

function parsersOf(settings: object): string {
  return PARSERS.map((name) => String((settings as Readonly<Record<string, unknown>>)[name])).join(' ')
}

function isControl(sql: string): boolean {
  return /^\s*(?:begin|start|commit|rollback|savepoint|release|set)\b/i.test(sql)
}

function wireResultOf(rows: unknown, fields: unknown): ReturnType<typeof headerResult> {
  if (!Array.isArray(rows)) return headerResult(rows as Header)
  const all = fields as readonly (Field | readonly Field[] | undefined)[] | undefined
  // Several statements, or a procedure: the last one with rows counts, as their results cannot be told apart.
  if (Array.isArray(all?.[0]) || all?.[0] === undefined) {
    const last = (all ?? []).findLastIndex((one) => Array.isArray(one))
    return last < 0 ? headerResult(rows.at(-1) as Header) : wireResultOf(rows[last], all?.[last])
  }
  const columns = (all as readonly Field[]).map((field): Column => [field.name, typeOf(field)])
  return { columns, rows: rows as unknown[][], rowCount: rows.length, insertId: undefined }
}

/** The server says of an `enum` and a `set` that they are strings, and by a flag what they are. */
const ENUM = { type: 247, flag: 0x01_00 }
const SET = { type: 248, flag: 0x08_00 }

function typeOf({ columnType, type = 0, flags }: Field): number {
  const found = [ENUM, SET].find(({ flag }) => (Number(flags) & flag) !== 0)
  return found?.type ?? columnType ?? type
}

function headerResult(header: Header | undefined): {
  columns: readonly Column[]
  rows: unknown[][]
  rowCount: number
  insertId: number | undefined
  header?: Header | undefined
} {
  return { columns: [], rows: [], rowCount: header?.affectedRows ?? 0, insertId: header?.insertId, header }
}

function assertPool(pool: unknown): asserts pool is MysqlPool {
  const { getConnection, promise } = (pool ?? {}) as Partial<MysqlPool> & { readonly promise?: unknown }
  if (typeof getConnection === 'function' && promise === undefined) return
  const found = typeof getConnection === 'function' ? 'one with callbacks' : undefined
  const wayOut = 'Use for example `mysql(createPool(uri))` with `createPool` of mysql2/promise.'
  throw wrongClient('pool', 'a pool of connections with promises', pool, wayOut, found)
}

export type { Column, DatabaseConnection, DatabaseDriver, Params, WireResult } from './driver.ts'
export type { PoolUsage, RowMaker, RunOptions } from './driver.ts'
