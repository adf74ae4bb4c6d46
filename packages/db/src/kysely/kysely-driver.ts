/** The driver that Kysely runs its statements by. */
import type { QueryOptimizer, TransactionOptions } from '../query-optimizer.ts'
import type { WireForm, WireQueryResult } from '../read/wire.ts'
import { mayStream } from '../orm/may-stream.ts'
import { OrmSession } from '../orm/orm-session.ts'

/** A statement, as Kysely compiles it. */
export interface KyselyQuery {
  /** SQL. */
  readonly sql: string
  /** For its placeholders. */
  readonly parameters: readonly unknown[]
}

/** What Kysely is told of a statement. */
export interface KyselyResult<Of> {
  /** Rows. */
  readonly rows: Of[]
  /** How many rows a write concerned. */
  readonly numAffectedRows?: bigint
  /** How many of them it changed; MySQL alone says so. */
  readonly numChangedRows?: bigint
  /** Key that the database gave to an inserted row; not PostgreSQL. */
  readonly insertId?: bigint
}

/** What may end an operation. */
export interface KyselyOperationOptions {
  /** Detaches the caller. */
  readonly signal?: AbortSignal | undefined
}

/** A connection of Kysely. */
export interface KyselyConnection {
  /** Runs a statement. */
  executeQuery<Of>(query: KyselyQuery, options?: KyselyOperationOptions): Promise<KyselyResult<Of>>
  /** Runs a statement whose rows come in parts. */
  streamQuery<Of>(
    query: never,
    chunkSize: number,
    options?: KyselyOperationOptions,
  ): AsyncIterableIterator<KyselyResult<Of>>
}

/** As much of a driver of Kysely as streams need. */
export interface KyselyInnerDriver {
  /** Called once, before all else. */
  init(options?: KyselyOperationOptions): Promise<void>
  /** Takes a connection. */
  acquireConnection(options?: KyselyOperationOptions): Promise<Pick<KyselyConnection, 'streamQuery'>>
  /** Gives it back. */
  releaseConnection(connection: never, options?: KyselyOperationOptions): Promise<void>
  /** Ends the pool. */
  destroy(options?: KyselyOperationOptions): Promise<void>
}

/** Settings of a transaction, as Kysely has them. */
export interface KyselyTransactionSettings {
  /** May be `'read only'`. */
  readonly accessMode?: string
  /** A level of isolation. */
  readonly isolationLevel?: string
}

const ROWS: WireForm = { rows: 'objects' }
const AFFECTING = /^(?:INSERT|UPDATE|DELETE|MERGE)$/

/** Runs the statements of Kysely through an optimizer. */
export class KyselyDriver implements KyselyInnerDriver {
  readonly #db: QueryOptimizer
  readonly #inner: KyselyInnerDriver

  /**
   * @param db - Runs all statements but streams.
   * @param inner - Has the connections for streams.
   */
  constructor(db: QueryOptimizer, inner: KyselyInnerDriver) {
    this.#db = db
    this.#inner = inner
  }

  /** Called by Kysely once. */
  init(options?: KyselyOperationOptions): Promise<void> {
    return this.#inner.init(options)
  }

