/** Which statistics the planner of PostgreSQL needs to know that columns depend on each other. Pure. */
import { sqlName } from './tables/sql-name.ts'
import type { TableFacts } from './tables/table-facts.ts'

/** PostgreSQL takes no more. */
const MAX_COLUMNS = 8
/** It cuts longer names, and what was cut may be the name of others. */
const MAX_NAME = 63

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
  return `${plain.slice(0, MAX_NAME - 9)}_${checksum(words)}`
}

/** FNV-1a: tells names apart that were shortened, or had other characters. */
function checksum(text: string): string {
  let sum = 0x811c9dc5
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  return (sum >>> 0).toString(16)
}
