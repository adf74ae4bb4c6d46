/** Reads `explain format=json` and `analyze format=json` of MariaDB, and the former of MySQL. */
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
export function readMysqlPlan(rows: readonly object[]): PlanReading {
  const plan = jsonOf(rows)
  if (!isObject(plan) || !('query_block' in plan)) throw new UnreadablePlan('It has no `query_block`.')
  const scans: TableScan[] = []
  const sorts: PlannedSort[] = []
  const wrongEstimates: WrongEstimate[] = []
  const visit = (node: object, name: string): void => {
    if (stringIn(node, 'table_name') !== undefined) {
      if (stringIn(node, 'access_type') === 'ALL') scans.push(scanOf(node))
      const wrong = wrongEstimateOf(node)
      if (wrong !== undefined) wrongEstimates.push(wrong)
    }
    if (isSort(node, name)) sorts.push(sortOf(node))
    for (const [inner, value] of Object.entries(node) as [string, unknown][]) {
      if (Array.isArray(value)) {
        for (const one of value as unknown[]) if (isObject(one)) visit(one, inner)
      } else if (isObject(value)) visit(value, inner)
    }
  }
  visit(plan, '')
  const costs = isObject(plan['query_block']) ? plan['query_block']['cost_info'] : undefined
  const cost = isObject(costs) ? numberIn(costs, 'query_cost') : undefined
  return { scans, sorts, wrongEstimates, cost, rows: undefined }
}

function scanOf(node: object): TableScan {
  const rows = numberIn(node, 'rows') ?? numberIn(node, 'rows_examined_per_scan')
  const filtered = numberIn(node, 'r_filtered') ?? numberIn(node, 'filtered')
  return {
    alias: stringIn(node, 'table_name') ?? '',
    table: undefined,
    rows,
    // Without a histogram the engine takes all rows for fitting.
    kept: rows === undefined || filtered === undefined || filtered === 100 ? undefined : (rows * filtered) / 100,
    share: undefined,
    indexedEachTime: [],
  }
}

/** MariaDB has an object for it, MySQL a flag in the one around what is sorted. */
function isSort(node: object, name: string): boolean {
  return name === 'filesort' || (node as { readonly using_filesort?: unknown }).using_filesort === true
}

function sortOf(node: object): PlannedSort {
  const passes = numberIn(node, 'r_sort_passes')
  return {
    rows: numberIn(node, 'r_output_rows'),
    bytes: undefined,
    wasOnDisk: passes === undefined ? undefined : passes > 0,
    share: undefined,
  }
}

function wrongEstimateOf(node: object): WrongEstimate | undefined {
  const expected = numberIn(node, 'rows')
  const actual = numberIn(node, 'r_rows')
  if (expected === undefined || actual === undefined) return undefined
  return isWrong(expected, actual) ? { of: stringIn(node, 'table_name') ?? '', expected, actual } : undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
