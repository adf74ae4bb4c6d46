/** The optimizer: decides for each statement whether the cache may serve it, and hands it to what runs it. */
import { type Token, detach } from '@hotpath/contract'
import { checkQueryOptions, checkStatement, checkTableNames, checkTransaction } from './call-options.ts'
import { checkParams } from './call-params.ts'
import { type SchemaState, SchemaWatch } from './catalog/schema-watch.ts'
import { Lender } from './connections/lender.ts'
import { StatementRunner } from './connections/statement-runner.ts'
import { UnderWay } from './connections/under-way.ts'
import type { Params } from './driver/driver.ts'
import { copyOfParams } from './keys/params-key.ts'
import { movesNames, resultKey, sessionOf } from './keys/result-key.ts'
import type {
  DatabaseTransaction,
  Explanation,
  OptimizerStats,
  QueryOptimizer,
  QueryOptions,
  QueryResult,
  Row,
  SessionOptions,
  TransactionOptions,
} from './query-optimizer.ts'
import { CachedReads } from './read/cached-reads.ts'
import { explanationOf } from './read/explain.ts'
import { Plans } from './read/plans.ts'
import { ResultRows } from './read/result-rows.ts'
import { wireFormOf } from './read/wire.ts'
import type { Settings } from './settings.ts'
import { Transactions } from './transaction/transactions.ts'
import { TablesOfOptions } from './table-settings.ts'
import { WriteRates } from './ttl/write-rates.ts'
import type { QueryEventType, QueryListener } from './watch/events.ts'
import { Watch } from './watch/watch.ts'
import { Changes } from './write/changes.ts'
import { Invalidations } from './write/invalidations.ts'
import { LateWrites } from './write/late-writes.ts'
import { UncachedStatements } from './write/uncached-statements.ts'
import { WrittenRows } from './write/written-rows.ts'

/** A statement as it came, with parameters and a session that nobody else changes. */
interface Call {
  readonly sql: string
  readonly params: Params
  readonly options: QueryOptions
  /** For whom, as it was when the call came. */
  readonly session: SessionOptions | undefined
  readonly startedAt: number
}

/** The optimizer. */
export class Optimizer implements QueryOptimizer {
  readonly driver: QueryOptimizer['driver']
  readonly #settings: Settings
  readonly #lender: Lender
  readonly #schema: SchemaWatch
  readonly #watch: Watch
  readonly #plans: Plans
  readonly #invalidations: Invalidations
  readonly #lateWrites: LateWrites
  readonly #reads: CachedReads
  readonly #uncached: UncachedStatements
  readonly #transactions: Transactions
  readonly #underWay = new UnderWay()
  #closing: Promise<void> | undefined
  readonly #inspect: (key: string) => Promise<Parameters<typeof explanationOf>[0]['inspection']>

