/** Which entries go when the budget runs out. Nothing but decisions. */
import type { LedgerRow } from './ledger.ts'

/** From here on expired entries go, and as many more as it takes to be below. */
const SWEEP_AT = 0.8
/** From here on room is made for a while. */
const MAKE_ROOM_AT = 0.9
/** How much of a budget is left in use when room was made. */
export const MADE_ROOM = 0.7
/** However small they are: each tab that writes knows of all of them. */
export const MAX_ENTRIES = 20_000

type Rows = ReadonlyMap<string, LedgerRow>

/** What is stored, and what is about to be: a row for each key that is written, none for each that is deleted. */
export interface Stock {
  readonly rows: Rows
  /** Of `rows`. */
  readonly bytes: number
  readonly changes: ReadonlyMap<string, LedgerRow | undefined>
}

/** What a stock is compared with. */
export interface Budget {
  readonly maxBytes: number
  /** Wall time. */
  readonly now: number
}

/** Entries that go, by why. */
export interface Evictions {
  /** They are dead. */
  readonly expired: readonly string[]
  /** The least recently used first. */
  readonly evicted: readonly string[]
}

/** What goes so that a stock is within its budget: nothing below 80 % of it. */
export function evictionsFor(stock: Stock, budget: Budget): Evictions {
  const { bytes, entries } = totalOf(stock)
  const share = Math.max(bytes / budget.maxBytes, entries / MAX_ENTRIES)
  if (share < SWEEP_AT) return { expired: [], evicted: [] }
  return evictionsTo(share < MAKE_ROOM_AT ? SWEEP_AT : MADE_ROOM, stock, budget)
}

/** What goes until less than a share of the budget is in use: what is dead first, then what was used least recently. */
export function evictionsTo(share: number, stock: Stock, { maxBytes, now }: Budget): Evictions {
  const rows = merged(stock)
  const expired = expiredOf(rows, now)
  const dead = new Set(expired)
  let { bytes, entries } = totalOf(stock)
  for (const key of expired) bytes -= rows.get(key)?.bytes ?? 0
  entries -= expired.length
  const evicted: string[] = []
  const isEnough = (): boolean => bytes < share * maxBytes && entries < share * MAX_ENTRIES
  if (isEnough()) return { expired, evicted }
  const leastRecent = [...rows].filter(([key]) => !dead.has(key)).sort(([, a], [, b]) => a.usedAt - b.usedAt)
  for (const [key, row] of leastRecent) {
    if (isEnough()) break
    evicted.push(key)
    bytes -= row.bytes
    entries--
  }
  return { expired, evicted }
}

/** Keys of what is dead. */
export function expiredOf(rows: Rows, now: number): string[] {
  return [...rows].filter(([, { deadAt }]) => deadAt <= now).map(([key]) => key)
}

function totalOf({ rows, bytes: stored, changes }: Stock): { bytes: number; entries: number } {
  let bytes = stored
  let entries = rows.size
  for (const [key, row] of changes) {
    const before = rows.get(key)
    bytes += (row?.bytes ?? 0) - (before?.bytes ?? 0)
    entries += Number(row !== undefined) - Number(before !== undefined)
  }
  return { bytes, entries }
}

function merged({ rows, changes }: Stock): Rows {
  const all = new Map(rows)
  for (const [key, row] of changes) {
    if (row === undefined) all.delete(key)
    else all.set(key, row)
  }
  return all
}
