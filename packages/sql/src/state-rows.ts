/** What a log's tables hold, as rows. Drivers hand on large integers as text. */
import {
  type Invalidation,
  type LogHead,
  type LogRecord,
  type Mark,
  fromWireInvalidation,
  strengthOf,
} from '@hotpath/contract'
import type { CellPosition } from '@hotpath/core/log'

type Integer = string | number

/** A log. */
export interface LogRow {
  readonly id: Integer
  readonly epoch: string
  readonly life: string
  readonly position: Integer
  readonly hard_floor: Integer
  readonly soft_floor: Integer
}

/** A log, as a server with a clock of its own returns it. */
export interface TimedLogRow extends LogRow {
  /** The server's clock in milliseconds. */
  readonly now_ms: Integer
}

/** A cell. */
export interface CellRow {
  readonly strength: string
  readonly cell: number
  readonly position: Integer
}

/** A pattern or prefix. */
export interface MatcherRow {
  readonly strength: string
  readonly type: string
  /** Bytes where a string could not hold all that a pattern may be made of. */
  readonly value: Buffer | string
  readonly position: Integer
}

/** A record. */
export interface RecordRow extends MatcherRow {
  readonly previous: Integer
  readonly epoch: string
}

/** The cells of some rows, one after the other. */
export function* cellsOf(rows: readonly CellRow[]): Iterable<CellPosition> {
  for (const { strength, cell, position } of rows) {
    yield { strength: strengthOf(strength), cell, position: Number(position) }
  }
}

export function headOf({ epoch, life, position }: LogRow): LogHead {
  return { epoch, life, position: Number(position) }
}

export function floorsOf({ epoch, hard_floor, soft_floor }: LogRow): (Invalidation & Mark)[] {
  return [
    { scope: { type: 'all' }, strength: 'hard', epoch, position: Number(hard_floor) },
    { scope: { type: 'all' }, strength: 'soft', epoch, position: Number(soft_floor) },
  ]
}

export function matcherOf({ strength, type, value, position }: MatcherRow, epoch: string): Invalidation & Mark {
  return { ...fromWireInvalidation({ strength, type, value: value.toString() }), epoch, position: Number(position) }
}

export function recordOf(row: RecordRow): LogRecord {
  return { ...matcherOf(row, row.epoch), previous: Number(row.previous) }
}
