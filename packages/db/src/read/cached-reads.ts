/**
 * Reads through the cache. The order makes it safe: the position of the log is noted before the query begins (the cache
 * does that), a load is shared before a connection is taken, and the connection is given back before the result is kept.
 */
import { toMs } from '@hotpath/contract'
import type { Cache, LoadContext, ReadReport } from '@hotpath/core'
import { checkQueryOptions } from '../call-options.ts'
import { checkParams } from '../call-params.ts'
import type { SchemaWatch } from '../catalog/schema-watch.ts'
import type { Lender } from '../connections/lender.ts'
import type { StatementRunner } from '../connections/statement-runner.ts'
import type { QueryOptions, QueryResult } from '../query-optimizer.ts'
import type { QueryReason, QuerySource, QueryStats } from '../query-stats.ts'
import type { Settings } from '../settings.ts'
import type { TablesOfOptions } from '../table-settings.ts'
import { chooseTtl } from '../ttl/smart-ttl.ts'
import type { WriteRates } from '../ttl/write-rates.ts'
import type { Watch } from '../watch/watch.ts'
import type { Plan } from './plan.ts'
import { type CachedRead, ReadTerms, type Served } from './read-call.ts'
import { type ResultRows, hasColumnsOf } from './result-rows.ts'
import { type StoredResult, isStoredResult, refusal } from './stored.ts'
import { wireFormOf, withWire } from './wire.ts'

/** What reads work with. */
export interface CachedReadsOptions {
  readonly settings: Settings
  readonly cache: Pick<Cache, 'getOrSet' | 'entry'>
  readonly schema: SchemaWatch
  readonly lender: Lender
  readonly runner: StatementRunner
  readonly rates: WriteRates
  readonly rows: ResultRows
  readonly watch: Watch
  readonly tables: TablesOfOptions
}

/** Reads through the cache. */
export class CachedReads {
  readonly #of: CachedReadsOptions

  constructor(options: CachedReadsOptions) {
    this.#of = options
  }

