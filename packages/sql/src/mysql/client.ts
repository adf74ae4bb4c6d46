import { ConfigError, kindOf } from '@hotpath/contract'

/** A query with its values. */
export interface MysqlQuery {
  /** SQL. */
  readonly sql: string
  /** For each `?`. */
  readonly values?: (string | number | null | Buffer | Buffer[])[]
  /** Rows come as objects. */
  readonly rowsAsArray: false
  /** Values come as the types that they have. */
  readonly typeCast: true
}

/** One connection of a pool. */
export interface MysqlConnection {
  /** Runs a query. */
  query(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Gives it back. */
  release(): void
}

/** As much of a pool as is needed: one of `mysql2/promise`, or anything of its shape. The tier never ends it. */
export interface MysqlPool {
  /** Runs a query on any connection. */
  query(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Runs a query that is prepared once. */
  execute(query: MysqlQuery): Promise<[unknown, unknown]>
  /** Takes a connection. */
  getConnection(): Promise<MysqlConnection>
}

/** @throws ConfigError for what is not a pool. */
export function assertPool(pool: unknown): asserts pool is MysqlPool {
  const { query, execute, getConnection, promise } = (pool ?? {}) as Partial<MysqlPool> & { readonly promise?: unknown }
  const isPool = [query, execute, getConnection].every((method) => typeof method === 'function')
  // The pool with callbacks looks alike, and makes one of promises.
  if (isPool && promise === undefined) return
  const seen = isPool ? 'one with callbacks' : kindOf(pool)
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`pool\` must be a pool of connections with promises, received ${seen}. Use for example \`mysql({ pool: createPool(uri) })\` with \`createPool\` of mysql2/promise.`,
  )
}
