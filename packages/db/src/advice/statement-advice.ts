/** What is advised on one statement: its plan is asked for, and what would become of it with an index. */
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { Dialect, Statement } from '../statement/index.ts'
import { filterColumns } from './filter-columns.ts'
import { createIndexSql } from './index-for.ts'
import { type MissingIndex, type PlannedStatement, adviceOnIndex, adviceOnPlan, missingIndexes } from './plan-advice.ts'
import { type PlanSession, withPlans } from './plan-session.ts'
import type { FoundAdvice } from './found-advice.ts'
import type { SampledCall } from './samples.ts'
import { isSelective } from './tables/selectivity.ts'
import type { AskRows, DatabaseFacts } from './tables/table-facts.ts'

/** What plans are asked for with. */
export interface StatementAdviceOptions {
  readonly db: QueryOptimizer
  readonly ask: AskRows
  readonly facts: DatabaseFacts
  readonly largeTable: number
  readonly analyze: boolean
  readonly timeoutMs: number
}

/** A statement, one call of it, and how long the database took for all of them. */
export interface AdvisedStatement {
  readonly fingerprint: string
  readonly spentMs: number
  readonly call: SampledCall
  readonly statement: Statement
}

/** Advice on it. Fails where its plan cannot be had. */
export async function adviceOnStatement(
  { fingerprint, spentMs, call, statement }: AdvisedStatement,
  { db, ask, facts, largeTable, ...options }: StatementAdviceOptions,
): Promise<readonly FoundAdvice[]> {
  const { dialect } = db.driver
  const isRead = statement.kind === 'read'
  // Only what the cache may keep has no effects.
  const isPure = isRead && (await db.explain(call.sql, call.params, { session: call.session })).bypass === undefined
  const how = { isRead, analyze: options.analyze && isPure, timeoutMs: options.timeoutMs }
  const { planned, indexes } = await withPlans(db, call, how, async (plans) => {
    const { rowCount, sql } = call
    const { hasAggregates } = statement
    const filters = filterColumns(sql, dialect)
    const plan = await plans.read()
    const one: PlannedStatement = { fingerprint, dialect, rowCount, hasAggregates, spentMs, filters, plan }
    const found: { readonly index: MissingIndex; readonly savedShare: number | undefined }[] = []
    for (const index of missingIndexes(one, facts, largeTable))
      found.push({ index, savedShare: await askPlanner(plans, one, index, facts) })
    return { planned: one, indexes: found }
  })
  const advice: FoundAdvice[] = adviceOnPlan(planned, facts, largeTable)
  for (const { index, savedShare } of indexes) {
    // The planner would use it, or nobody knows how many rows it finds: then its columns are looked at.
    const isWorthIt = savedShare === undefined ? await mayFindFew(ask, index, dialect) : savedShare >= MIN_SAVED
    if (isWorthIt) advice.push(adviceOnIndex(planned, index, savedShare))
  }
  return advice
}

/** Less is not worth an index. */
const MIN_SAVED = 0.1

/** The share that the planner would save; `undefined`: it cannot be asked. */
async function askPlanner(
  plans: PlanSession,
  { plan, dialect }: PlannedStatement,
  { table, columns }: MissingIndex,
  { hypopg }: DatabaseFacts,
): Promise<number | undefined> {
  if (hypopg === undefined || plan.cost === undefined || plan.cost === 0) return undefined
  const sql = createIndexSql(table, columns, dialect).replace(' concurrently', '')
  const after = await plans.readWith(sql, hypopg)
  return after?.cost === undefined ? undefined : 1 - after.cost / plan.cost
}

async function mayFindFew(ask: AskRows, { table, equal, kept }: MissingIndex, dialect: Dialect): Promise<boolean> {
  return kept !== undefined || isSelective(ask, table, equal, dialect)
}
