/** Which column of a result has the key. Pure. */
import { type Dialect, nameOf } from '../statement/dialect.ts'
import { isName } from '../statement/tokens.ts'
import { areOfOne, isSame, type Level, type Path, pathNames } from './level.ts'
import { type Clauses, itemsOf, type Part, type Parts } from './parts.ts'

/** A column of a result. */
export interface ResultColumn {
  /** Its name. */
  readonly name: string
  /** Its place, from the end where it is negative; `undefined`: only its name is known, which no other column has. */
  readonly at: number | undefined
}

/** Which column of the result has the key; `undefined` where that is not sure. */
export function keyColumn({ clauses, isOfOne, dialect }: Level, key: Path): ResultColumn | undefined {
  const items = selected(clauses, dialect)
  const own = items.findIndex(({ path, isStar }) => !isStar && isSame(key, path, isOfOne))
  const { name } = items[own] ?? {}
  if (name !== undefined) {
    if (!items.slice(0, own).some(({ isStar }) => isStar)) return { name, at: own }
    return { name, at: items.slice(own).some(({ isStar }) => isStar) ? undefined : own - items.length }
  }
  const column = key.at(-1)!
  // A column that `*` does not show may have the name of one of another table that it does.
  const isStarOfKey = ({ isStar, path }: Item): boolean =>
    isStar &&
    path !== undefined &&
    (isOfOne || key.length === 1 || (path.length > 0 && areOfOne(key.slice(0, -1), path)))
  const star = items.find(isStarOfKey)
  if (star === undefined || items.some((item) => item !== star && mayBeNamed(item, column))) return undefined
  return { name: column, at: undefined }
}

/** Whether no other column of the result may have a name. */
export function isOnlyOne({ clauses, dialect }: Level, name: string): boolean {
  return selected(clauses, dialect).filter((item) => mayBeNamed(item, name)).length === 1
}

/** What a `select` returns between two commas. */
interface Item {
  /** The column that it is, or before `*` the table; `undefined` for an expression. */
  readonly path: Path | undefined
  readonly isStar: boolean
  /** Its name, where that is written or that of its column. */
  readonly name: string | undefined
  readonly parts: Parts
}

function selected({ parts, select, from }: Clauses, dialect: Dialect): readonly Item[] {
  return itemsOf(parts.slice(select + 1, from)).map((item, at) =>
    itemOf(at === 0 ? withoutModifiers(item) : item, dialect),
  )
}

function itemOf(parts: Parts, dialect: Dialect): Item {
  const last = parts.at(-1)
  if (last === '*' && (parts.length === 1 || parts.at(-2) === '.')) {
    const path = parts.length === 1 ? [] : pathNames(parts.slice(0, -2), dialect)
    return { path, isStar: true, name: undefined, parts }
  }
  const whole = pathNames(parts, dialect)
  if (whole !== undefined) return { path: whole, isStar: false, name: whole.at(-1), parts }
  const before = parts.at(-2)
  const hasAs = before === 'as'
  // `a isnull` is an operator.
  const isAlias =
    typeof last === 'string' &&
    (hasAs ? /^["'\w]|^[^\0-\x7f]/.test(last) : isName(last) && !/^(?:is|not)null$/.test(last))
  const path = isAlias ? pathNames(parts.slice(0, hasAs ? -2 : -1), dialect) : undefined
  // Behind anything else it may be a part of the expression.
  const isNamed = isAlias && (hasAs || path !== undefined || typeof before === 'object' || before === 'end')
  return { path, isStar: false, name: isNamed ? nameOf(last, dialect) : undefined, parts }
}

/** Databases name a column by a word of its expression, or by a string. */
function mayBeNamed({ isStar, name, parts }: Item, wanted: string): boolean {
  if (isStar) return true
  const isWanted = (text: string): boolean => text.replace(/^["']/, '').toLowerCase() === wanted.toLowerCase()
  const has = (part: Part): boolean => (typeof part === 'object' ? part.some(has) : isWanted(part))
  return name === undefined ? parts.some(has) : isWanted(name)
}

/** What may come before the first column. */
function withoutModifiers(parts: Parts): Parts {
  const isModifier = /^(?:all|distinct|distinctrow|high_priority|straight_join|sql_\w+)$/
  const start = parts.findIndex((part) => typeof part === 'object' || !isModifier.test(part))
  return parts.length > 1 && start > 0 ? parts.slice(start) : parts
}
