/** Materialized views of PostgreSQL: refreshed by one process, while readers go on where that can be. */
import { type ConfigError, type OptionTable, booleanOption, checkOptions, wrongOption } from '@hotpath/contract'
import { assertOptimizer } from '../assert-optimizer.ts'
import type { DatabaseTransaction, QueryOptimizer } from '../query-optimizer.ts'

/** Options of `refreshView`. */
export interface RefreshViewOptions {
  /** Whether readers of the view go on meanwhile. Default: where the view has rows and a unique index. */
  readonly concurrently?: boolean | undefined
}

/** What was done. */
export interface RefreshedView {
  /** `false`: another process is refreshing it. */
  readonly isRefreshed: boolean
  /** Whether its readers went on meanwhile. */
  readonly isConcurrent: boolean
}

const OPTIONS: OptionTable<keyof RefreshViewOptions> = { concurrently: booleanOption }

/** Names our locks among all of the database. */
const LOCKS = 1_752_134_768
const VIEW = `select c.oid::regclass::text as name, (c.oid::int8 % 2147483647)::int4 as lock, c.relispopulated as "isPopulated",
    exists (select from pg_index i where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null) as "isUnique"
  from pg_class c where c.oid = to_regclass($1) and c.relkind = 'm'`

interface View {
  readonly name: string
  readonly lock: number
  readonly isPopulated: boolean
  readonly isUnique: boolean
}

/**
 * Refreshes a materialized view and invalidates what was read from it. Of several processes that ask for it at a time, one
 * does it; the others resolve at once, and their readers see the new rows when it has.
 *
 * @param view - As it is written in SQL: `sales`, `app."Sales"`.
 * @throws ConfigError for what is no materialized view, and for another database than PostgreSQL; what the driver throws.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { pg } from '@hotpath/db/pg'
 * import { refreshView } from '@hotpath/db/views'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: process.env['POSTGRES_URL'] })
 * await pool.query('create materialized view numbers as select 1 as n')
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = createQueryOptimizer({ cache, driver: pg(pool) })
 * console.log((await refreshView(db, 'numbers')).isRefreshed) // true
 * await db.close()
 * await cache.close()
 * await pool.end()
 * ```
 */
export async function refreshView(
  db: QueryOptimizer,
  view: string,
  options: RefreshViewOptions = {},
): Promise<RefreshedView> {
  assertOptimizer(db)
  checkOptions(options, 'refreshView', OPTIONS)
  const { dialect } = db.driver
  if (dialect !== 'postgres')
    throw wrongOption('db', 'an optimizer of PostgreSQL', dialect, 'Other databases have no materialized views.')
  return db.transaction((tx) => refresh(tx, view, options))
}

async function refresh(
  tx: DatabaseTransaction,
  view: string,
  { concurrently }: RefreshViewOptions,
): Promise<RefreshedView> {
  const [found] = await tx.query<View>(VIEW, [view]).catch((error: unknown) => {
    throw isNoName(error) ? noView(view) : error
  })
  if (found === undefined) throw noView(view)
  // Held until the transaction ends.
  const [lock] = await tx.query<{ got: boolean }>('select pg_try_advisory_xact_lock($1, $2) as got', [
    LOCKS,
    found.lock,
  ])
  if (lock?.got !== true) return { isRefreshed: false, isConcurrent: false }
  const isConcurrent = concurrently ?? (found.isPopulated && found.isUnique)
  await tx.query(`refresh materialized view ${isConcurrent ? 'concurrently ' : ''}${found.name}`)
  return { isRefreshed: true, isConcurrent }
}

/** PostgreSQL's `invalid_name`. */
function isNoName(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === '42602'
}

function noView(view: unknown): ConfigError {
  return wrongOption('view', 'the name of a materialized view', view, 'Write it as in SQL, with its schema if need be.')
}
