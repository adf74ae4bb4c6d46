/** Reads `explain query plan` of SQLite. It has neither rows nor costs. */
import { type PlanReading, type PlannedSort, type TableScan, UnreadablePlan, stringIn } from './plan-reading.ts'

/** Older ones write `SCAN TABLE tickets AS t`. */
const SCAN = /^SCAN (?:TABLE )?(.+?)(?: AS (.+?))?(?: USING .*)?$/
const MADE_INDEX = /^SEARCH (?:TABLE )?(.+?)(?: AS (.+?))? USING AUTOMATIC .*INDEX \((.*)\)/
/** Scans of what is no table. */
const NO_TABLE = /^(?:\(|SUBQUERY |CONSTANT ROW|\d+ CONSTANT ROW)/

/** @throws UnreadablePlan for what is no such plan. */
export function readSqlitePlan(rows: readonly object[]): PlanReading {
  const steps = rows.map((row) => stringIn(row, 'detail'))
  if (steps.includes(undefined)) throw new UnreadablePlan('It has no `detail`.')
  const scans: TableScan[] = []
  const sorts: PlannedSort[] = []
  for (const step of steps as string[]) {
    const [, name, alias = name, terms = ''] = MADE_INDEX.exec(step) ?? []
    if (alias !== undefined) scans.push(scanOf(alias, columnsOf(terms)))
    // What is read from an index alone is in the order that is wanted, or smaller than the table.
    else if (step.startsWith('SCAN ') && !step.includes(' USING ')) {
      const [, table = '', as = table] = SCAN.exec(step) ?? []
      if (!NO_TABLE.test(table)) scans.push(scanOf(as, []))
    } else if (/^USE TEMP B-TREE FOR .*ORDER BY/.test(step)) {
      sorts.push({ rows: undefined, bytes: undefined, wasOnDisk: undefined, share: undefined })
    }
  }
  return { scans, sorts, wrongEstimates: [], cost: undefined, rows: undefined }
}

function scanOf(alias: string, indexedEachTime: readonly string[]): TableScan {
  return { alias, table: undefined, rows: undefined, kept: undefined, share: undefined, indexedEachTime }
}

/** Of `owner=? AND status=?`. */
function columnsOf(terms: string): readonly string[] {
  return terms.split(' AND ').map((term) => term.replace(/[=<>].*$/, '').toLowerCase())
}