  /**
   * Rows from the cache, or from the database into it.
   *
   * @param use - Makes of them what is returned, with no promise of its own.
   */
  read<Result>(read: CachedRead, use: (result: QueryResult) => Result): Promise<Result> {
    const served: Served = { report: undefined, ranMs: 0, waitMs: 0, ttlMs: 0, reason: 'default' }
    return this.#get(read, served, read.options.refresh ?? false).then((stored) => {
      if (isStoredResult(stored) && hasColumnsOf(read.plan, stored)) return use(this.#resultOf(read, served, stored))
      // Not ours, or of columns that the statement does not have any more.
      return this.#get(read, served, true).then((loaded) => use(this.#resultOf(read, served, loaded)))
    })
  }

  #get(read: CachedRead, served: Served, refresh: boolean): Promise<StoredResult> {
    const load = (context: LoadContext<StoredResult>): Promise<StoredResult> => this.#load(read, context, served)
    return this.#of.cache.getOrSet(read.key, load, new ReadTerms(read, served, refresh))
  }

  #resultOf({ plan, options, startedAt }: CachedRead, served: Served, stored: StoredResult): QueryResult {
    const { settings, rows: maker, watch } = this.#of
    const rows = maker.of(plan, stored, wireFormOf(options))
    const source = sourceOf(served.report)
    const isHit = source !== 'database'
    const stats: QueryStats = {
      source,
      durationMs: settings.clock.monotonic() - startedAt,
      waitMs: isHit ? 0 : served.waitMs,
      rowCount: stored.r.length,
      tables: plan.tables,
      ttlMs: isHit ? (served.report?.ttlLeftMs ?? 0) : served.ttlMs,
      reason: isHit ? (stored.w ?? 'default') : served.reason,
      fingerprint: plan.statement.fingerprint,
    }
    watch.measure(stats, served.ranMs, false)
    return withWire({ rows, stats }, options, stored)
  }

  /** What the cache has, without loading; for transactions. */
  async lookUp({ plan, key, options, startedAt }: CachedRead): Promise<QueryResult | undefined> {
    const { settings, cache, rows: maker, watch } = this.#of
    const { after } = options
    const entry = await cache.entry(key, after === undefined ? undefined : { after })
    if (entry === undefined || !isStoredResult(entry.value) || !hasColumnsOf(plan, entry.value)) return undefined
    const { value: stored } = entry
    const rows = maker.of(plan, stored, wireFormOf(options))
    const stats: QueryStats = {
      source: sourceOfTier(entry.tier),
      durationMs: settings.clock.monotonic() - startedAt,
      waitMs: 0,
      rowCount: stored.r.length,
      tables: plan.tables,
      ttlMs: entry.ttlLeftMs,
      reason: stored.w ?? 'default',
      fingerprint: plan.statement.fingerprint,
    }
    watch.measure(stats, 0, false)
    return withWire({ rows, stats }, options, stored)
  }

  async #load(
    { plan, params, options, session }: CachedRead,
    context: LoadContext<StoredResult>,
    served: Served,
  ): Promise<StoredResult> {
    checkQueryOptions(options)
    checkParams(plan, params)
    const { settings, schema, lender, runner, rates, rows: maker } = this.#of
    const state = schema.last()
    let isStatic: boolean | undefined
    const form = wireFormOf(options)
    // Without a turn of its own in between: statements take connections in the order in which they were called.
    // What others ask for may be of another session.
    const isShared = form?.loadWithOthers !== undefined && session === undefined
    let loaded = isShared ? await form.loadWithOthers?.(context.signal) : undefined
    if (loaded === undefined) {
      const lent = await lender.take()
      served.waitMs = lent.waitMs
      const startedAt = settings.clock.monotonic()
      const mayKeep = schema.fits(lent) && !lent.wasInTransaction
      const running = runner.runAndRelease(lent, plan, params, { session, how: form?.run?.how })
      // While the database works.
      isStatic = rates.areStatic(plan.tableTags)
      const result = await running
      loaded = { result, mayKeep, ranMs: settings.clock.monotonic() - startedAt }
    }
    // The connection is back from here on.
    const { result, mayKeep, ranMs } = loaded
    served.ranMs = ranMs
    const refused = mayKeep ? refusal(result, settings) : 'settings'
    const isSchemaCurrent = schema.isCurrent()
    if (!isSchemaCurrent) schema.expire()
    if (refused !== undefined || !isSchemaCurrent || schema.last() !== state) {
      context.skip()
      served.reason = refused ?? 'table'
    } else {
      isStatic ??= rates.areStatic(plan.tableTags)
      const { ttlMs, reason } = this.#ttlOf(plan, options, { isStatic, ranMs })
      served.ttlMs = ttlMs
      served.reason = reason
      context.setTtl(ttlMs)
    }
    return maker.keep(plan, result, served.reason)
  }

  #ttlOf(
    plan: Plan,
    { ttl }: QueryOptions,
    { isStatic, ranMs }: { readonly isStatic: boolean; readonly ranMs: number },
  ): { readonly ttlMs: number; readonly reason: QueryReason } {
    const { settings, tables } = this.#of
    const { ttls } = tables.current()
    // Of a view, those that it reads count as well.
    const byTable =
      ttls.size === 0
        ? []
        : plan.dependencies.readsTables.map((table) => ttls.get(table)).filter((ms) => ms !== undefined)
    const { hasAggregates, hasWindows } = plan.statement
    return chooseTtl({
      byCall: ttl === undefined ? undefined : toMs(ttl, 'ttl'),
      byTable: byTable.length === 0 ? undefined : Math.min(...byTable),
      isStatic,
      isSlow: ranMs >= settings.slowMs,
      isAnalytics: hasAggregates || hasWindows,
    })
  }
}

function sourceOf(report: ReadReport | undefined): QuerySource {
  if (report === undefined || report.from === 'load') return 'database'
  return report.from === 'joined' ? 'joined' : sourceOfTier(report.tier)
}

function sourceOfTier(tier: string | undefined): QuerySource {
  return tier === 'memory' || tier === 'redis' ? tier : 'sql'
}
