/** Makes a report: reads the catalog, asks for plans, and puts what was found in order. */
import type { QueryOptimizer } from '../query-optimizer.ts'
import { type Dialect, type Statement, readStatement } from '../statement/index.ts'
import type { FingerprintStats } from '../watch/statistics.ts'
import { type FoundAdvice, inOrder } from './found-advice.ts'
import { whyUnread } from './plan-session.ts'
import type { RepeatedStatement } from './repeat-finder.ts'
import { reportText } from './report-text.ts'
import type { Advice, QueryReport, UnreadPlan } from './report.ts'
import type { SampledCall, Samples } from './samples.ts'
import { adviceOnStatement } from './statement-advice.ts'
import { adviceOnTable, rounded } from './table-advice.ts'
import { readTables } from './tables/read-tables.ts'
import type { AskRows } from './tables/table-facts.ts'

/** What it is made from. */
export interface ReportOptions {
  readonly db: QueryOptimizer
  readonly samples: Samples
  readonly repeats: readonly RepeatedStatement[]
  readonly maxStatements: number
  readonly largeTable: number
  readonly analyze: boolean
  readonly timeoutMs: number
}

/** Makes it. */
export async function makeReport(options: ReportOptions): Promise<QueryReport> {
  const { db, samples, repeats, maxStatements, largeTable, analyze, timeoutMs } = options
  const { dialect } = db.driver
  // Before the report asks for anything itself.
  const all = db.stats().fingerprints
  const looked = all.flatMap((shape) => seen(shape, samples, dialect) ?? []).slice(0, maxStatements)
  const ask: AskRows = <Of extends object>(sql: string, params: readonly unknown[] = []) =>
    db.query<Of>(sql, params, { cache: false })
  const facts = await readTables(ask, dialect)
  const advice: FoundAdvice[] = repeats.map((one) => adviceOnRepeat(one, all))
  const unread: UnreadPlan[] = []
  const how = { db, ask, facts, largeTable, analyze, timeoutMs }
  for (const { shape, call, statement } of looked) {
    const { fingerprint } = shape
    if (call === undefined || statement === undefined || statement.count > 1 || !statement.isComplete) {
      const reason = call === undefined ? 'too-large' : (statement?.count ?? 0) > 1 ? 'several' : 'format'
      unread.push({ fingerprint, reason, code: undefined })
      continue
    }
    try {
      advice.push(...(await adviceOnStatement({ fingerprint, spentMs: shape.spentMs, call, statement }, how)))
    } catch (error) {
      unread.push(whyUnread(error, fingerprint))
    }
  }
  for (const table of facts.tables.values()) advice.push(...adviceOnTable(table, dialect))
  const statements = looked.map(({ shape: { fingerprint, count, hitRate, spentMs, database } }) => ({
    ...{ fingerprint, count, hitRate, spentMs },
    p95Ms: database.p95,
  }))
  const report = { advice: inOrder(advice, dialect), statements, unread, unknown: facts.unknown }
  return { ...report, text: reportText(report) }
}

/** A statement about rows that was run through the report's optimizer. */
interface Seen {
  readonly shape: FingerprintStats
  readonly call: SampledCall | undefined
  /** Where there is a call. */
  readonly statement: Statement | undefined
}

function seen(shape: FingerprintStats, samples: Samples, dialect: Dialect): Seen | undefined {
  const sample = samples.of(shape.fingerprint)
  if (sample === undefined) return undefined
  const { call } = sample
  const statement = call && readStatement(call.sql, dialect)
  const isAboutRows = statement === undefined || statement.kind === 'read' || statement.kind === 'write'
  return isAboutRows ? { shape, call, statement } : undefined
}

function adviceOnRepeat(
  { fingerprint, site, spared, fix }: RepeatedStatement,
  all: readonly FingerprintStats[],
): Advice {
  const shape = all.find((one) => one.fingerprint === fingerprint)
  return {
    ...{ kind: 'repeats', basis: 'counted', fix, fingerprint, table: undefined },
    finding: `One request runs it for each row, at ${site}: ${rounded(spared)} times more than needed so far.`,
    savesMs: shape === undefined ? undefined : (shape.spentMs / shape.count) * spared,
  }
}
