/** Whether the rows for many keys are those of each key alone, and which column says whose they are. Pure. */
import { wrongOption } from '@hotpath/contract'
import { type Dialect, nameOf } from '../statement/dialect.ts'
import { isName, tokenize } from '../statement/tokens.ts'
import { isAggregate } from '../statement/traits.ts'

/** What makes one result of the rows of several keys. */
const COUNTS_ROWS = /^(?:limit|offset|fetch|union|intersect|except|window)$/

/**
 * The column that is compared with the list; `undefined` where that is an expression.
 *
 * @throws ConfigError for a statement whose rows for one key differ from those that it returns of it among others.
 */
export function listColumn(sql: string, dialect: Dialect): string | undefined {
  const tokens = tokenize(sql, dialect).list
  const isList = (token: string, at: number): boolean =>
    (token === 'any' || token === 'in') && tokens[at + 1] === '(' && tokens[at + 2]?.startsWith('?') === true
  const list = tokens.findIndex(isList)
  const last = tokens[list - (tokens[list] === 'any' ? 2 : 1)] ?? ''
  const column = isName(last) ? nameOf(last, dialect) : undefined
  const isColumn = (token: string): boolean => isName(token) && nameOf(token, dialect) === column
  const wrong = wrongPart(tokens, list, isColumn)
  if (wrong === undefined) return column
  throw wrongOption(
    'sql',
    'a statement whose rows are those of each key by itself',
    sql,
    `Its \`${wrong}\` takes the rows of several keys together. Run it by \`db.query\` for each key.`,
  )
}

/** The word by which rows of several keys depend on each other. What stands in queries of their own has no part in it. */
function wrongPart(tokens: readonly string[], list: number, isColumn: (token: string) => boolean): string | undefined {
  const around = groupsOf(tokens)
  const isQuery = (open: number): boolean => open < 0 || /^(?:select|with)$/.test(tokens[open + 1] ?? '')
  const ofList = around[list] ?? []
  const isOfQuery = (at: number): boolean => ofList.includes(around[at]?.findLast(isQuery) ?? -1)
  const starts = [...tokens.keys()].filter(isOfQuery)
  const groups = starts.filter((at) => tokens[at] === 'group' && tokens[at + 1] === 'by')
  const isByKey = (from: number): boolean => {
    const end = tokens.findIndex((token, at) => at > from && /^(?:having|order|\)|;)$/.test(token))
    return tokens.slice(from, end < 0 ? undefined : end).some(isColumn)
  }
  const wrong = starts.find((at) => {
    const token = tokens[at] as string
    if (tokens[at - 1] === '.') return false
    if (token === 'or') return ofList.includes(around[at]?.at(-1) ?? -1)
    if (token === 'not') return at === list - 1
    if (token === 'on') return tokens[at - 1] === 'distinct'
    if (token === 'over') return tokens[at + 2] !== 'partition' || !isByKey(at)
    if (token === 'group') return groups.includes(at) && !isByKey(at)
    if (tokens[at + 1] === '(' && isName(token) && isAggregate(token))
      return groups.length === 0 && !isOver(tokens, at + 1)
    return COUNTS_ROWS.test(token)
  })
  return wrong === undefined ? undefined : tokens[wrong]
}

/** Whether a call is one of a window, which has rules of its own. */
function isOver(tokens: readonly string[], open: number): boolean {
  let depth = 0
  const close = tokens.findIndex((token, at) => {
    if (at < open) return false
    if (token === '(') depth++
    else if (token === ')') depth--
    return depth === 0
  })
  return tokens[close + 1] === 'over'
}

/** The parentheses around each token, the outermost first; -1 is all of the statement. */
function groupsOf(tokens: readonly string[]): (readonly number[])[] {
  let open: readonly number[] = [-1]
  return tokens.map((token, at) => {
    if (token === ')' && open.length > 1) open = open.slice(0, -1)
    const around = open
    if (token === '(') open = [...open, at]
    return around
  })
}
