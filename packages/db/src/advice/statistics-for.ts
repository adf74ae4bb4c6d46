/** Which statistics the planner of PostgreSQL needs to know that columns depend on each other. Pure. */
import { digestOf } from '@hotpath/contract'
import { sqlName } from './tables/sql-name.ts'
import type { TableFacts } from './tables/table-facts.ts'

/** PostgreSQL takes no more. */
const MAX_COLUMNS = 8
/** It cuts longer names, and what was cut may be the name of others. */
const MAX_NAME = 63
/** What tells names apart that were shortened, or had other characters. */
const DIGITS = 8

/**
 * As SQL to copy, the same for each order of the columns; `undefined` where fewer than two of them are columns of the
 * table. They have a name: before version 16 PostgreSQL does not make one up.
 */
export function createStatisticsSql(table: TableFacts, columns: readonly string[]): string | undefined {
  const known = table.columns.filter((column) => columns.includes(column)).slice(0, MAX_COLUMNS)
  if (known.length < 2) return undefined
  const list = known.map((column) => sqlName(column, 'postgres')).join(', ')
  return `create statistics ${nameFor(table, known)} on ${list} from ${table.sqlName}; analyze ${table.sqlName}`
}

/** In ASCII, so that it has as many bytes as characters, and without a need for quotes. */
function nameFor({ sqlName: table }: TableFacts, columns: readonly string[]): string {
  const words = [table.replace('.', '_'), ...columns, 'statistics'].join('_')
  if (/^[a-z_][a-z0-9_]*$/.test(words) && words.length <= MAX_NAME) return words
  const plain = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
  return `${plain.slice(0, MAX_NAME - DIGITS - 1)}_${digestOf(words).slice(0, DIGITS)}`
}
