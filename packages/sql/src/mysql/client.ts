import { ConfigError, kindOf, wrongOptionSeen } from '@hotpath/contract'

/** A query with its values. */
export interface MysqlQuery {
  /** SQL. */
  readonly sql: string
  /** For each `?`. */
  readonly values?: (string | number | null | Buffer | Buffer[])[]
  /** Rows come as objects. */
  readonly rowsAsArray: false
  /** Columns of all tables lie side by side. */
  readonly nestTables: false
  /** Each `?` is the next value. */
  readonly namedPlaceholders: false
  /** Values come as the types that they have: the driver's own reading, whatever the pool casts. */
  readonly typeCast: (field: unknown, next: () => unknown) => unknown
}

/** One connection of a pool. */
export interface MysqlConnection {
  /** Runs a query. */
  query(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Runs a query that is prepared once. */
  execute(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Gives it back. */
  release(): void
  /** Closes it. */
  destroy(): void
}

/** As much of a pool as is needed: one of `mysql2/promise`, or anything of its shape. The tier never ends it. */
export interface MysqlPool {
  /** Takes a connection. */
  getConnection(): Promise<MysqlConnection>
}

/** Whatever the pool's own settings say. */
export const SHAPE: Omit<MysqlQuery, 'sql' | 'values'> = {
  rowsAsArray: false,
  nestTables: false,
  namedPlaceholders: false,
  typeCast: (_, next) => next(),
}

interface Mysql2Settings {
  readonly config?: { readonly connectionConfig?: { readonly queryFormat?: unknown } }
}

/** @throws ConfigError for what is not a pool, and for one that rewrites statements. */
export function assertPool(pool: unknown): asserts pool is MysqlPool {
  const {
    getConnection,
    promise,
    query,
    pool: inner,
  } = (pool ?? {}) as Partial<MysqlPool> & {
    readonly promise?: unknown
    readonly query?: unknown
    readonly pool?: Mysql2Settings
  }
  const isPool = typeof getConnection === 'function'
  // The pool with callbacks looks alike, and makes one of promises.
  if (!isPool || promise !== undefined) {
    const other = typeof query === 'function' ? 'one connection' : kindOf(pool)
    throw wrongOptionSeen('pool', 'a pool of connections with promises', pool, {
      seen: isPool ? 'one with callbacks' : other,
      wayOut: 'Use for example `mysql({ pool: createPool(uri) })` with `createPool` of mysql2/promise.',
    })
  }
  if (inner?.config?.connectionConfig?.queryFormat === undefined) return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    '`pool` must not have a `queryFormat`, as it would write values into our statements in another way. Give the cache a pool without it.',
  )
}
