/** What is kept of a result: columns and rows as they came over the wire. */
import type { Column, DatabaseDriver, WireResult } from '../driver/driver.ts'
import { isCopyable } from '../driver/row-makers.ts'
import type { QueryReason } from '../query-stats.ts'

/** A result in the cache. Never changed by anybody. */
export interface StoredResult {
  /** Version of this form. */
  readonly v: 1
  /** Columns. */
  readonly c: readonly Column[]
  /** Rows. */
  readonly r: readonly (readonly unknown[])[]
  /** Why it is kept for as long as it is. */
  readonly w?: QueryReason
}

/** Whether a value from a tier is one of ours. */
export function isStoredResult(value: unknown): value is StoredResult {
  const { v, c, r } = (value ?? {}) as Partial<StoredResult>
  return v === 1 && Array.isArray(c) && Array.isArray(r)
}

/** What a result is too much for. */
export interface Bounds {
  readonly maxRows: number
  readonly maxResultBytes: number
  readonly driver: Pick<DatabaseDriver, 'bytes'>
}

/** Why a result is not to be kept; `undefined`: it may be. */
export function refusal(
  { rows }: WireResult,
  { maxRows, maxResultBytes, driver }: Bounds,
): 'too-large' | 'values' | undefined {
  if (rows.length > maxRows) return 'too-large'
  let bytes = 0
  for (const row of rows) {
    for (const value of row) {
      bytes += sizeOf(value)
      if (typeof value === 'object' && !isCopyable(value, driver.bytes)) return 'values'
    }
    if (bytes > maxResultBytes) return 'too-large'
  }
  return undefined
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (value instanceof Uint8Array) return value.byteLength
  if (value instanceof Date) return 8
  let bytes = 16
  for (const [name, member] of Object.entries(value)) bytes += name.length + sizeOf(member)
  return bytes
}

/** A stored result as a driver returns one. */
export function wireOf({ c: columns, r: rows }: StoredResult): WireResult {
  return { columns, rows, rowCount: rows.length }
}
