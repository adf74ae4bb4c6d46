import { ConfigError, kindOf } from '@hotpath/contract'

/** What a query answers with. */
export interface PostgresResult {
  /** One object for each row. */
  readonly rows: unknown[]
  /** How many rows were touched. */
  readonly rowCount: number | null
}

/** A query with its values. */
export interface PostgresQuery {
  /** Prepared once under this name. */
  readonly name?: string
  /** SQL. */
  readonly text: string
  /** For `$1` and so on. */
  readonly values?: unknown[]
}

/** One connection of a pool. */
export interface PostgresConnection {
  /** Runs a query. */
  query(query: PostgresQuery): Promise<PostgresResult>
  /** Listens. */
  on(
    event: 'notification',
    listener: (message: { readonly channel: string; readonly payload?: string | undefined }) => void,
  ): unknown
  /** Listens. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Listens. */
  on(event: 'end', listener: () => void): unknown
  /** Gives it back; with `true` it is closed. */
  release(destroy?: boolean): void
}

/** As much of a pool as is needed: one of `pg`, or anything of its shape. The tier never ends it. */
export interface PostgresPool {
  /** Runs a query on any connection. */
  query(query: PostgresQuery): Promise<PostgresResult>
  /** Takes a connection. One is kept for as long as caches are open, to hear of new records. */
  connect(): Promise<PostgresConnection>
  /** Listens. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** How it was made, where it tells. */
  readonly options?:
    | {
        /** How many connections it may have. */
        readonly max?: number | undefined
      }
    | undefined
}

/** @throws ConfigError for what is not a pool. */
export function assertPool(pool: unknown): asserts pool is PostgresPool {
  const { query, connect, on, options } = (pool ?? {}) as Partial<PostgresPool>
  if ([query, connect, on].every((method) => typeof method === 'function')) {
    if (options?.max === undefined || options.max > 1) return
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`pool\` must have at least 2 connections, as one is kept to hear of new records, received ${options.max}. Raise its \`max\`.`,
    )
  }
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`pool\` must be a pool of connections, received ${kindOf(pool)}. Use for example \`postgres({ pool: new Pool({ connectionString }) })\` with pg.`,
  )
}
