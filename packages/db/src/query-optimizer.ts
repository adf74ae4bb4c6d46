/** What an optimizer offers. */
import type { Duration, Token } from '@hotpath/contract'
import type { DatabaseDriver, PoolUsage, Params } from './driver/driver.ts'
import type { Bypass } from './read/plan.ts'
import type { QueryStats } from './query-stats.ts'
import type { QueryEventType, QueryListener } from './watch/events.ts'
import type { FingerprintStats, StatementCounts } from './watch/statistics.ts'

/** A row, of no type that is known. */
export type Row = Record<string, unknown>

/** For whom a statement is run, where the database shows each session other rows. */
export interface SessionOptions {
  /** Names all that may see the same rows, as `'tenant:7'`. It is a part of keys. */
  readonly key: string
  /**
   * Settings of PostgreSQL that hold for the statement or transaction, as `{ 'app.tenant': '7' }`. They are set within a
   * transaction, so that nobody else who gets the connection has them. Settings by which strings of SQL are read in
   * another way are refused. Default: none.
   */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** Options of one statement. */
export interface QueryOptions {
  /** A write that the read must see: `stats.token` of it, or what `onCommit` got. */
  readonly after?: Token | undefined
  /** How long the result is kept; 0: not at all. Default: by the statement, its tables and its cost. */
  readonly ttl?: Duration | undefined
  /** Whether the cache is used. Default `true`. */
  readonly cache?: boolean | undefined
  /** Load anew and store, whatever is cached. Default `false`. */
  readonly refresh?: boolean | undefined
  /** Detaches this caller; the statement goes on for others. In a transaction it is looked at before the statement is run. */
  readonly signal?: AbortSignal | undefined
  /** For whom it is run. Default: that of the optimizer; in a transaction, that one's, and no other is allowed. */
  readonly session?: SessionOptions | undefined
}

/** Rows, and what is said of how they came. */
export interface QueryResult<Of = Row> {
  /** Rows, made for this caller alone. */
  readonly rows: Of[]
  /** What is said of the statement. */
  readonly stats: QueryStats
}

/** Levels of isolation. */
export type Isolation = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable'

/** Options of a transaction. */
export interface TransactionOptions {
  /** Default: that of the session. SQLite has one level. */
  readonly isolation?: Isolation | undefined
  /** Whether it may not write. Default `false`. */
  readonly readOnly?: boolean | undefined
  /** For whom it is run. Default: that of the optimizer. */
  readonly session?: SessionOptions | undefined
  /** Called with the token of the commit once it is invalidated what the transaction wrote; not when it wrote nothing. */
  readonly onCommit?: ((token: Token) => void) | undefined
}

/** Runs statements: an optimizer, or a transaction of it. */
export interface Queryable {
  /**
   * Runs a statement and returns its rows.
   *
   * @param params - For its placeholders: a list, or on SQLite and MySQL an object for those with names.
   * @throws What the driver throws; DatabaseError `ERR_DB_POOL_TIMEOUT`, `ERR_DB_TRANSACTION`; ConfigError for options
   *   that are unknown or wrong and for parameters that do not fit the placeholders, where the database is asked.
   */
  query<Of = Row>(sql: string, params?: Params, options?: QueryOptions): Promise<Of[]>
  /** The same, with what is said of how the rows came. */
  executeWithStats<Of = Row>(sql: string, params?: Params, options?: QueryOptions): Promise<QueryResult<Of>>
}

/** A transaction that is open. */
export interface DatabaseTransaction extends Queryable {
  /**
   * Runs a part of it that is undone alone when it fails: a savepoint. Of parts that are begun at once, one begins when the
   * one before has ended; one that is begun within another is a part of that. Statements that are run by the outer `tx` while
   * a part is open belong to the part.
   *
   * @throws DatabaseError `ERR_DB_TRANSACTION` for a `session`, `isolation` or `readOnly` that is not that of all of it.
   */
  transaction<Result>(
    run: (tx: DatabaseTransaction) => Result | Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
}

/** What would happen to a statement, and why. */
export interface Explanation {
  /** `hit` and `miss` of a statement whose result may be kept; `bypass`: it goes to the database; `write`: and invalidates. */
  readonly decision: 'hit' | 'miss' | 'bypass' | 'write'
  /** Why, in a sentence. */
  readonly why: string
  /** Why it is not kept. */
  readonly bypass: Bypass | undefined
  /** Key of the result in the cache. */
  readonly key: string | undefined
  /** What the result depends on, or what the write invalidates. */
  readonly tags: readonly string[]
  /** Of a miss: the dependencies that have invalidated what the cache had. */
  readonly invalidatedBy: readonly string[]
  /** Tables that it reads or writes. */
  readonly tables: readonly string[]
  /** Its shape. */
  readonly fingerprint: string
  /** Of a hit: how long it is kept from now on, in milliseconds. */
  readonly ttlLeftMs: number | undefined
}

/** What an optimizer counted. */
export interface OptimizerStats extends StatementCounts {
  /** Connections of the pool, where the driver says so. */
  readonly pool: PoolUsage | undefined
  /** Connections that are lent to the optimizer. */
  readonly lent: number
  /** Callers that wait for a connection. */
  readonly waiting: number
  /** Transactions that are open. */
  readonly openTransactions: number
  /** Shapes of statements, those first on which the database spent most time. */
  readonly fingerprints: readonly FingerprintStats[]
}

/** A database with a cache before it. */
export interface QueryOptimizer extends Queryable, AsyncDisposable {
  /** Which driver it has, and the SQL that it takes. */
  readonly driver: Pick<DatabaseDriver, 'kind' | 'dialect' | 'isExactAsText' | 'asParam'>
  /**
   * Runs a transaction: committed when `run` resolves, rolled back when it rejects. What it wrote is invalidated by one
   * append, after the commit.
   *
   * @returns What `run` resolved to.
   * @throws ConfigError for options that are unknown or wrong; what `run` and the driver throw; DatabaseError `ERR_DB_ROLLED_BACK` where the database rolled back although it
   *   was told to commit.
   */
  transaction<Result>(
    run: (tx: DatabaseTransaction) => Result | Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>
  /** Says whether a statement would be served by the cache, and why not. Runs nothing. */
  explain(sql: string, params?: Params, options?: Pick<QueryOptions, 'session'>): Promise<Explanation>
  /**
   * Invalidates what depends on tables that were changed past the optimizer.
   *
   * @param tables - `'tickets'`, `'app.tickets'`. What cascades and triggers of them change is invalidated too.
   * @throws ConfigError for what is not a list of names, for an empty one, and for a name of no table that the catalog
   *   shows, which is looked at again before: nothing is invalidated then.
   */
  invalidateTables(tables: readonly string[]): Promise<Token>
  /** What was counted so far. */
  stats(): OptimizerStats
  /** Listens to one event, or to all as `'*'`; the function that it returns ends that. */
  on<Type extends QueryEventType | '*'>(type: Type, listener: QueryListener<Type>): () => void
  /**
   * Refuses later calls with ClosedError `ERR_DB_CLOSED`, waits at most 5 s for writes and transactions under way, and ends
   * timers and listeners. The pool and the cache stay open: they are yours, to be closed after it. Idempotent.
   */
  close(): Promise<void>
}
