/** The order of keys in IndexedDB (https://w3c.github.io/IndexedDB/#compare-two-keys): numbers, dates, strings, bytes, arrays. */
import type { DatabaseKey, DatabaseKeyRange } from '../database/keys.ts'

/** As `indexedDB.cmp`. */
export function compareKeys(a: DatabaseKey, b: DatabaseKey): number {
  const kinds = kindOf(a) - kindOf(b)
  if (kinds !== 0) return kinds
  if (!Array.isArray(a) || !Array.isArray(b)) return a < b ? -1 : a > b ? 1 : 0
  for (const [index, part] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    const order = compareKeys(part, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Whether a key is, or is within, a range. */
export function isInRange(key: DatabaseKey, range: DatabaseKey | DatabaseKeyRange): boolean {
  if (!isRange(range)) return compareKeys(key, range) === 0
  const { lower, upper, lowerOpen, upperOpen } = range
  const isAbove = lower === undefined || compareKeys(key, lower as DatabaseKey) >= (lowerOpen ? 1 : 0)
  const isBelow = upper === undefined || compareKeys(key, upper as DatabaseKey) <= (upperOpen ? -1 : 0)
  return isAbove && isBelow
}

function isRange(range: DatabaseKey | DatabaseKeyRange): range is DatabaseKeyRange {
  return typeof range === 'object' && 'lowerOpen' in range
}

function kindOf(key: DatabaseKey): number {
  if (typeof key === 'number') return 1
  if (key instanceof Date) return 2
  if (typeof key === 'string') return 3
  return Array.isArray(key) ? 5 : 4
}
