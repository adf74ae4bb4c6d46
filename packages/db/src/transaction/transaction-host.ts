/** What statements within transactions need of the optimizer. */
import type { Params, WireResult } from '../driver/driver.ts'
import { resultKey } from '../keys/result-key.ts'
import type { QueryOptions, QueryResult, SessionOptions } from '../query-optimizer.ts'
import type { CachedReads } from '../read/cached-reads.ts'
import type { Plan } from '../read/plan.ts'
import type { ResultRows } from '../read/result-rows.ts'
import { wireFormOf, withWire } from '../read/wire.ts'
import type { Settings } from '../settings.ts'
import type { Watch } from '../watch/watch.ts'
import type { Changes } from '../write/changes.ts'
import type { Invalidations } from '../write/invalidations.ts'

/** What a host works with. */
export interface TransactionHostOptions {
  readonly settings: Settings
  readonly reads: CachedReads
  readonly rows: ResultRows
  readonly invalidations: Invalidations
  readonly watch: Watch
  /** The plan of a statement. */
  readonly plan: (sql: string) => Plan
}

/** A statement of a transaction that has run. */
export interface FinishedStatement {
  readonly startedAt: number
  /** How long the database took. */
  readonly ranMs: number
  readonly options: QueryOptions
}

/** Serves the statements of transactions. */
export class TransactionHost {
  readonly #of: TransactionHostOptions

  constructor(options: TransactionHostOptions) {
    this.#of = options
  }

  /** Now, in milliseconds. */
  now(): number {
    return this.#of.settings.clock.monotonic()
  }

  /** The plan of a statement. */
  plan(sql: string): Plan {
    return this.#of.plan(sql)
  }

  /** Adds what a statement may change. */
  collect(changes: Changes, plan: Plan, params: Params): void {
    this.#of.invalidations.collect(changes, plan, params)
  }

  /** Looks for a result that the cache has for the session of the transaction. */
  async lookUp(
    plan: Plan,
    params: Params,
    options: QueryOptions,
    session: SessionOptions | undefined,
  ): Promise<QueryResult | undefined> {
    if (plan.hasRowSecurity && session === undefined) return undefined
    const startedAt = this.now()
    const key = resultKey(plan, params, session, wireFormOf(options))
    return key === undefined ? undefined : this.#of.reads.lookUp({ plan, key, params, options, session, startedAt })
  }

  /** Makes rows, and counts the statement. */
  finish(plan: Plan, result: WireResult, { startedAt, ranMs, options }: FinishedStatement): QueryResult {
    const { rows: maker } = this.#of
    const rows = maker.of(plan, maker.keep(plan, result), wireFormOf(options))
    const stats = {
      source: 'database',
      durationMs: this.now() - startedAt,
      waitMs: 0,
      rowCount: result.rowCount,
      tables: plan.tables,
      ttlMs: 0,
      reason: 'transaction',
      fingerprint: plan.statement.fingerprint,
      insertId: result.insertId,
    } as const
    this.#of.watch.measure(stats, ranMs, plan.mayWrite)
    return withWire({ rows, stats }, options, result)
  }
}
