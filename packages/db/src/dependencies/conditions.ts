/**
 * Columns that a condition holds to certain values: `id = $1`, `id in ($1, $2)` and `id = any($1)`, joined with others by
 * nothing but `and`. What is not certain is no such column.
 */
import { isName } from '../statement/tokens.ts'
import { type Operand, operandOf } from './operands.ts'

/** A column and the values one of which it has. */
export interface Held {
  /** The alias or name of its table and, before it, of its schema. */
  readonly qualifiers: readonly string[]
  readonly column: string
  readonly operands: readonly Operand[]
}

const MAX_NESTING = 8

/** The columns held by a condition, in the order in which they occur; tokens of names are as `tokenize` made them. */
export function heldColumns(condition: readonly string[], nesting = 0): readonly Held[] {
  if (nesting > MAX_NESTING) return []
  const conjuncts = splitByAnd(condition)
  if (conjuncts.length === 1 && condition[0] === '(' && isOneGroup(condition))
    return heldColumns(condition.slice(1, -1), nesting + 1)
  return conjuncts.flatMap((conjunct) => {
    if (conjunct[0] === '(' && isOneGroup(conjunct)) return heldColumns(conjunct.slice(1, -1), nesting + 1)
    const held = heldBy(conjunct)
    return held === undefined ? [] : [held]
  })
}

/** The parts between `and`; none if anything else joins them. */
export function splitByAnd(tokens: readonly string[]): (readonly string[])[] {
  const parts: (readonly string[])[] = []
  let depth = 0
  let start = 0
  let isBetween = false
  for (const [index, token] of tokens.entries()) {
    if (token === '(' || token === '[') depth++
    else if (token === ')' || token === ']') depth--
    if (depth > 0) continue
    // `||` is `or` in MySQL; `:=` of MySQL and `case` hold what looks like a condition.
    if (/^(?:or|xor|case|\||@)$/.test(token)) return []
    if (token === 'between') isBetween = true
    else if (token === 'and' && isBetween) isBetween = false
    else if (token === 'and') {
      parts.push(tokens.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, tokens.slice(start)]
}

function isOneGroup(tokens: readonly string[]): boolean {
  let depth = 0
  for (const [index, token] of tokens.entries()) {
    if (token === '(') depth++
    else if (token === ')' && --depth === 0) return index === tokens.length - 1
  }
  return false
}

function heldBy(tokens: readonly string[]): Held | undefined {
  const turned = tokens[1] === '=' ? columnBefore(tokens.slice(2)) : undefined
  const first = operandOf(tokens.slice(0, 1))
  if (turned?.rest.length === 0 && first !== undefined) return { ...turned.path, operands: [first] }
  const column = columnBefore(tokens)
  if (column === undefined) return undefined
  const operands = operandsOf(column.rest)
  return operands === undefined ? undefined : { ...column.path, operands }
}

/** A column at the beginning of tokens, and what comes after it. */
export function columnBefore(
  tokens: readonly string[],
): { readonly path: Omit<Held, 'operands'>; readonly rest: readonly string[] } | undefined {
  const names: string[] = []
  let at = 0
  do {
    const token = tokens[at] ?? ''
    if (!isName(token)) return undefined
    names.push(token)
    at += 2
  } while (tokens[at - 1] === '.')
  const column = names.pop()
  return column === undefined ? undefined : { path: { qualifiers: names, column }, rest: tokens.slice(at - 1) }
}

/** What comes behind a column: `= 7`, `in (7, 8)`, `= any ($1)`. */
function operandsOf(tokens: readonly string[]): readonly Operand[] | undefined {
  const [operator, ...right] = tokens
  if (operator === '=') {
    const isAny = right[0] === 'any' && right[1] === '(' && right.at(-1) === ')'
    const operand = operandOf(isAny ? right.slice(2, -1) : right)
    return operand === undefined || (isAny && operand.type === 'literal') ? undefined : [operand]
  }
  if (operator !== 'in' || right[0] !== '(' || right.at(-1) !== ')') return undefined
  const operands: Operand[] = []
  let start = 1
  for (let at = 1; at < right.length; at++) {
    if (right[at] !== ',' && at < right.length - 1) continue
    const operand = operandOf(right.slice(start, at))
    if (operand === undefined) return undefined
    operands.push(operand)
    start = at + 1
  }
  return operands
}
