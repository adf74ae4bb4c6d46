/** Whether rows of one key depend on those of others. Pure. */
import { nameOf } from '../statement/dialect.ts'
import { isName } from '../statement/tokens.ts'
import { isAggregate } from '../statement/traits.ts'
import { isSame, type Level, type Path, pathNames } from './level.ts'
import { isQuery, itemsOf, type Parts } from './parts.ts'
import { keyColumn } from './result-column.ts'

/** What makes one result of the rows of several keys. */
const COUNTS_ROWS = /^(?:limit|offset|fetch|union|intersect|except|window)$/
/** Functions and words before parentheses that are sure to be of one row. */
const OF_ONE_ROW =
  /^(?:abs|all|and|any|as|between|by|case|cast|ceil(?:ing)?|coalesce|concat(?:_ws)?|date|datetime|date_format|date_trunc|distinct|else|exists|extract|filter|floor|from|group|hex|if|ifnull|iif|in|instr|is|join|json_(?:array|extract|object|unquote|value)|left|length|like|lower|ltrim|not|nullif|on|or|over|replace|right|round|rtrim|select|strftime|substr(?:ing)?|then|time|to_char|trim|upper|using|values|when|where)$/

/** The word by which rows of several keys depend on each other. Queries within have no part in it. */
export function wrongWord(level: Level, key: Path | undefined): string | undefined {
  const { parts } = level.clauses
  const grouped = parts.findIndex((part, at) => part === 'group' && parts[at + 1] === 'by')
  const isKey = (item: Parts): boolean => isSame(key, pathNames(item, level.dialect), level.isOfOne)
  // `group by 2` is by the second column.
  const isPlaceOfKey = ([place, ...more]: Parts): boolean =>
    more.length === 0 && key !== undefined && place === String(Number(keyColumn(level, key)?.at) + 1)
  const isByKey = (from: Parts, ends: RegExp, is = isKey): boolean => {
    const end = from.findIndex((part) => typeof part === 'string' && ends.test(part))
    return itemsOf(from.slice(0, end < 0 ? undefined : end)).some(is)
  }
  const ofLevel = parts.find((part, at) => {
    if (typeof part === 'object' || parts[at - 1] === '.') return false
    if (part === 'on') return parts[at - 1] === 'distinct'
    // `with rollup` adds a row for all keys.
    if (at === grouped)
      return (
        !isByKey(parts.slice(at + 2), /^(?:having|order|;|)$/, (item) => isKey(item) || isPlaceOfKey(item)) ||
        parts.includes('with', at)
      )
    if (part === 'having') return grouped < 0 && level.dialect !== 'mysql'
    return COUNTS_ROWS.test(part)
  })
  if (ofLevel !== undefined) return ofLevel as string
  return callsOf(parts).find(({ name, isWindow, isOfMany, group, over }) => {
    if (isWindow) return over?.[0] !== 'partition' || !isByKey(over.slice(2), /^(?:groups|order|range|rows)$/)
    if (name === 'rownum') return group.length === 0
    // The largest of several values is one of a row.
    const isOfValues = /^m(?:ax|in)$/.test(name) && group.includes(',') && !group.includes('order')
    return grouped < 0 && (isOfMany || (!isOfValues && isAggregate(nameOf(name, level.dialect))))
  })?.name
}

/**
 * Whether it calls what may be an aggregate of the user's, or one in a query within over columns of this one: without
 * groups that makes one row of all.
 */
export function mayBeOneRow({ clauses, dialect }: Level): boolean {
  const { parts } = clauses
  if (parts.some((part, at) => part === 'group' && parts[at + 1] === 'by')) return false
  const { select, from, end } = clauses
  const calls = callsOf([...parts.slice(select, from), ...parts.slice(end)], true)
  return calls.some(({ name, isWindow, group }) => {
    const own = nameOf(name, dialect)
    return !isWindow && !OF_ONE_ROW.test(own) && !(group[0] === '*' && isAggregate(own))
  })
}

/** A call, with what follows it. */
interface Call {
  readonly name: string
  readonly group: Parts
  readonly isWindow: boolean
  /** Whether it is sure to be over many rows. */
  readonly isOfMany: boolean
  readonly over: Parts | undefined
}

/** What is called, outside of queries within or in them too. */
function callsOf(parts: Parts, isWithinToo = false): readonly Call[] {
  const calls: Call[] = []
  for (const [at, group] of parts.entries()) {
    if (typeof group !== 'object' || (isQuery(group) && !isWithinToo)) continue
    calls.push(...callsOf(group, isWithinToo))
    const name = parts[at - 1]
    if (typeof name !== 'string' || !isName(name) || name === 'over') continue
    let next = at + 1
    const isOfMany = parts[next] === 'within' || parts[next] === 'filter'
    if (parts[next] === 'within') next += 3
    if (parts[next] === 'filter') next += 2
    if (/^(?:ignore|respect)$/.test(String(parts[next]))) next += 2
    const isWindow = parts[next] === 'over'
    const over = parts[next + 1]
    calls.push({ name, group, isWindow, isOfMany, over: typeof over === 'object' ? over : undefined })
  }
  return calls
}
