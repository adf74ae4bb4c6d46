/** Reads `explain (format json, verbose)` of PostgreSQL. */
import {
  type PlanReading,
  type PlannedSort,
  type TableScan,
  UnreadablePlan,
  type WrongEstimate,
  isWrong,
  jsonOf,
  numberIn,
  stringIn,
} from './plan-reading.ts'

/** @throws UnreadablePlan for what is no such plan. */
export function readPostgresPlan(rows: readonly object[]): PlanReading {
  const [first] = asList(jsonOf(rows))
  const root = (first as { readonly Plan?: unknown } | undefined)?.Plan
  if (!isNode(root)) throw new UnreadablePlan('It has no `Plan`.')
  const cost = numberIn(root, 'Total Cost')
  const scans: TableScan[] = []
  const sorts: PlannedSort[] = []
  const wrongEstimates: WrongEstimate[] = []
  const visit = (node: object, isLimited: boolean, divisor: number): void => {
    const kind = stringIn(node, 'Node Type') ?? ''
    const inner = nodesIn(node)
    if (kind === 'Seq Scan') scans.push(scanOf(node, cost, divisor))
    if (/^(?:Incremental )?Sort$/.test(kind)) sorts.push(sortOf(node, { inner, isLimited, total: cost, divisor }))
    const wrong = wrongEstimateOf(node, divisor)
    if (wrong !== undefined) wrongEstimates.push(wrong)
    const below = divisorBelow(node) ?? divisor
    for (const one of inner) visit(one, kind === 'Limit', below)
  }
  visit(root, false, 1)
  return { scans, sorts, wrongEstimates, cost, rows: rowsOf(root) }
}

/** Of a statement that writes: the rows that it changes, which are those of the step below. */
function rowsOf(root: object): number | undefined {
  const [changed] = stringIn(root, 'Node Type') === 'ModifyTable' ? nodesIn(root) : []
  return numberIn(changed ?? root, 'Plan Rows')
}

function nodesIn(node: object): readonly object[] {
  return asList((node as { readonly Plans?: unknown }).Plans).filter(isNode)
}

/**
 * By how much the planner divides rows among workers, of which it says how many each one has. The leader has a part as
 * long as the workers leave it time: `get_parallel_divisor` of PostgreSQL.
 */
function divisorBelow(node: object): number | undefined {
  const workers = numberIn(node, 'Workers Planned')
  return workers === undefined ? undefined : workers + Math.max(0, 1 - 0.3 * workers)
}

/** Whether its rows are a worker's part: those of a scan that is shared, and of what is made of one. */
function isPart(node: object): boolean {
  if ((node as { readonly 'Parallel Aware'?: unknown })['Parallel Aware'] === true) return true
  const [outer] = nodesIn(node)
  return outer !== undefined && isPart(outer)
}

function plannedRows(node: object, divisor: number): number | undefined {
  const rows = numberIn(node, 'Plan Rows')
  return rows === undefined || divisor === 1 || !isPart(node) ? rows : Math.round(rows * divisor)
}

/** Each loop counts apart, and each worker is one. */
function actualRows(node: object, divisor: number): number | undefined {
  const rows = numberIn(node, 'Actual Rows')
  const loops = numberIn(node, 'Actual Loops') ?? 1
  return rows === undefined || divisor === 1 || !isPart(node) ? rows : rows * loops
}

function scanOf(node: object, total: number | undefined, divisor: number): TableScan {
  const own = numberIn(node, 'Total Cost')
  return {
    alias: stringIn(node, 'Alias') ?? '',
    table: tableOf(node),
    // Of the rows before its condition the plan says nothing.
    rows: undefined,
    kept: stringIn(node, 'Filter') === undefined ? undefined : plannedRows(node, divisor),
    share: own === undefined || total === undefined || total === 0 ? undefined : Math.min(own / total, 1),
    indexedEachTime: [],
  }
}

function sortOf(
  node: object,
  {
    inner,
    isLimited,
    total,
    divisor,
  }: {
    readonly inner: readonly object[]
    readonly isLimited: boolean
    readonly total: number | undefined
    readonly divisor: number
  },
): PlannedSort {
  const rows = numberIn(node, 'Plan Rows')
  const width = numberIn(node, 'Plan Width')
  const space = stringIn(node, 'Sort Space Type')
  const [own = 0, before = 0] = [numberIn(node, 'Total Cost'), numberIn(inner[0] ?? {}, 'Total Cost')]
  return {
    rows: actualRows(node, divisor) ?? plannedRows(node, divisor),
    // Of the first few, no more are kept while it sorts.
    bytes: rows === undefined || width === undefined || isLimited ? undefined : rows * (width + ROW_OVERHEAD_BYTES),
    wasOnDisk: space === undefined ? undefined : space === 'Disk',
    share: total === undefined || total === 0 ? undefined : Math.max(0, Math.min((own - before) / total, 1)),
  }
}

/** Of a row in memory. */
const ROW_OVERHEAD_BYTES = 24

function wrongEstimateOf(node: object, divisor: number): WrongEstimate | undefined {
  const expected = plannedRows(node, divisor)
  const actual = actualRows(node, divisor)
  // A step that was run no time or that was stopped early says nothing.
  if (expected === undefined || actual === undefined || numberIn(node, 'Actual Loops') === 0) return undefined
  const of = tableOf(node)
  return of !== undefined && isWrong(expected, actual) ? { of, expected, actual } : undefined
}

function tableOf(node: object): string | undefined {
  const name = stringIn(node, 'Relation Name')
  return name === undefined ? undefined : `${stringIn(node, 'Schema') ?? 'public'}.${name}`
}

function isNode(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'Node Type' in value
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}
