/** An optimizer that says what to do first about the statements that are run by it. */
import { type Duration, type OptionTable, booleanOption, checkOptions, countOption, toMs } from '@hotpath/contract'
import { assertOptimizer } from '../assert-optimizer.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import { makeReport } from './make-report.ts'
import { RepeatFinder, type WatchRepeatsOptions } from './repeat-finder.ts'
import type { QueryReport } from './report.ts'
import { Samples } from './samples.ts'
import { watchedOptimizer } from './watched.ts'

/** Options of `withReport`. */
export interface WithReportOptions {
  /** How many statements are looked at, those first on which the database spent most time. Default 10. */
  readonly maxStatements?: number | undefined
  /** Tables with fewer rows may be read as a whole. Default 10,000. */
  readonly largeTable?: number | undefined
  /**
   * Whether reads are run once more for their plans (`explain analyze`), in a read-only transaction: a report then shows
   * more wrong estimates, and sorts on disk of MariaDB. Statements that write are never run. Default `false`.
   */
  readonly analyze?: boolean | undefined
  /** How long each plan may take. Default `'2s'`. */
  readonly timeout?: Duration | undefined
  /** How N+1 is looked for, in `request`. */
  readonly repeats?: Omit<WatchRepeatsOptions, 'strict'> | undefined
}

/** What an optimizer has besides, with `withReport`. */
export interface Reporting {
  /**
   * Says what to do first. Asks the catalog, and for the plan of each of the statements that took most time. Changes
   * nothing, and never fails for what the database refuses: the report says so.
   *
   * @throws ClosedError `ERR_DB_CLOSED` when the optimizer is closed.
   */
  report(): Promise<QueryReport>
  /** Runs a request, whose statements are looked at for N+1. */
  request<Result>(run: () => Result): Result
}

const OPTIONS: OptionTable<keyof WithReportOptions> = {
  maxStatements: countOption,
  largeTable: countOption,
  analyze: booleanOption,
  timeout: true,
  repeats: '{ threshold: 5 }',
}

/**
 * Adds `report()` to an optimizer: what took the database most time, and what would make it less.
 *
 * @throws ConfigError for options that are unknown or wrong.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { withReport } from '@hotpath/db/report'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table users (id integer primary key, email text);
 *   insert into users with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000) select i, i || '@example.org' from n;
 *   analyze`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = withReport(createQueryOptimizer({ cache, driver: sqlite(database) }))
 *
 * await db.query('select id from users where email = ?', ['7@example.org'])
 * const { advice } = await db.report()
 * console.log(advice.map(({ fix }) => fix)) // [ 'create index users_email on users (email)' ]
 * await db.close()
 * await cache.close()
 * ```
 */
export function withReport(db: QueryOptimizer, options: WithReportOptions = {}): QueryOptimizer & Reporting {
  assertOptimizer(db)
  checkOptions(options, 'withReport', OPTIONS)
  const { maxStatements = 10, largeTable = 10_000, analyze = false, timeout = '2s', repeats = {} } = options
  const timeoutMs = toMs(timeout, 'timeout')
  const finder = new RepeatFinder('withReport', repeats, db.driver.dialect)
  const samples = new Samples()
  return watchedOptimizer(
    db,
    {
      before: (sql) => finder.note(sql),
      after: (sql, params, { session }, { stats }) => {
        if (stats.source === 'database') samples.note(sql, params, session, stats)
      },
    },
    {
      report: () => makeReport({ db, samples, repeats: finder.found(), maxStatements, largeTable, analyze, timeoutMs }),
      request: <Result>(run: () => Result): Result => finder.request(run),
    },
  )
}

export type { RepeatedStatement, WatchRepeatsOptions } from './repeat-finder.ts'
export type { Advice, AdviceKind, QueryReport, ReportedStatement, UnreadPlan, UnreadReason } from './report.ts'
