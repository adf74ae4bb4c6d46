/** Which index a scan of a table calls for, by rules. Pure. */
import type { Dialect } from '../statement/dialect.ts'
import type { FilterColumns } from './filter-columns.ts'
import type { TableScan } from './plan/plan-reading.ts'
import { sqlName } from './tables/sql-name.ts'
import { type TableFacts, beginsWith } from './tables/table-facts.ts'

/** More columns make an index large, and find hardly fewer rows. */
const MAX_COLUMNS = 3

/**
 * Columns of an index: those with one value first, then one in a range, or those of the order where only the first rows
 * are wanted. None where there is nothing to find rows by, or an index that begins so.
 */
export function columnsFor(
  scan: TableScan,
  filter: FilterColumns | undefined,
  { table, isFirstOfOrder }: { readonly table: TableFacts; readonly isFirstOfOrder: boolean },
): readonly string[] {
  const { equal = [], range = [], order = [] } = filter ?? {}
  const behind = isFirstOfOrder && range.length === 0 ? order.filter((one) => !equal.includes(one)) : range.slice(0, 1)
  const wanted = scan.indexedEachTime.length > 0 ? scan.indexedEachTime : [...equal, ...behind]
  const columns = wanted.filter((column) => hasColumn(table, column)).slice(0, MAX_COLUMNS)
  const isThere = columns.length !== wanted.slice(0, MAX_COLUMNS).length || hasIndexFor(table, columns)
  return isThere ? [] : columns
}

function hasColumn({ columns }: TableFacts, name: string): boolean {
  return columns.includes(name)
}

/** Whether the engine could have used an index: it chose not to. */
function hasIndexFor({ indexes }: TableFacts, columns: readonly string[]): boolean {
  return indexes.some((index) => beginsWith(index, columns))
}

/** As SQL to copy; in PostgreSQL such that writers go on meanwhile. */
export function createIndexSql({ sqlName: table }: TableFacts, columns: readonly string[], dialect: Dialect): string {
  const list = `(${columns.map((column) => sqlName(column, dialect)).join(', ')})`
  if (dialect === 'postgres') return `create index concurrently on ${table} ${list}`
  const name = [table.replaceAll(/\W+/g, '_'), ...columns].join('_').replaceAll(/\W+/g, '_').slice(0, 60)
  return `create index ${name} on ${table} ${list}`
}
