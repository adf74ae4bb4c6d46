/**
 * How many keys are read: a request for a range costs about as much as one for a key, so neighbours are read together, as
 * long as not much lies between them that nobody asked for. Nothing but decisions, by the names of what is there and the
 * sizes that the ledger knows.
 */
import type { LedgerRow } from '../quota/ledger.ts'

/** Fewer are read one by one. */
export const MIN_KEYS = 8
/** One request brings about so much at most: its result is cloned in one task. */
const MAX_KEYS = 100
const MAX_BYTES = 250_000
/** What a range has, to what of it is asked for. */
const MAX_WASTE = 2

type Rows = ReadonlyMap<string, LedgerRow>

/** Sorts keys, each once, into parts of neighbours that one request may bring. */
export function partsOf(keys: readonly string[], rows: Rows): readonly (readonly string[])[] {
  const parts: string[][] = []
  let bytes = 0
  for (const key of keys.toSorted(byUnits)) {
    const more = rows.get(key)?.bytes ?? 0
    const last = parts.at(-1)
    bytes += more
    if (last !== undefined && last.length < MAX_KEYS && bytes <= MAX_BYTES) last.push(key)
    else {
      parts.push([key])
      bytes = more
    }
  }
  return parts
}

/** How many names to look at between the first and the last key of a part. */
export function limitOf(part: readonly string[]): number {
  return MAX_WASTE * part.length + 1
}

/** Whether what lies between the first and the last key of a part may be read with them. */
export function isDense(part: readonly string[], names: readonly string[], rows: Rows): boolean {
  const bytes = names.reduce((sum, name) => sum + (rows.get(name)?.bytes ?? 0), 0)
  return names.length < limitOf(part) && bytes <= MAX_WASTE * MAX_BYTES
}

/** The order of IndexedDB. */
function byUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
