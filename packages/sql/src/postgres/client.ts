import { ConfigError, kindOf, wrongOptionSeen } from '@hotpath/contract'
import type { PostgresTypes } from './value-types.ts'

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
  /** How values are read, whatever the pool's own settings say. */
  readonly types?: PostgresTypes
}

/** An open connection. */
export interface PostgresSession {
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
  /** Listens no more. */
  off(event: 'error', listener: (error: Error) => void): unknown
  /** Lets the process end although it is open. */
  unref?(): unknown
}

/** One connection of a pool. */
export interface PostgresConnection extends PostgresSession {
  /** Gives it back; with `true` it is closed. */
  release(destroy?: boolean): void
}

/** A connection that is of no pool. */
export interface PostgresClient extends PostgresSession {
  /** Opens it. */
  connect(): Promise<unknown>
  /** Closes it. */
  end(): Promise<unknown>
}

/** Makes connections. */
export interface PostgresClientClass {
  /** @param options - Those of a pool. */
  new (options: never): PostgresClient
}

/** As much of a pool as is needed: one of `pg`, or anything of its shape. The tier never ends it. */
export interface PostgresPool {
  /** Takes a connection. Without `Client` one is kept for as long as caches are open, to hear of new records. */
  connect(): Promise<PostgresConnection>
  /** What it makes its connections by, of its `options`: for one beside them, to hear of new records. */
  readonly Client?: PostgresClientClass | undefined
  /** Listens. */
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Listens. */
  on(event: 'connect', listener: (connection: PostgresConnection) => void): unknown
  /** Whether it was told to end: it waits then for the connections that are taken. */
  readonly ending?: boolean | undefined
  /** How it was made, where it tells. */
  readonly options?:
    | {
        /** How many connections it may have. */
        readonly max?: number | undefined
        /** Whether values come in the binary format. */
        readonly binary?: boolean | undefined
        /** Whether connections that nobody uses let the process end. */
        allowExitOnIdle?: boolean | undefined
      }
    | undefined
}

/**
 * @param listens - Whether a connection is kept for notifications.
 * @throws ConfigError for what is not a pool.
 */
export function assertPool(pool: unknown, listens: boolean): asserts pool is PostgresPool {
  const { connect, on, options } = (pool ?? {}) as Partial<PostgresPool>
  // A `Client` looks alike, and has one connection, which it never lends.
  const isClient = Object(pool) === pool && 'connectionParameters' in (pool as object)
  if (isClient || typeof connect !== 'function' || typeof on !== 'function') {
    throw wrongOptionSeen('pool', 'a pool of connections', pool, {
      seen: isClient ? 'a `Client`' : kindOf(pool),
      wayOut: 'Use for example `postgres({ pool: new Pool({ connectionString }) })` with `Pool` of pg.',
    })
  }
  if (options?.binary === true) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`pool` must not ask for the `binary` format, in which pg damages bytes. Give the cache a pool without it.',
    )
  }
  const isBeside = (pool as PostgresPool).Client !== undefined
  if (!listens || isBeside || options?.max === undefined || options.max > 1) return
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`pool\` must have at least 2 connections, as one is kept to hear of new records, received ${options.max}. Raise its \`max\`, or leave the log to another tier by \`log: false\`.`,
  )
}
