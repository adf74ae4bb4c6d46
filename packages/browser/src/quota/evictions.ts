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
  let { bytes, entries } = totalOf(stock)
  const expired: string[] = []
  const alive: (readonly [key: string, row: LedgerRow])[] = []
  eachRow(stock, (key, row) => {
    if (row.deadAt > now) return void alive.push([key, row])
    expired.push(key)
    bytes -= row.bytes
    entries--
  })
  const evicted: string[] = []
  const isEnough = (): boolean => bytes < share * maxBytes && entries < share * MAX_ENTRIES
  if (isEnough()) return { expired, evicted }
  for (const [key, row] of alive.sort(([, a], [, b]) => a.usedAt - b.usedAt)) {
    if (isEnough()) break
    evicted.push(key)
    bytes -= row.bytes
    entries--
  }
  return { expired, evicted }
}

/** Keys of what is dead. */
export function expiredOf(rows: Rows, now: number): string[] {
  const expired: string[] = []
  for (const [key, { deadAt }] of rows) if (deadAt <= now) expired.push(key)
  return expired
}

/** Looks at all that will be there. Without a copy: there may be thousands, and each transaction looks at them. */
function eachRow({ rows, changes }: Stock, look: (key: string, row: LedgerRow) => void): void {
  for (const [key, row] of rows) if (!changes.has(key)) look(key, row)
  for (const [key, row] of changes) if (row !== undefined) look(key, row)
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
