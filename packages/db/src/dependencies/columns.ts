/** Which columns a query can depend on: those whose names occur in it, unless it has other ways to them. */
import { nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isName } from '../statement/tokens.ts'
import type { Source } from './held.ts'

/** Change with every update of a row in PostgreSQL. */
const SYSTEM_COLUMNS = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']

/** The columns of a table, out of all that it has; `undefined`: it may be all. */
export function columnsRead(source: Source, use: TableUse, all: readonly string[]): readonly string[] | undefined {
  const { tokens, dialect } = source
  const mentioned = new Set<string>()
  // The name and the alias, where they are given, and no row as a whole.
  let bare = use.alias === use.name ? 1 : 2
  for (const [index, token] of tokens.entries()) {
    if (token === 'natural' || token === 'table') return undefined
    if (token === '*' && /^(?:\.|,|select|distinct|all)$/.test(tokens[index - 1] ?? '')) return undefined
    if (!isName(token)) continue
    const name = nameOf(token, dialect)
    if (SYSTEM_COLUMNS.includes(name)) return undefined
    mentioned.add(name)
    if ((name === use.alias || name === use.name) && tokens[index + 1] !== '.') bare--
  }
  if (bare < 0) return undefined
  return all.filter((column) => mentioned.has(dialect === 'postgres' ? column : column.toLowerCase()))
}
