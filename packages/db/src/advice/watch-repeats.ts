/** Watches the statements of requests for N+1. */
import { assertOptimizer } from '../assert-optimizer.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import { RepeatFinder, type RepeatedStatement, type WatchRepeatsOptions } from './repeat-finder.ts'
import { watchedOptimizer } from './watched.ts'

export type { RepeatedStatement, WatchRepeatsOptions } from './repeat-finder.ts'

/** An optimizer whose statements are watched. */
export interface RepeatWatch {
  /** Give this one to your program, and to its ORM. */
  readonly db: QueryOptimizer
  /** Runs a request. Statements outside of one are not watched. Throws a ConfigError for what is no function. */
  request<Result>(run: () => Result): Result
  /** What was found so far, each once. */
  found(): readonly RepeatedStatement[]
}

/**
 * Finds statements that a request runs once for each of many rows, and shows how to run them as one.
 *
 * @throws ConfigError for options that are unknown or wrong.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { watchRepeats } from '@hotpath/db/advice'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec('create table users (id integer primary key, name text)')
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const watch = watchRepeats(createQueryOptimizer({ cache, driver: sqlite(database) }))
 *
 * await watch.request(async () => {
 *   for (const id of [1, 2, 3, 4, 5]) await watch.db.query('select name from users where id = ?', [id])
 * })
 * const [repeated] = watch.found()
 * console.log(repeated?.count, repeated?.fix.slice(0, 73)) // 5 const rows = batchQuery(db, "select id, name from users where id in (?)")
 * await watch.db.close()
 * await cache.close()
 * ```
 */
export function watchRepeats(db: QueryOptimizer, options: WatchRepeatsOptions = {}): RepeatWatch {
  assertOptimizer(db)
  const finder = new RepeatFinder('watchRepeats', options, db.driver.dialect)
  return {
    db: watchedOptimizer(db, { before: (sql) => finder.note(sql) }, {}),
    request: (run) => finder.request(run),
    found: () => finder.found(),
  }
}
