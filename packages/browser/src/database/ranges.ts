/** Ranges of keys. Fakes of a database take anything of that shape where there is no `IDBKeyRange`. */
import type { DatabaseKey, DatabaseKeyRange } from '@hotpath/web/database'

const ranges = (): typeof IDBKeyRange | undefined => globalThis.IDBKeyRange

/** From one key on. */
export function keysFrom(lower: DatabaseKey): DatabaseKeyRange {
  return ranges()?.lowerBound(lower) ?? { lower, upper: undefined, lowerOpen: false, upperOpen: true }
}

/** After a key. */
export function keysAfter(lower: DatabaseKey): DatabaseKeyRange {
  return ranges()?.lowerBound(lower, true) ?? { lower, upper: undefined, lowerOpen: true, upperOpen: true }
}

/** From one key up to another, both included. */
export function keysBetween(lower: DatabaseKey, upper: DatabaseKey): DatabaseKeyRange {
  return ranges()?.bound(lower, upper) ?? { lower, upper, lowerOpen: false, upperOpen: false }
}