  /** What Kysely runs statements by. No connection of the pool is taken for it. */
  // oxlint-disable-next-line typescript/require-await -- Kysely waits for it
  async acquireConnection(): Promise<KyselySession> {
    return new KyselySession(this.#db, this.#inner)
  }

  /** Begins a transaction. */
  beginTransaction(session: KyselyConnection, settings: KyselyTransactionSettings): Promise<void> {
    const { isolationLevel: isolation, accessMode } = settings
    const options = {
      ...(isolation !== undefined && { isolation }),
      ...(accessMode === 'read only' && { readOnly: true }),
    }
    return ormOf(session).control({ type: 'begin', options: options as TransactionOptions })
  }

  /** Commits it; resolves when what it wrote is invalidated. */
  commitTransaction(session: KyselyConnection): Promise<void> {
    return ormOf(session).control({ type: 'commit' })
  }

  /** Undoes it. */
  rollbackTransaction(session: KyselyConnection): Promise<void> {
    return ormOf(session).control({ type: 'rollback' })
  }

  /** Sets a savepoint. */
  savepoint(session: KyselyConnection, name: string): Promise<void> {
    return ormOf(session).control({ type: 'savepoint', name })
  }

  /** Undoes what came after it. */
  rollbackToSavepoint(session: KyselyConnection, name: string): Promise<void> {
    return ormOf(session).control({ type: 'rollback-to', name })
  }

  /** Keeps what came after it. */
  releaseSavepoint(session: KyselyConnection, name: string): Promise<void> {
    return ormOf(session).control({ type: 'release', name })
  }

  /** Rolls back what was left open. */
  releaseConnection(session: KyselyConnection): Promise<void> {
    return ormOf(session).release()
  }

  /** Ends the pool of the dialect, as without the optimizer. */
  destroy(options?: KyselyOperationOptions): Promise<void> {
    return this.#inner.destroy(options)
  }
}

/** A connection, as Kysely has it. */
export class KyselySession implements KyselyConnection {
  readonly orm: OrmSession
  readonly #db: QueryOptimizer
  readonly #inner: KyselyInnerDriver

  constructor(db: QueryOptimizer, inner: KyselyInnerDriver) {
    this.orm = new OrmSession(db)
    this.#db = db
    this.#inner = inner
  }

  executeQuery<Of>({ sql, parameters }: KyselyQuery, options?: KyselyOperationOptions): Promise<KyselyResult<Of>> {
    const signal = options?.signal
    return this.orm.run<Of>(sql, parameters, ROWS, signal === undefined ? {} : { signal }).then(resultOf)
  }

  async *streamQuery<Of>(
    query: KyselyQuery,
    chunkSize: number,
    options?: KyselyOperationOptions,
  ): AsyncIterableIterator<KyselyResult<Of>> {
    if (await this.#mayStream(query)) {
      const connection = await this.#inner.acquireConnection(options)
      try {
        yield* connection.streamQuery<Of>(query as never, chunkSize, options)
      } finally {
        await this.#inner.releaseConnection(connection as never, options)
      }
      return
    }
    const { rows } = (await this.orm.run<Of>(query.sql, query.parameters, ROWS, {
      cache: false,
    })) as WireQueryResult<Of>
    const size = Math.max(1, chunkSize)
    for (let at = 0; at < rows.length; at += size) yield { rows: rows.slice(at, at + size) }
  }

  /**
   * Writes have to invalidate, a transaction has a connection of its own, a session has settings, and an embedded database
   * has one connection alone.
   */
  async #mayStream({ sql, parameters }: KyselyQuery): Promise<boolean> {
    if (this.orm.inTransaction || /^(?:sqlite|pglite)$/.test(this.#db.driver.kind)) return false
    if (!mayStream(this.#db)) return false
    const { decision } = await this.#db.explain(sql, parameters)
    return decision !== 'write'
  }
}

function ormOf(session: KyselyConnection): OrmSession {
  return (session as KyselySession).orm
}

function resultOf<Of>(result: WireQueryResult<Of> | undefined): KyselyResult<Of> {
  // Of what begins or ends a savepoint.
  if (result === undefined) return { rows: [] }
  const { rows, wire, stats } = result
  const { columns, rowCount, command, header } = wire
  // PostgreSQL names the command; of the others a statement without columns changed rows.
  const isAffecting = command === undefined ? columns.length === 0 : AFFECTING.test(command)
  if (!isAffecting) return { rows }
  const { insertId } = stats
  const { changedRows } = (header ?? {}) as { readonly changedRows?: number }
  return {
    rows,
    numAffectedRows: BigInt(rowCount),
    ...(changedRows !== undefined && { numChangedRows: BigInt(changedRows) }),
    ...(insertId !== undefined && (header === undefined || Number(insertId) !== 0) && { insertId: BigInt(insertId) }),
  }
}
