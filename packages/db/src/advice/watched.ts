/** An optimizer whose calls are looked at, those in its transactions too. All else of it stays as it is. */
import type { Params } from '../driver/driver.ts'
import type { DatabaseTransaction, QueryOptimizer, QueryOptions, QueryResult, Queryable } from '../query-optimizer.ts'
import { wireFormOf } from '../read/wire.ts'

/** What looks at them. */
export interface CallWatch {
  /** A call that comes. What it throws refuses the call. */
  before?(sql: unknown): void
  /** A call that has returned rows. */
  after?(sql: string, params: Params, options: QueryOptions, result: QueryResult<unknown>): void
}

/** Makes one. @param more - Methods in place of its own, or beside them. */
export function watchedOptimizer<More extends object>(
  db: QueryOptimizer,
  watch: CallWatch,
  more: More,
): QueryOptimizer & More {
  return watched(db, watch, { transaction: transactionOf(db, watch), ...more })
}

function watched<Of extends Queryable, More extends object>(on: Of, watch: CallWatch, more: More): Of & More {
  const own: Readonly<Record<PropertyKey, unknown>> = { ...methods(on, watch), ...more }
  return new Proxy(on, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
    has: (target, name) => Object.hasOwn(own, name) || name in target,
  }) as Of & More
}

/** With no promise more than the optimizer itself makes. */
function methods(on: Queryable, { before, after }: CallWatch): Queryable {
  const run = <Of, Result>(
    sql: string,
    params: Params = [],
    options: QueryOptions = {},
    resultOf: (result: QueryResult<Of>) => Result,
  ): Promise<Result> => {
    try {
      // A batch asks for each key, and runs them together.
      if (before !== undefined && wireFormOf(options)?.loadWithOthers === undefined) before(sql)
    } catch (error) {
      // What is refused is a rejection.
      return Promise.reject(error)
    }
    return on.executeWithStats<Of>(sql, params, options).then((result) => {
      after?.(sql, params, options, result)
      return resultOf(result)
    })
  }
  return {
    query: <Of>(sql: string, params?: Params, options?: QueryOptions) => run<Of, Of[]>(sql, params, options, rowsOf),
    executeWithStats: <Of>(sql: string, params?: Params, options?: QueryOptions) =>
      run<Of, QueryResult<Of>>(sql, params, options, itself),
  }
}

function rowsOf<Of>({ rows }: QueryResult<Of>): Of[] {
  return rows
}

function itself<Of>(result: QueryResult<Of>): QueryResult<Of> {
  return result
}

function transactionOf(
  on: Pick<DatabaseTransaction, 'transaction'>,
  watch: CallWatch,
): DatabaseTransaction['transaction'] {
  return (run, options) =>
    on.transaction((tx) => run(watched(tx, watch, { transaction: transactionOf(tx, watch) })), options)
}
