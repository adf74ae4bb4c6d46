/** As much of `pg` as is used: the shape of its pools, and how a connection is taken from one. */
import { wrongClient } from './assert-client.ts'

/** What `pg` takes for one statement. */
export interface PgQuery {
  /** SQL. */
  readonly text: string
  /** For `$1` and so on. */
  readonly values?: unknown[]
  /** Prepared once under this name. */
  readonly name?: string
  /** Rows come as arrays. */
  readonly rowMode: 'array'
  /** How values are read. */
  readonly types: PgTypes
}

/** Parsers, by type. */
export interface PgTypes {
  /** The parser of a type. */
  getTypeParser(oid: number, format?: string): (value: string) => unknown
}

/** What a statement returned. */
export interface PgResult {
  /** Columns. */
  readonly fields: readonly {
    /** Name of the column. */
    readonly name: string
    /** Its type. */
    readonly dataTypeID: number
  }[]
  /** One array for each row. */
  readonly rows: unknown[]
  /** How many rows were returned or changed. */
  readonly rowCount: number | null
  /** Which command it was. */
  readonly command: string
}

/** One connection of a pool. */
export interface PgClient {
  /** Runs a statement. */
  query(query: PgQuery): Promise<PgResult>
  /** Gives it back; with `true` it is closed. */
  release(destroy?: boolean): void
  /** The parser of a type, with those that were set for this connection. */
  getTypeParser?(oid: number, format?: string): (value: string) => unknown
  /** `'I'` outside of a transaction. */
  getTransactionStatus?(): string | null | undefined
  /** Listens to errors while no statement runs. */
  on?(event: 'error', listener: () => void): unknown
  /** Ends that. */
  removeListener?(event: 'error', listener: () => void): unknown
  /** Process of the server that it is connected to. */
  readonly processID?: number | null | undefined
}

/** As much of a pool of `pg` as is needed. It is never ended. */
export interface PgPool {
  /** Takes a connection. */
  connect(): Promise<PgClient>
  /** Connections that are open. */
  readonly totalCount?: number | undefined
  /** Those of them that are unused. */
  readonly idleCount?: number | undefined
  /** Callers that wait. */
  readonly waitingCount?: number | undefined
  /** How it was made. */
  readonly options?:
    | {
        /** Host. */ readonly host?: string | undefined
        /** Port. */ readonly port?: number | undefined
        /** Database. */ readonly database?: string | undefined
        /** Whether values come in the binary format. */ readonly binary?: boolean | undefined
      }
    | undefined
}

/** A server that goes away while no statement runs is seen by the next one. */
function ignore(): void {}

/** What pools of `pg` do as well: they call back, before anything else of the connection is read. */
interface CallingPool {
  connect(done: (error: unknown, client?: PgClient) => void): Promise<PgClient> | undefined
}

/**
 * Takes a connection, and listens to its errors: a server may go away in the moment in which a connection is there, before a promise of
 * it has called anybody.
 */
export function connected(pool: PgPool): Promise<PgClient> {
  return new Promise((resolve, reject) => {
    const take = (client: PgClient): void => {
      // A pool may do both: call back, and return a promise.
      released(client)
      client.on?.('error', ignore)
      resolve(client)
    }
    const called = pool as unknown as CallingPool
    const connecting = called.connect((error, client) => (client ? take(client) : reject(error)))
    // A pool of another make may know promises alone.
    connecting?.then(take, reject)
  })
}

/** Ends that. */
export function released(client: PgClient): void {
  client.removeListener?.('error', ignore)
}

/** @throws ConfigError for what is not a pool, and for one that asks for the `binary` format. */
export function assertPool(pool: unknown): asserts pool is PgPool {
  const { connect, options } = (pool ?? {}) as Partial<PgPool>
  const isClient = Object(pool) === pool && 'connectionParameters' in (pool as object)
  const wayOut = 'Use for example `pg(new Pool({ connectionString }))` with `Pool` of pg.'
  if (isClient || typeof connect !== 'function') {
    throw wrongClient('pool', 'a pool of connections', pool, wayOut, isClient ? 'a `Client`' : undefined)
  }
  if (options?.binary === true) {
    throw wrongClient('pool', 'one without the `binary` format, in which pg damages bytes', pool, wayOut)
  }
}
