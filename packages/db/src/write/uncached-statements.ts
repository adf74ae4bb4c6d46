/** Runs what the cache has no part in: writes, which invalidate when they have run, and reads that must not be kept. */
import type { SchemaWatch } from '../catalog/schema-watch.ts'
import { isConnectionError } from '../connections/ending.ts'
import type { Lender, Lent } from '../connections/lender.ts'
import type { StatementRunner } from '../connections/statement-runner.ts'
import type { Params, WireResult } from '../driver/driver.ts'
import { movesNames } from '../keys/result-key.ts'
import type { QueryOptions, QueryResult, SessionOptions } from '../query-optimizer.ts'
import type { QueryStats } from '../query-stats.ts'
import type { Bypass, Plan } from '../read/plan.ts'
import type { ResultRows } from '../read/result-rows.ts'
import { wireFormOf, withWire } from '../read/wire.ts'
import type { Settings } from '../settings.ts'
import { controlError, foreignTransactionError } from '../transaction/errors.ts'
import type { Watch } from '../watch/watch.ts'
import { Changes } from './changes.ts'
import type { Append, Invalidations } from './invalidations.ts'
import type { LateWrites } from './late-writes.ts'

/** What they work with. */
export interface UncachedStatementsOptions {
  readonly settings: Settings
  readonly schema: SchemaWatch
  readonly lender: Lender
  readonly runner: StatementRunner
  readonly invalidations: Invalidations
  readonly lateWrites: LateWrites
  readonly rows: ResultRows
  readonly watch: Watch
}

/** A statement that goes to the database. */
export interface UncachedStatement {
  readonly plan: Plan
  /** Nobody else changes them. */
  readonly params: Params
  readonly options: QueryOptions
  readonly session: SessionOptions | undefined
  /** Why. */
  readonly bypass: Bypass
  /** When the call came. */
  readonly startedAt: number
}

/** Runs them. */
export class UncachedStatements {
  readonly #of: UncachedStatementsOptions

  constructor(options: UncachedStatementsOptions) {
    this.#of = options
  }

  /** Runs one; resolves when what it changed is invalidated. */
  async run(statement: UncachedStatement): Promise<QueryResult> {
    const { lender, invalidations } = this.#of
    const { plan } = statement
    if (plan.statement.kind === 'transaction') throw controlError()
    const lent = await lender.take()
    try {
      if (!plan.mayWrite) return await this.#run(statement, lent, nothing)
      if (lent.wasInTransaction) throw foreignTransactionError()
      return await invalidations.after((append) => this.#run(statement, lent, append))
    } finally {
      // Where it was not run.
      lent.release()
    }
  }

  async #run(
    { plan, params, options, session, bypass, startedAt }: UncachedStatement,
    lent: Lent,
    append: Append,
  ): Promise<QueryResult> {
    const { settings, schema, runner, invalidations, lateWrites, rows: maker, watch } = this.#of
    const { clock } = settings
    const form = wireFormOf(options)
    const changes = new Changes()
    invalidations.collect(changes, plan, params)
    // Names stand for other tables there.
    if (plan.mayWrite && (!schema.fits(lent) || movesNames(session))) changes.addAll()
    // Asked for a read alone: it counts connections that are not like the others.
    const mayKeep = form !== undefined && !plan.mayWrite && schema.fits(lent) && !lent.wasInTransaction
    const ranAt = clock.monotonic()
    let result: WireResult
    try {
      result = await runner.runAndRelease(lent, plan, params, { session, how: form?.run?.how })
    } catch (error) {
      schema.sessionUsed(lent, plan.mayChangeSession)
      if (!this.#changedNothing(error, plan)) {
        await append(changes).catch(() => {})
        if (isConnectionError(error)) lateWrites.follow(lent, changes)
      }
      throw error
    }
    const ranMs = clock.monotonic() - ranAt
    schema.sessionUsed(lent, plan.mayChangeSession)
    const token = await append(changes)
    const rows = maker.of(plan, maker.keep(plan, result), form)
    const stats: QueryStats = {
      source: 'database',
      durationMs: clock.monotonic() - startedAt,
      waitMs: lent.waitMs,
      rowCount: result.rowCount,
      tables: plan.tables,
      ttlMs: 0,
      reason: bypass,
      fingerprint: plan.statement.fingerprint,
      token,
      insertId: result.insertId,
    }
    watch.measure(stats, ranMs, plan.mayWrite)
    return withWire({ rows, stats }, options, result, { mayKeep, ranMs })
  }

  #changedNothing(error: unknown, { statement }: Plan): boolean {
    return statement.count === 1 && statement.kind !== 'unknown' && this.#of.settings.driver.isRejected(error)
  }
}

/** Of a read. */
const nothing: Append = () => Promise.resolve(undefined)
