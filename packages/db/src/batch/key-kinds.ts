/** Which keys may go into one list, and which columns tell them apart. Pure. */
import type { Column } from '../driver/driver.ts'
import type { Dialect } from '../statement/dialect.ts'

/** Keys of one kind are compared alike. */
export type KeyKind = 'number' | 'bigint' | 'whole' | 'uuid'

/** Strings that are equal to no other string, whatever the collation. */
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/
/** `bigint` as `pg` returns it: the one string that the number is written as. */
const WHOLE = /^(?:0|-?[1-9]\d{0,17})$/

/** `undefined`: databases may take it for equal to what is not the same. */
export function kindOf(key: unknown): KeyKind | undefined {
  if (typeof key === 'bigint') return 'bigint'
  if (typeof key === 'number') return Number.isSafeInteger(key) && !Object.is(key, -0) ? 'number' : undefined
  if (WHOLE.test(String(key))) return 'whole'
  return UUID.test(String(key)) ? 'uuid' : undefined
}

const PG_REAL = 700
const PG_DOUBLE = 701
const MYSQL_FLOAT = 4
const MYSQL_LONGLONG = 8
const MYSQL_YEAR = 13
const MYSQL_ENUM = 247
const MYSQL_SET = 248

/** Whether no two of these keys are equal to the same value of a column. */
export function tellsApart([, type]: Column, keys: readonly unknown[], dialect: Dialect): boolean {
  const areLarge = keys.some((key) => kindOf(key) !== 'uuid' && !Number.isSafeInteger(Number(key)))
  // Floating-point numbers are equal to those that are rounded to them.
  if (dialect === 'postgres') return type !== PG_REAL && !(areLarge && type === PG_DOUBLE)
  if (dialect === 'sqlite') return true
  // 7 is 2007.
  if (type === MYSQL_FLOAT || type === MYSQL_YEAR) return false
  // Numbers are the places of their values.
  if (type === MYSQL_ENUM || type === MYSQL_SET) return typeof keys[0] === 'string'
  return !areLarge || type === MYSQL_LONGLONG
}
