/** Whose rows are whose, in a result for many keys. Pure. */

/** Strings that are equal to no other string, whatever the collation. */
const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

/** `bigint` as `pg` returns it: the one string that the number is written as. */
const WHOLE = /^(?:0|-?[1-9]\d{0,17})$/

type Rows = readonly (readonly unknown[])[]

/**
 * Rows of each key; `undefined` for one that has to be asked for alone. A database may take other values for equal than we
 * do, by collations and types: a key without rows is sure to have none only where all rows have an owner, and it is a
 * number or a uuid.
 *
 * @param at - Place of the key in a row.
 */
export function rowsByKey(keys: readonly unknown[], rows: Rows, at: number): (Rows | undefined)[] {
  const found = new Map<string, (readonly unknown[])[]>(keys.map((key) => [String(key), []]))
  let hasOthers = false
  for (const row of rows) {
    const own = found.get(String(row[at]))
    if (own === undefined) hasOthers = true
    else own.push(row)
  }
  return keys.map((key) => {
    const own = found.get(String(key))
    const isNumber = typeof key === 'number' || typeof key === 'bigint' || WHOLE.test(String(key))
    const isSure = !hasOthers && (isNumber || UUID.test(String(key)))
    return isSure ? own : undefined
  })
}
