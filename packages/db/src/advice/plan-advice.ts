/** What the plan of a statement shows, in plain words. Pure. */
import type { Dialect } from '../statement/dialect.ts'
import type { FilterColumns } from './filter-columns.ts'
import { columnsFor, createIndexSql } from './index-for.ts'
import { type PlanReading, type TableScan, isWrong } from './plan/plan-reading.ts'
import type { FoundAdvice } from './found-advice.ts'
import type { Advice } from './report.ts'
import { createStatisticsSql } from './statistics-for.ts'
import { type DatabaseFacts, type TableFacts, tableNamed } from './tables/table-facts.ts'
import { rounded } from './table-advice.ts'

/** A statement and what was seen of it. */
export interface PlannedStatement {
  readonly fingerprint: string
  readonly dialect: Dialect
  /** Rows that it returned with the parameters that the plan is for. */
  readonly rowCount: number
  readonly hasAggregates: boolean
  /** How long the database took for all of them, in milliseconds. */
  readonly spentMs: number
  readonly filters: readonly FilterColumns[]
  readonly plan: PlanReading
}

/** A table of which a statement reads all rows, and the index by which it would read fewer. */
export interface MissingIndex {
  readonly table: TableFacts
  readonly columns: readonly string[]
  /** Those of them that rows are found by, each with one value. */
  readonly equal: readonly string[]
  /** About how many rows it needs; `undefined`: neither the plan nor the result says so. */
  readonly kept: number | undefined
  /** By what that is known; an index that the engine makes each time says nothing of it. */
  readonly keptBy: 'result' | 'planner' | 'made-index'
  /** The share of the statement that the scan is, 0 to 1. */
  readonly share: number
}

/** A scan of more than this share of a table is what a scan is for. */
const MAX_KEPT = 0.1

/** Indexes that a plan calls for. */
export function missingIndexes(
  of: PlannedStatement,
  facts: DatabaseFacts,
  largeTable: number,
): readonly MissingIndex[] {
  const { plan, filters, fingerprint, hasAggregates } = of
  const isCut = /\b(?:limit|fetch)\b/.test(fingerprint)
  const isFirstOfOrder = plan.sorts.length > 0 && isCut && !hasAggregates && plan.scans.length === 1
  // Of one table and without a limit the rows that come out are those that were looked for.
  const returned = filters.length === 1 && !hasAggregates && (!isCut || isFirstOfOrder) ? of.rowCount : undefined
  const scanned = plan.scans.map((scan) => ({ scan, ...scannedTable(scan, filters, facts) }))
  const allRows = scanned.reduce((sum, { table }) => sum + (table?.rows ?? 0), 0)
  return scanned.flatMap(({ scan, filter, table }) => {
    if (table === undefined || table.rows < largeTable) return []
    const columns = columnsFor(scan, filter, { table, isFirstOfOrder })
    const isMade = scan.indexedEachTime.length > 0
    const isPlanner = !isMade && !isFirstOfOrder && scan.kept !== undefined
    const most = isMade ? table.rows * MAX_KEPT : table.rows
    const kept = isFirstOfOrder || isMade ? Math.min(of.rowCount, most) : (scan.kept ?? returned)
    const equal = isMade ? columns : columns.filter((column) => filter?.equal.includes(column))
    const limit = table.rows * MAX_KEPT
    // Where nothing says how many rows are needed: hardly fewer than come out, and few only by columns with one value.
    const isSmallPart =
      isFirstOfOrder ||
      isMade ||
      (kept === undefined ? equal.length > 0 && (hasAggregates || of.rowCount <= limit) : kept <= limit)
    if (columns.length === 0 || !isSmallPart) return []
    const keptBy = isMade ? 'made-index' : isPlanner ? 'planner' : 'result'
    return [{ table, columns, equal, kept, keptBy, share: scan.share ?? table.rows / allRows }]
  })
}

function scannedTable(
  { alias, table }: TableScan,
  filters: readonly FilterColumns[],
  facts: DatabaseFacts,
): { readonly filter: FilterColumns | undefined; readonly table: TableFacts | undefined } {
  const name = alias.toLowerCase()
  const filter = filters.find((one) => one.alias === alias || one.alias === name)
  // What a view reads has a name in the plan that the statement does not have.
  const named = table === undefined ? { schema: undefined, name: filter?.name ?? name } : splitName(table)
  return { filter, table: tableNamed(facts, { schema: named.schema ?? filter?.schema, name: named.name }) }
}

function splitName(name: string): { readonly schema: string; readonly name: string } {
  const dot = name.indexOf('.')
  return { schema: name.slice(0, dot), name: name.slice(dot + 1) }
}

