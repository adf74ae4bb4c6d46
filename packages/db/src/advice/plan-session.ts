/**
 * Asks for plans, in a transaction that is always rolled back. A statement that writes is never run: its plan is asked
 * for without `analyze`.
 */
import type { DatabaseTransaction, QueryOptimizer, SessionOptions } from '../query-optimizer.ts'
import type { Dialect } from '../statement/dialect.ts'
import { readMysqlPlan } from './plan/mysql-plan.ts'
import { type PlanReading, UnreadablePlan } from './plan/plan-reading.ts'
import { readPostgresPlan } from './plan/postgres-plan.ts'
import { readSqlitePlan } from './plan/sqlite-plan.ts'
import type { UnreadPlan } from './report.ts'
import type { SampledCall } from './samples.ts'

/** How plans are asked for. */
export interface PlanOptions {
  readonly isRead: boolean
  /** Whether the statement is run for it; where it only reads. */
  readonly analyze: boolean
  readonly timeoutMs: number
}

/** Plans of one statement. */
export interface PlanSession {
  read(): Promise<PlanReading>
  /** The plan with an index that there is not; `undefined`: HypoPG cannot be asked. */
  readWith(createIndex: string, hypopg: string): Promise<PlanReading | undefined>
}

/** Ends the transaction without a trace. */
class RollBack extends Error {}

const READERS: Readonly<Record<Dialect, (rows: readonly object[]) => PlanReading>> = {
  postgres: readPostgresPlan,
  mysql: readMysqlPlan,
  sqlite: readSqlitePlan,
}

/** Lends such a session. Fails as `use` and the driver do. */
export async function withPlans<Result>(
  db: QueryOptimizer,
  sample: SampledCall,
  options: PlanOptions,
  use: (plans: PlanSession) => Promise<Result>,
): Promise<Result> {
  const { dialect } = db.driver
  let result: { readonly value: Result } | undefined
  const run = async (tx: DatabaseTransaction): Promise<never> => {
    const explain = explainSql(sample.sql, dialect, options)
    const read = async (on = tx, sql = explain): Promise<PlanReading> =>
      READERS[dialect](await on.query(sql, sample.params))
    const readWith: PlanSession['readWith'] = async (createIndex, hypopg) => {
      try {
        return await tx.transaction(async (part) => {
          await part.query(`select ${hypopg}.hypopg_create_index($1)`, [createIndex])
          return read(part, explainSql(sample.sql, dialect, { ...options, analyze: false }))
        })
      } catch {
        return undefined
      } finally {
        // They belong to the connection and not to the transaction.
        await tx.query(`select ${hypopg}.hypopg_reset()`).catch(() => {})
      }
    }
    result = { value: await use({ read, readWith }) }
    throw new RollBack('done')
  }
  try {
    await db.transaction(run, { readOnly: options.isRead, session: sessionFor(sample, dialect, options) })
  } catch (error) {
    if (!(error instanceof RollBack) || result === undefined) throw error
  }
  return (result as { readonly value: Result }).value
}

/** That of the call, with a limit of time, which ends with the transaction. */
function sessionFor(
  { session }: SampledCall,
  dialect: Dialect,
  { timeoutMs }: PlanOptions,
): SessionOptions | undefined {
  if (dialect !== 'postgres') return session
  return { key: session?.key ?? 'report', settings: { ...session?.settings, statement_timeout: String(timeoutMs) } }
}

function explainSql(sql: string, dialect: Dialect, { isRead, analyze, timeoutMs }: PlanOptions): string {
  const runs = isRead && analyze
  switch (dialect) {
    case 'postgres':
      return `explain (format json, verbose${runs ? ', analyze' : ''}) ${sql}`
    case 'mysql':
      return runs
        ? `set statement max_statement_time = ${timeoutMs / 1_000} for analyze format=json ${sql}`
        : `explain format=json ${sql}`
    case 'sqlite':
      return `explain query plan ${sql}`
  }
}

const NO_RIGHTS = /^(?:42501|ER_\w*ACCESS_DENIED\w*|ER_VIEW_NO_EXPLAIN|ER_VIEW_SELECT_\w+)$/
const NO_TIME = /^(?:57014|ER_STATEMENT_TIMEOUT|ER_QUERY_TIMEOUT|ERR_DB_POOL_TIMEOUT)$/

/** Why there is no plan. */
export function whyUnread(error: unknown, fingerprint: string): UnreadPlan {
  if (error instanceof UnreadablePlan) return { fingerprint, reason: 'format', code: undefined }
  const { code, errno } = (error ?? {}) as { readonly code?: unknown; readonly errno?: unknown }
  const known = typeof code === 'string' ? code : undefined
  // What mysql2 has no name for.
  const isLate = errno === 1969 || NO_TIME.test(known ?? '')
  return { fingerprint, reason: isLate ? 'timeout' : NO_RIGHTS.test(known ?? '') ? 'rights' : 'failed', code: known }
}
