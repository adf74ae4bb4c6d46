/** Columns by which a statement chooses and orders the rows of a table: what an index for it would have. Pure. */
import { columnBefore, heldColumns, splitByAnd } from '../dependencies/conditions.ts'
import { conditionOf } from '../dependencies/held.ts'
import { type Dialect, nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isHidden, readAll } from '../statement/tables.ts'
import { isName, tokenize } from '../statement/tokens.ts'

/** Of one table of a statement. */
export interface FilterColumns {
  readonly schema: string | undefined
  readonly name: string
  readonly alias: string
  /** Those that are compared with values, each with one of a few. */
  readonly equal: readonly string[]
  /** Those that lie in a range. */
  readonly range: readonly string[]
  /** Those by which the rows are ordered, all of them ascending or all descending. */
  readonly order: readonly string[]
}

const RANGE = /^(?:[<>]|between)$/
const AFTER_ORDER = /^(?:|;|\)|fetch|for|limit|lock|offset|procedure|rows|union)$/

/** Of each table that a statement names, in order. */
export function filterColumns(sql: string, dialect: Dialect): readonly FilterColumns[] {
  const { list } = tokenize(sql, dialect)
  const uses = readAll(list, dialect).flatMap((reading) => reading.uses.filter((use) => !isHidden(use)))
  return uses.map((use) => {
    const condition = conditionOf({ tokens: list, dialect }, use)
    const own = (names: readonly string[], column: string): string[] =>
      isOf(
        use,
        names.map((name) => nameOf(name, dialect)),
      )
        ? [nameOf(column, dialect)]
        : []
    const equal = unique(heldColumns(condition).flatMap(({ qualifiers, column }) => own(qualifiers, column)))
    const range = comparisons(condition).flatMap((conjunct) => {
      const found = columnBefore(conjunct)
      const [operator = '', operand = ''] = found?.rest ?? []
      const isRange = RANGE.test(operator) && /^(?:[?:'\d=]|-$)/.test(operand) && !(operator === '<' && operand === '>')
      return found === undefined || !isRange ? [] : own(found.path.qualifiers, found.path.column)
    })
    const order = orderOf(list, use).flatMap(([names, column]) => own(names, column))
    const { schema, name, alias } = use
    return { schema, name, alias, equal, range: unique(range).filter((column) => !equal.includes(column)), order }
  })
}

/** The parts of a condition that all have to hold, also those in parentheses of their own. */
function comparisons(condition: readonly string[]): readonly (readonly string[])[] {
  const isInParentheses = (part: readonly string[]): boolean => part[0] === '(' && part.at(-1) === ')'
  return splitByAnd(condition).flatMap((part) => (isInParentheses(part) ? splitByAnd(part.slice(1, -1)) : [part]))
}

/** Whether a column with these qualifiers is one of this table. */
function isOf({ part, alias }: TableUse, qualifiers: readonly string[]): boolean {
  return qualifiers.length === 0 ? part.sources === 1 : qualifiers.at(-1) === alias
}

/** The columns of `order by` after the condition of a part; none where one of them is an expression. */
function orderOf(tokens: readonly string[], { part, at }: TableUse): readonly (readonly [readonly string[], string])[] {
  let depth = 0
  for (let index = Math.max(part.where, at); index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    if (token === '(') depth++
    else if (token === ')') depth--
    if (depth < 0 || token === ';' || token === 'group') return []
    if (depth > 0 || token !== 'order' || tokens[index + 1] !== 'by') continue
    return columnsFrom(tokens, index + 2)
  }
  return []
}

function columnsFrom(tokens: readonly string[], start: number): readonly (readonly [readonly string[], string])[] {
  const columns: (readonly [readonly string[], string])[] = []
  const directions = new Set<string>()
  for (let at = start; ; at++) {
    const names: string[] = []
    while (isName(tokens[at] ?? '') && tokens[at + 1] === '.') {
      names.push(tokens[at] ?? '')
      at += 2
    }
    const column = tokens[at] ?? ''
    if (!isName(column)) return []
    columns.push([names, column])
    at++
    const isGiven = /^(?:asc|desc)$/.test(tokens[at] ?? '')
    directions.add(isGiven ? (tokens[at++] ?? '') : 'asc')
    if (AFTER_ORDER.test(tokens[at] ?? '')) return directions.size === 1 ? columns : []
    if (tokens[at] !== ',') return []
  }
}

function unique(columns: readonly string[]): readonly string[] {
  return [...new Set(columns)]
}
