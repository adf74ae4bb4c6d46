/** The values that a statement holds the key of one of its tables to. */
import { type Dialect, nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isName } from '../statement/tokens.ts'
import { heldColumns } from './conditions.ts'
import type { Operand } from './operands.ts'

/** The tokens of a string, whose SQL it is, and with it what they mean. */
export interface Source {
  readonly tokens: readonly string[]
  readonly dialect: Dialect
}

/** Longer conditions are not looked into. */
const MAX_TOKENS = 1_000
/** Comes after a condition. */
const AFTER_CONDITION =
  /^(?:|;|\)|except|fetch|for|group|having|intersect|into|limit|lock|minus|offset|on|order|procedure|returning|union|window)$/

/** The values one of which the key has in all rows that matter; `undefined`: it may have any. */
export function heldOf(source: Source, use: TableUse, key: string): readonly Operand[] | undefined {
  const { dialect } = source
  const { part } = use
  const isAmong = (name: string): boolean => part.uses.filter(({ alias }) => alias === name).length === 1
  for (const { qualifiers, column, operands } of heldColumns(conditionOf(source, use))) {
    if (nameOf(column, dialect) !== key) continue
    const names = qualifiers.map((name) => nameOf(name, dialect))
    // Without a qualifier the column may be that of another table.
    const isOwn = names.length === 0 ? part.sources === 1 : names.at(-1) === use.alias && isAmong(use.alias)
    const hasSchema = names.length < 2 || (names.at(-2) === use.schema && use.alias === use.name)
    if (isOwn && hasSchema) return operands
  }
  return undefined
}

/**
 * Whether a value ends before a word, which then comes after the condition. Otherwise it may be the name of a column:
 * not all of these words are reserved in all databases.
 */
function isOperandBefore(tokens: readonly string[], at: number): boolean {
  const [second = '', first = '', last = ''] = tokens.slice(at - 3, at)
  if (/^(?:[)\]\d"']|[.?]\d|:.|(?:null|true|false|end)$)/.test(last)) return true
  if (!isName(last) || /^(?:not|case|binary|interval)$/.test(last)) return false
  return (first === ':' && second === ':') || /^(?:and|[=<>]|where)$/.test(first)
}

/** The tokens of a condition; none where it has no end that is certain. */
export function conditionOf({ tokens, dialect }: Source, { part }: TableUse): readonly string[] {
  if (part.where < 0) return []
  let depth = 0
  for (let at = part.where; at < part.where + MAX_TOKENS && at < tokens.length; at++) {
    const token = tokens[at]!
    // No word of PostgreSQL, where these three are names.
    if (dialect === 'postgres' && /^(?:lock|minus|procedure)$/.test(token)) continue
    if (depth === 0 && AFTER_CONDITION.test(token))
      return !isName(token) || isOperandBefore(tokens, at) ? tokens.slice(part.where, at) : []
    if (token === '(' || token === '[') depth++
    else if (token === ')' || token === ']') depth--
  }
  return []
}
