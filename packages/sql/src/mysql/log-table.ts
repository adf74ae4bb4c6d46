/** The log of one cache in MySQL or MariaDB. */
import { randomBytes } from 'node:crypto'
import type { LogHead, TierContext } from '@hotpath/contract'
import { type CellPositionsBuilder, buildCellPositions } from '@hotpath/core/shared'
import type { LogTable } from '../backend.ts'
import { toLetter } from '../scope-rows.ts'
import type { ServerClock } from '../server-clock.ts'
import {
  type CellRow,
  type LogRow,
  type MatcherRow,
  type RecordRow,
  cellsOf,
  floorsOf,
  matcherOf,
  recordOf,
} from '../state-rows.ts'
import type { LogPoller } from './log-poller.ts'
import type { Run } from './run.ts'

/** What a log works with. */
export interface LogTableParts {
  readonly run: Run
  readonly prefix: string
  readonly clock: ServerClock
  readonly poller: LogPoller
  /** Identity of the server, where it is not to be asked for. */
  readonly life: string | undefined
}

/** Their texts take up to 800 bytes each, and a server takes a statement of a megabyte at the least. */
const MAX_APPENDED = 500
const CELLS_READ = 5_000
const RECORDS_READ = 500

export function openLogTable(parts: LogTableParts, { name }: TierContext): LogTable {
  const { run, prefix: p, clock, poller } = parts
  const life = parts.life ?? null
  /** Eight characters: six bytes in the header of every entry. Taken when a new epoch is due. */
  const candidate = (): string => randomBytes(6).toString('base64url')

  function open(): Promise<LogRow> {
    const ask = (): Promise<LogRow> => run.call<LogRow>(`${p}_head`, [name, candidate(), life])
    return clock.timed(ask, ({ now_ms }) => Number(now_ms))
  }

  async function readCells({ id }: LogRow): Promise<CellPositionsBuilder> {
    const sql = `SELECT strength, cell, position FROM ${p}_cells
      WHERE log = ? AND (strength > ? OR (strength = ? AND cell > ?)) ORDER BY strength, cell LIMIT ${CELLS_READ}`
    const builder = buildCellPositions()
    let last: CellRow = { strength: '', cell: -1, position: 0 }
    for (;;) {
      const rows = await run.prepared<CellRow>(sql, [id, last.strength, last.strength, last.cell])
      builder.add(cellsOf(rows))
      if (rows.length < CELLS_READ) return builder
      last = rows.at(-1) ?? last
    }
  }

  return {
    head: async () => headOf(await open()),
    maxRecords: MAX_APPENDED,
    async append(records) {
      const rows = records.map(({ strength, type, value, cells }) => [
        ...[toLetter(strength), type, Buffer.from(value).toString('base64')],
        ...[cells?.[0] ?? null, cells?.[1] ?? null],
      ])
      const { epoch, position } = await run.call<LogRow>(`${p}_append`, [name, candidate(), life, JSON.stringify(rows)])
      return { epoch, position: Number(position) }
    },
    async state() {
      // The head first, so that whatever is read with it is not older.
      const log = await open()
      const builder = await readCells(log)
      const matchers = await run.prepared<MatcherRow>(`SELECT * FROM ${p}_matchers WHERE log = ?`, [log.id])
      const after = await open()
      // Another life began meanwhile.
      if (after.epoch !== log.epoch) return this.state()
      const records = [...floorsOf(after), ...matchers.map((row) => matcherOf(row, log.epoch))]
      return { ...headOf(log), positions: builder.build(records) }
    },
    async recordsAfter(position) {
      // What lies beyond the log's own position is not of the log: a follower that took it would be ahead of all to come.
      const sql = `SELECT r.* FROM ${p}_logs l JOIN ${p}_records r ON r.log = l.id
        WHERE l.name = ? AND r.position > ? AND r.position <= l.position ORDER BY r.position LIMIT ${RECORDS_READ}`
      return (await run.prepared<RecordRow>(sql, [name, position])).map(recordOf)
    },
    onAppend: (wake) => poller.add(name, wake),
  }
}

function headOf({ epoch, life, position }: LogRow): LogHead {
  return { epoch, life, position: Number(position) }
}
