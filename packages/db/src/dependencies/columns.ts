/** Which columns a query can depend on: those whose names occur in it, unless it has other ways to them. */
import { nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isNameOrString } from '../statement/tokens.ts'
import type { Source } from './held.ts'

/** Change with every update of a row in PostgreSQL. */
const SYSTEM_COLUMNS = ['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']
/** What a `*` behind these stands for is all columns: `select sql_no_cache *`. */
const BEFORE_ALL = /^(?:[.,]?|all|distinct|distinctrow|high_priority|returning|select|sql_\w+|straight_join)$/
/** And before these: they come behind the columns of a query. */
const AFTER_ALL =
  /^(?:[,);\]]?|as|end|except|fetch|for|from|group|having|intersect|into|limit|lock|minus|offset|on|order|procedure|returning|union|where|window|with)$/

/** The columns of a table, out of all that it has; `undefined`: it may be all. */
export function columnsRead(source: Source, use: TableUse, all: readonly string[]): readonly string[] | undefined {
  const { tokens, dialect } = source
  const known = new Set(all)
  const mentioned = new Set<string>()
  // The name and the alias, where they are given, and no row as a whole.
  let bare = use.alias === use.name ? 1 : 2
  for (const [index, token] of tokens.entries()) {
    if (token === 'natural' || token === 'table') return undefined
    if (token === '*' && isAll(tokens, index)) return undefined
    if (!isNameOrString(token, dialect)) continue
    const name = nameOf(token, dialect)
    if (SYSTEM_COLUMNS.includes(name)) return undefined
    mentioned.add(name)
    if (name !== use.alias && name !== use.name) continue
    if (tokens[index + 1] !== '.') bare--
    // In PostgreSQL what is no column is a function of the whole row.
    else if (dialect === 'postgres' && !known.has(nameOf(tokens[index + 2] ?? '', dialect))) return undefined
  }
  if (bare < 0) return undefined
  return all.filter((column) => mentioned.has(dialect === 'postgres' ? column : column.toLowerCase()))
}

/** Whether a `*` stands for all columns: it neither multiplies nor is that of `count(*)`. */
function isAll(tokens: readonly string[], at: number): boolean {
  const before = tokens[at - 1] ?? ''
  const next = tokens[at + 1] ?? ''
  if (before === '(') return next !== ')'
  return BEFORE_ALL.test(before) || AFTER_ALL.test(next)
}
