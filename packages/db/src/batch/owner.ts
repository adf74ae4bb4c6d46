/** Whether the rows for many keys are those of each key alone, and which column says whose they are. Pure. */
import { wrongOption } from '@hotpath/contract'
import type { Dialect } from '../statement/dialect.ts'
import { isName } from '../statement/tokens.ts'
import { comparedWith } from './condition.ts'
import { mayBeOneRow, wrongWord } from './dependent-rows.ts'
import { type Level, type Path, pathNames } from './level.ts'
import { clausesOf, isQuery, placeOfList, type Part, type Parts } from './parts.ts'
import { isOnlyOne, keyColumn, type ResultColumn } from './result-column.ts'

/** Whose rows are whose. */
export interface Owner {
  /** The column that has the key. */
  readonly column: ResultColumn
  /** Whether one row for several keys may be one of all of them. */
  readonly mayBeOneRow: boolean
}

/**
 * What the statement says of its rows. Nothing is taken for right that is not proven: the list is a condition that each row
 * has to meet, in the outermost query or one that alone is in its `from`, and so on; and the column is the one that is
 * compared, of the same table.
 *
 * @param key - The column as the user names it, who is believed.
 * @throws ConfigError for a statement whose rows for one key differ from those that it returns of it among others, and for
 *   one of whose columns none is sure to have the key.
 */
export function ownerOf(sql: string, dialect: Dialect, key?: string): Owner {
  const place = placeOfList(sql, dialect)
  // What looks like it may be in a string.
  if (place === undefined) throw wrongRows(sql, NO_CONDITION)
  const around = bare(place.around)
  const starts = [...around.keys()].filter((at) => at === 0 || isQuery(around[at]!))
  const levels = starts.map((at, nth) => ({ at, inner: around[starts[nth + 1] ?? -1] }))
  let compared: readonly Part[] | undefined
  let column: ResultColumn | undefined
  let isUnsure = false
  for (const { at, inner } of levels.toReversed()) {
    const parts = around[at]!
    const clauses = clausesOf(parts, dialect)
    if (clauses === undefined) throw wrongRows(sql, NO_CONDITION)
    const { from, where, end } = clauses
    const sources = parts.slice(from + 1, where < 0 ? end : where)
    let path: Path | undefined = column === undefined ? undefined : [column.name]
    if (inner === undefined) {
      const condition = where < 0 ? [] : parts.slice(where + 1, end)
      const operand =
        around.length === at + 1
          ? comparedWith(condition, [], place.at - where - 1, dialect)
          : comparedWith(condition, around.slice(at + 1), place.at, dialect)
      if (operand === undefined) throw wrongRows(sql, NO_CONDITION)
      compared = operand
      path = pathNames(operand, dialect)
    } else if (sources[0] !== inner || !isAlias(sources.slice(1))) throw wrongRows(sql, NO_CONDITION)
    const level: Level = { clauses, isOfOne: inner !== undefined || isOneSource(sources), dialect }
    const wrong = wrongWord(level, path)
    if (wrong !== undefined)
      throw wrongRows(sql, `Its \`${wrong.replace(/^"/, '')}\` takes the rows of several keys together.`)
    column = path === undefined ? undefined : keyColumn(level, path)
    if (at > 0 && column !== undefined && !isOnlyOne(level, column.name)) column = undefined
    isUnsure ||= mayBeOneRow(level)
  }
  const isOther = key !== undefined && !isSameName(key, column?.name, dialect)
  if (column !== undefined && !isOther) {
    // PostgreSQL has no column beside a function of many rows without `group by`.
    return { column, mayBeOneRow: isUnsure && dialect !== 'postgres' }
  }
  if (key !== undefined) return { column: { name: key, at: undefined }, mayBeOneRow: isUnsure }
  const isColumn = pathNames(compared ?? [], dialect) !== undefined
  throw wrongOption(
    'key',
    'a column of the result',
    key,
    isColumn
      ? 'None is sure to be the one that is compared with the list: add that to the `select` as it is written there, or name the column that has its value.'
      : 'The list is compared with an expression: name the column that has its value.',
  )
}

function isSameName(key: string, name: string | undefined, dialect: Dialect): boolean {
  return dialect === 'postgres' ? key === name : key.toLowerCase() === name?.toLowerCase()
}

const NO_CONDITION =
  'Its list must be a condition of `where` that each row has to meet: alone, or joined to others by `and`, in the outermost query or in one that is all of its `from`.'

function wrongRows(sql: string, why: string): Error {
  const help = `${why} Run it by \`db.query\` for each key.`
  return wrongOption('sql', 'a statement whose rows are those of each key by itself', sql, help)
}

/** Without parentheses around all of the statement. */
function bare(around: readonly Parts[]): readonly Parts[] {
  const [root = [], inner, ...others] = around
  const isAll = inner !== undefined && root.every((part) => part === inner || part === ';' || part === '')
  return isAll ? bare([inner, ...others]) : around
}

/** Whether nothing but the name of a query follows it. */
function isAlias(parts: Parts): boolean {
  const [name, ...more] = parts[0] === 'as' ? parts.slice(1) : parts
  return more.length === 0 && (name === undefined || (typeof name === 'string' && isName(name)))
}

/** Whether rows come from one table, query or function; parentheses may be around several. */
function isOneSource(sources: Parts): boolean {
  const isJoin = (part: Part): boolean => typeof part === 'string' && /^(?:,|apply|join|straight_join)$/.test(part)
  return !sources.some((part, at) => isJoin(part) || (at === 0 && typeof part === 'object' && !isQuery(part)))
}