  constructor(settings: Settings) {
    const { cache: log, driver, clock } = settings
    // The database has timeouts of its own, and a failed statement is nothing to wait after.
    const cache = log.namespace(settings.name, { timeout: false, backoff: false, staleIfError: false })
    const watch = new Watch(settings)
    const lender = new Lender({
      ...{ driver, clock, acquireMs: settings.acquireMs },
      openTransactions: () => this.#transactions.open,
    })
    const runner = new StatementRunner(driver)
    const schema = new SchemaWatch({
      ...{ driver, clock, lender, log, checkMs: settings.schemaCheckMs },
      begun: () => log.ready(),
      changed: async () => {
        runner.schemaChanged()
        watch.events.emit({ type: 'schema' })
        await this.#invalidations.schemaChanged()
      },
      failed: (cause) =>
        watch.fault('ERR_DB_SCHEMA', 'The schema could not be read. What is known of it stays in use.', cause),
    })
    const written = new WrittenRows(clock)
    this.#plans = new Plans({ invalidatesRows: (table, keys) => written.note(table, keys) })
    const rows = new ResultRows(driver)
    const rates = new WriteRates(log, clock)
    const tables = new TablesOfOptions({ settings, schema, unknown: (error) => watch.events.fault(error) })
    const invalidations = new Invalidations({ cache, schema, tables })
    const lateWrites = new LateWrites({ clock, dialect: driver.dialect, lender, invalidations })
    const common = { settings, cache, schema, lender, runner, rates, rows, watch, invalidations, lateWrites, tables }
    const reads = new CachedReads(common)
    const { kind, dialect, isExactAsText, asParam } = driver
    this.driver = { kind, dialect, isExactAsText, asParam }
    this.#settings = settings
    this.#lender = lender
    this.#schema = schema
    this.#watch = watch
    this.#invalidations = invalidations
    this.#lateWrites = lateWrites
    this.#reads = reads
    this.#uncached = new UncachedStatements(common)
    this.#transactions = new Transactions({
      ...common,
      reads,
      plan: (sql) => this.#plans.of(sql, schema.last() as SchemaState),
    })
    this.#inspect = (key) => cache.inspect(key)
  }

  query<Of = Row>(sql: string, params: Params = [], options: QueryOptions = {}): Promise<Of[]> {
    return this.#call(sql, params, options, rowsOf) as Promise<Of[]>
  }

  executeWithStats<Of = Row>(sql: string, params: Params = [], options: QueryOptions = {}): Promise<QueryResult<Of>> {
    return this.#call(sql, params, options, itself) as Promise<QueryResult<Of>>
  }

  /** @param use - Makes of the result what is returned. */
  #call<Result>(
    sql: string,
    params: Params,
    options: QueryOptions,
    use: (result: QueryResult) => Result,
  ): Promise<Result> {
    const tx = this.#transactions.current()
    if (tx !== undefined) return tx.executeWithStats(sql, params, options).then(use)
    try {
      this.#underWay.assertOpen()
      checkStatement(sql, params)
      const startedAt = this.#settings.clock.monotonic()
      const state = this.#schema.current(startedAt)
      // The caller may change its list while the statement waits.
      const session = sessionOf(options, this.#settings)
      const call = { sql, params: copyOfParams(params), options, session, startedAt }
      return state === undefined ? this.#underWay.track(this.#later(call, use)) : this.#execute(state, call, use)
    } catch (error) {
      // What is wrong with the call, as a rejection like all other errors.
      return Promise.reject(error)
    }
  }

  async #later<Result>(call: Call, use: (result: QueryResult) => Result): Promise<Result> {
    return this.#execute(await this.#schema.ready(), call, use)
  }

  #execute<Result>(
    state: SchemaState,
    { sql, params, options, session, startedAt }: Call,
    use: (result: QueryResult) => Result,
  ): Promise<Result> {
    const plan = this.#plans.of(sql, state)
    const isBlind = plan.hasRowSecurity && session === undefined
    const isMoved = movesNames(session)
    const bypass =
      plan.bypass ?? (options.cache === false ? 'option' : isBlind ? 'row-security' : isMoved ? 'settings' : undefined)
    const key = bypass === undefined ? resultKey(plan, params, session, wireFormOf(options)) : undefined
    if (key === undefined) {
      checkQueryOptions(options)
      checkParams(plan, params)
      options.signal?.throwIfAborted()
      const statement = { plan, params, options, session, bypass: bypass ?? ('parameter' as const), startedAt }
      return detach(this.#underWay.track(this.#uncached.run(statement)), options.signal).then(use)
    }
    return this.#reads.read({ plan, key, params, options, session, startedAt }, use)
  }

  /** Whether ORMs may read on other connections than ours: no transaction by context, and no session with settings. */
  mayStream(): boolean {
    return this.#transactions.current() === undefined && sessionOf({}, this.#settings)?.settings === undefined
  }

  // oxlint-disable-next-line typescript/require-await -- errors are rejections
  async transaction<Result>(
    run: (tx: DatabaseTransaction) => Result | Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    const outer = this.#transactions.current()
    if (outer !== undefined) return outer.transaction(run, options)
    this.#underWay.assertOpen()
    checkTransaction(run, options)
    return this.#underWay.track(this.#transactions.run(run, options))
  }

  async explain(sql: string, params: Params = [], options: Pick<QueryOptions, 'session'> = {}): Promise<Explanation> {
    this.#underWay.assertOpen()
    checkStatement(sql, params)
    const session = sessionOf(options, this.#settings)
    const state = await this.#schema.ready()
    const plan = this.#plans.of(sql, state)
    const changes = new Changes()
    this.#invalidations.collect(changes, plan, params)
    const isBlind = plan.hasRowSecurity && session === undefined
    const bypass = plan.bypass ?? (isBlind ? 'row-security' : movesNames(session) ? 'settings' : undefined)
    const key = bypass === undefined ? resultKey(plan, params, session) : undefined
    const inspection = key === undefined ? undefined : await this.#inspect(key)
    const writtenTags = this.#invalidations.tagsOf(changes)
    return explanationOf({ plan, params, bypass, inspection, writtenTags, log: this.#settings.cache })
  }

  async invalidateTables(tables: readonly string[]): Promise<Token> {
    this.#underWay.assertOpen()
    checkTableNames(tables)
    return this.#invalidations.tables(tables)
  }

  stats(): OptimizerStats {
    const { statistics } = this.#watch
    return {
      ...statistics.counts(),
      pool: this.#settings.driver.usage?.(),
      lent: this.#lender.lent,
      waiting: this.#lender.waiting,
      openTransactions: this.#transactions.open,
      fingerprints: statistics.fingerprints(),
    }
  }

  on<Type extends QueryEventType | '*'>(type: Type, listener: QueryListener<Type>): () => void {
    return this.#watch.events.on(type, listener)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    await this.#underWay.close(this.#settings.clock)
    await this.#lateWrites.close()
    this.#lender.close()
    this.#watch.close()
  }
}

function rowsOf({ rows }: QueryResult): Row[] {
  return rows
}

function itself(result: QueryResult): QueryResult {
  return result
}
