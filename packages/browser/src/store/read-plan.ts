/**
 * How many keys are read: a request for a range costs about as much as one for a key, so neighbours are read together, as
 * long as not much lies between them that nobody asked for. Nothing but decisions, by what the ledger knows: where
 * it is behind what other tabs wrote, more is read in vain, and no less is found.
 */
import type { LedgerRow } from '../quota/ledger.ts'

/** Fewer are read one by one. */
const MIN_KEYS = 8
/** One request brings about so much at most: its result is cloned in one task. */
const MAX_KEYS = 100
const MAX_BYTES = 250_000
/** Records of a range, to those of them that are asked for. */
const MAX_WASTE = 2

/** Neighbours, sorted. */
export interface ReadRange {
  readonly keys: readonly string[]
  /** Records that are read at most. */
  readonly limit: number
}

/** Requests for many keys. */
export interface ReadPlan {
  readonly ranges: readonly ReadRange[]
  readonly singles: readonly string[]
}

interface Part {
  readonly keys: string[]
  bytes: number
  /** What lies between its first and its last key. */
  stored: number
  storedBytes: number
}

/** Plans reads of keys, each once. Without rows nobody knows what lies between them. */
export function planOf(keys: readonly string[], rows: ReadonlyMap<string, LedgerRow>): ReadPlan {
  if (keys.length < MIN_KEYS || rows.size === 0) return { ranges: [], singles: keys }
  const parts = partsOf(keys.toSorted(byUnits), rows)
  for (const [key, { bytes }] of rows) {
    const part = parts[indexOf(parts, key)]
    if (part === undefined || key < (part.keys[0] as string)) continue
    part.stored++
    part.storedBytes += bytes
  }
  const ranges: ReadRange[] = []
  const singles: string[] = []
  for (const { keys: some, stored, storedBytes } of parts) {
    const isDense = stored <= MAX_WASTE * some.length && storedBytes <= MAX_WASTE * MAX_BYTES
    if (isDense && some.length >= MIN_KEYS) ranges.push({ keys: some, limit: MAX_WASTE * some.length })
    else singles.push(...some)
  }
  return { ranges, singles }
}

function partsOf(sorted: readonly string[], rows: ReadonlyMap<string, LedgerRow>): readonly Part[] {
  const parts: Part[] = []
  for (const key of sorted) {
    const bytes = rows.get(key)?.bytes ?? 0
    const last = parts.at(-1)
    if (last === undefined || last.keys.length >= MAX_KEYS || last.bytes + bytes > MAX_BYTES)
      parts.push({ keys: [key], bytes, stored: 0, storedBytes: 0 })
    else {
      last.keys.push(key)
      last.bytes += bytes
    }
  }
  return parts
}

/** The first part whose last key is not before a key. */
function indexOf(parts: readonly Part[], key: string): number {
  let [from, to] = [0, parts.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((parts[middle]?.keys.at(-1) as string) < key) from = middle + 1
    else to = middle
  }
  return from
}

/** The order of IndexedDB. */
function byUnits(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
