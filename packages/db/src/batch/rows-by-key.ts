/** Whose rows are whose, in a result for many keys. Pure. */

import { kindOf } from './key-kinds.ts'

type Rows = readonly (readonly unknown[])[]

/**
 * Rows of each key; `undefined` for one that has to be asked for alone. A database may take other values for equal than we
 * do, by collations and types: rows are sure to be all of a number or a uuid only where each row has an owner, and each
 * owner is such a one, as `'5.00'` is another spelling of 5.
 *
 * @param at - Place of the key in a row.
 */
export function rowsByKey(keys: readonly unknown[], rows: Rows, at: number): (Rows | undefined)[] {
  const found = new Map<string, (readonly unknown[])[]>(keys.map((key) => [String(key), []]))
  let hasOthers = false
  for (const row of rows) {
    const value = row[at]
    // Of a large number digits are lost.
    const isRounded = typeof value === 'number' && !Number.isSafeInteger(value)
    const own = isRounded ? undefined : found.get(String(value))
    if (own === undefined) hasOthers = true
    else own.push(row)
  }
  const areSure = !hasOthers && keys.every((key) => isPlain(key) || found.get(String(key))?.length === 0)
  return keys.map((key) => (areSure && isPlain(key) ? found.get(String(key)) : undefined))
}

function isPlain(key: unknown): boolean {
  return kindOf(key) !== undefined
}
