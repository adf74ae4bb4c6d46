/** Which keys the next visit reads before they are asked for. Nothing but decisions. */
import type { LedgerRow } from '../quota/ledger.ts'

/** As many as are read at once, in some milliseconds. */
const MAX_KEYS = 200
const MAX_BYTES = 1_000_000

/** What to note, of the keys of memory, the hottest first. */
export function worthNoting(hot: readonly string[], isMemoryOnly: (key: string) => boolean): readonly string[] {
  return hot.filter((key) => !isMemoryOnly(key)).slice(0, MAX_KEYS)
}

/** What to read, of what an earlier visit has noted, which any script of the origin may have changed: what is there, the hottest first. */
export function worthReading(noted: unknown, rows: ReadonlyMap<string, LedgerRow>): readonly string[] {
  if (!Array.isArray(noted)) return []
  const keys: string[] = []
  let left = MAX_BYTES
  for (const key of new Set<unknown>(noted.slice(0, MAX_KEYS))) {
    const row = rows.get(key as string)
    if (row === undefined || row.bytes > left) continue
    left -= row.bytes
    keys.push(key as string)
  }
  return keys
}
