/** Which rows and columns of its table an insert, update or delete changes. */
import { type Dialect, nameOf } from '../statement/dialect.ts'
import type { TableUse } from '../statement/reading.ts'
import { isName, isNameOrString } from '../statement/tokens.ts'
import { heldOf, type Source } from './held.ts'
import { type Operand, operandOf } from './operands.ts'

/** Rows by their key, and columns; `undefined` stands for rows that come and go. */
export interface RowChange {
  readonly keys: readonly Operand[]
  readonly columns: readonly string[] | undefined
  /** Whether the database may store another key: its own for zero, and one that fits for what does not. */
  readonly mayBeReplaced: boolean
}

/** Rows of an insert that are looked at. */
const MAX_ROWS = 16
/** Columns that an update may set and still be one of certain columns. */
const MAX_COLUMNS = 8
/** Names by which SQLite has the key of a table besides its own. */
const ROW_IDS = ['rowid', '_rowid_', 'oid']

/** The change of rows by their key; `undefined`: it may change any row. */
export function rowChangeOf(source: Source, use: TableUse, key: string): RowChange | undefined {
  const { part } = use
  // A replaced row may have another key.
  if (source.tokens.slice(Math.max(0, use.at - 4), use.at).includes('replace')) return undefined
  // What is left of a row that is cut in time is other rows.
  if (source.dialect === 'mysql' && source.tokens.includes('portion')) return undefined
  if (part.uses.filter(({ isWritten }) => isWritten).length !== 1) return undefined
  if (part.verb === 'insert') return insertOf(source, use, key)
  const keys = heldOf(source, use, key)
  if (keys === undefined) return undefined
  if (part.verb === 'delete') return { keys, columns: undefined, mayBeReplaced: false }
  if (part.verb !== 'update') return undefined
  const columns = columnsSet(source, use)
  const keyNames = source.dialect === 'sqlite' ? [key, ...ROW_IDS] : [key]
  if (columns === undefined || columns.some((column) => keyNames.includes(column))) return undefined
  return { keys, columns, mayBeReplaced: false }
}

/** The columns that an update sets, and maybe more names; `undefined`: too many, or not certain. */
function columnsSet({ tokens, dialect }: Source, use: TableUse): readonly string[] | undefined {
  const columns = new Set<string>()
  let depth = 0
  let isTarget = false
  for (let at = tokens.indexOf('set', use.at) + 1; at > 0 && at < tokens.length; at++) {
    const token = tokens[at]!
    if (tokens[at - 1] === 'set' || (tokens[at - 1] === ',' && depth === 0)) isTarget = true
    if (token === '=') isTarget = false
    // `mysql2` makes columns of an object.
    if (isTarget && /^[?:]\S/.test(token)) return undefined
    if (isTarget && isNameOrString(token, dialect)) columns.add(nameOf(token, dialect))
    if (columns.size > MAX_COLUMNS) return undefined
    if (token === '(') depth++
    else if (token === ')') depth--
    if (depth < 0 || token === '' || token === ';' || (depth === 0 && endsColumnsAt(tokens, at, dialect)))
      return columns.size > 0 ? [...columns] : undefined
  }
  return undefined
}

/** Whether the list of what is set is over, by a word that is no column and none of `is distinct from`. */
function endsColumnsAt(tokens: readonly string[], at: number, dialect: Dialect): boolean {
  const token = tokens[at]!
  if (token === 'from') return tokens[at - 1] !== 'distinct'
  if (token === 'returning') return dialect !== 'mysql'
  return /^(?:where|order|limit)$/.test(token)
}

/** Behind a table and its alias. */
function endOfName(tokens: readonly string[], start: number): number {
  let at = start + 1
  while (tokens[at] === '.') at += 2
  return tokens[at] === 'as' ? at + 2 : at
}

/** The rows of `insert into t (id, …) values ($1, …)`. */
function insertOf({ tokens, dialect }: Source, use: TableUse, key: string): RowChange | undefined {
  let at = endOfName(tokens, use.at)
  const close = tokens.indexOf(')', at)
  if (tokens[at] !== '(' || close < 0) return undefined
  const list = tokens.slice(at + 1, close)
  // What is more than a name is an element, a field, or none of a list of columns.
  if (list.some((token, index) => (index % 2 === 0 ? !isNameOrString(token, dialect) : token !== ','))) return undefined
  const names = list.filter((_, index) => index % 2 === 0).map((token) => nameOf(token, dialect))
  // SQLite takes the last one.
  if (dialect === 'sqlite' && names.filter((name) => [key, ...ROW_IDS].includes(name)).length > 1) return undefined
  const place = names.indexOf(key)
  if (place < 0 || !/^values?$/.test(tokens[close + 1] ?? '')) return undefined
  const keys: Operand[] = []
  at = close + 2
  do {
    const row = tokens[at] === '(' ? readRow(tokens, at) : undefined
    const operand = operandOf(row?.values[place] ?? [])
    if (row === undefined || operand === undefined || keys.length >= MAX_ROWS) return undefined
    keys.push(operand)
    at = row.end
  } while (tokens[at++] === ',')
  return isByKey(tokens, at - 1, dialect, key)
    ? { keys, columns: undefined, mayBeReplaced: dialect === 'mysql' }
    : undefined
}

function readRow(
  tokens: readonly string[],
  start: number,
): { readonly values: readonly (readonly string[])[]; readonly end: number } {
  const values: (readonly string[])[] = []
  let depth = 0
  let from = start + 1
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at]
    if (token === '(' || token === '[') depth++
    if (token === ')' || token === ']') depth--
    if ((token === ',' && depth === 1) || depth === 0) {
      values.push(tokens.slice(from, at))
      from = at + 1
    }
    if (depth === 0) return { values, end: at + 1 }
  }
  return { values, end: tokens.length }
}

/** Whether what comes behind the rows of an insert changes no row but those with their keys. */
function isByKey(tokens: readonly string[], start: number, dialect: Dialect, key: string): boolean {
  const rest = tokens.slice(start, start + 8)
  if (/^(?:|;|\)|returning)$/.test(rest[0] ?? '')) return true
  if (dialect === 'mysql' || rest[0] !== 'on' || rest[1] !== 'conflict') return false
  // SQLite takes several of them.
  if (tokens.includes('conflict', start + 2)) return false
  if (rest[2] === 'do') return rest[3] === 'nothing'
  const isKey = rest[2] === '(' && isName(rest[3] ?? '') && nameOf(rest[3]!, dialect) === key
  if (!isKey || rest[4] !== ')' || rest[5] !== 'do') return false
  if (rest[6] === 'nothing') return true
  // Which columns it sets does not matter: a row may come. The key has to stay.
  const end = tokens.slice(start + 6)
  const names = [key, ...(dialect === 'sqlite' ? ROW_IDS : [])]
  return !end.some(
    (token, index) =>
      isNameOrString(token, dialect) &&
      names.includes(nameOf(token, dialect)) &&
      /^(?:=|,|\))$/.test(end[index + 1] ?? ''),
  )
}