/** Says it. @param savedShare - Of the time of the statement; by HypoPG, or `undefined`: by the rows. */
export function adviceOnIndex(of: PlannedStatement, missing: MissingIndex, savedShare?: number): FoundAdvice {
  const { table, columns, equal, kept = 1, share } = missing
  const saved = savedShare ?? share * (1 - kept / Math.max(table.rows, 1))
  return {
    kind: 'full-scan',
    basis: savedShare === undefined ? (missing.kept === undefined ? 'rule' : 'plan') : 'hypothetical-index',
    finding: `All ${rounded(table.rows)} rows of \`${table.name}\` are read${whyRead(missing)}.`,
    fix: createIndexSql(table, columns, of.dialect),
    savesMs: of.spentMs * Math.max(0, saved),
    fingerprint: of.fingerprint,
    table: table.name,
    index: { table, groups: [equal, ...columns.filter((column) => !equal.includes(column)).map((one) => [one])] },
  }
}

function whyRead({ kept, keptBy }: MissingIndex): string {
  if (keptBy === 'made-index') return ' each time, to make an index of them'
  if (kept === undefined) return ''
  return ` to find ${keptBy === 'planner' ? 'an estimated' : 'about'} ${rounded(Math.ceil(kept))}`
}

/** What else a plan shows. */
export function adviceOnPlan(of: PlannedStatement, facts: DatabaseFacts, largeTable: number): Advice[] {
  const { plan, fingerprint, filters, dialect } = of
  const common = { fingerprint, savesMs: undefined, table: undefined }
  const tables = filters.flatMap((filter) => tableNamed(facts, filter) ?? [])
  const stale = [...new Set(tables)].filter(({ hasStatistics, rows }) => !hasStatistics && rows >= largeTable)
  const advice = stale.map(
    (table): Advice => ({
      ...common,
      ...{ kind: 'missing-statistics', basis: 'counted', table: table.name, fingerprint: undefined },
      finding: `The planner has no statistics of \`${table.name}\` (${rounded(table.rows)} rows), or old ones, and guesses.`,
      fix: `analyze ${table.sqlName}`,
    }),
  )
  const wrong = wrongEstimate(of)
  if (wrong !== undefined && stale.length === 0) {
    advice.push({
      ...common,
      ...{ kind: 'wrong-estimate', basis: 'plan' },
      finding: `The planner expects ${rounded(wrong.expected)} rows${wrong.of === '' ? '' : ` of \`${wrong.of}\``}, and there are ${rounded(wrong.actual)}.`,
      fix: statisticsFix(of, facts),
    })
  }
  const sort = plan.sorts.find(({ bytes = 0, wasOnDisk }) => wasOnDisk ?? bytes > (facts.sortMemoryBytes ?? Infinity))
  if (sort !== undefined) {
    advice.push({
      ...common,
      ...{ kind: 'sort-on-disk', basis: 'plan' },
      savesMs: sort.share === undefined ? undefined : of.spentMs * sort.share * DISK_SHARE,
      finding: `${sort.rows === undefined ? 'Its' : rounded(sort.rows)} rows are sorted on disk.`,
      fix: sortFix(sort.bytes, dialect),
    })
  }
  return advice
}

/** Of a sort: about so much is for the disk. */
const DISK_SHARE = 0.5

function wrongEstimate({ plan, rowCount }: PlannedStatement): PlanReading['wrongEstimates'][number] | undefined {
  const [measured] = plan.wrongEstimates
  if (measured !== undefined || plan.rows === undefined) return measured
  return isWrong(plan.rows, rowCount) ? { of: '', expected: plan.rows, actual: rowCount } : undefined
}

/** What planners know nothing of by themselves: columns that depend on each other, and those without a histogram. */
function statisticsFix({ filters, dialect }: PlannedStatement, facts: DatabaseFacts): string {
  const filter = filters.find(({ equal }) => equal.length > 1) ?? filters[0]
  const table = filter && tableNamed(facts, filter)
  if (dialect === 'mysql' && table !== undefined) return `analyze table ${table.sqlName} persistent for all`
  if (dialect !== 'postgres' || table === undefined || filter === undefined) return EXPRESSIONS
  return createStatisticsSql(table, filter.equal) ?? EXPRESSIONS
}

const EXPRESSIONS =
  'Compare columns rather than expressions of them, or make statistics of the expressions (`create statistics`).'

function sortFix(bytes: number | undefined, dialect: Dialect): string {
  const setting = dialect === 'postgres' ? 'work_mem' : 'sort_buffer_size'
  const size = bytes === undefined ? 'more' : `${Math.ceil((bytes * 1.2) / 2 ** 20)} MB`
  return `Select fewer rows or columns, add an index in that order, or give \`${setting}\` ${size} for this statement.`
}
