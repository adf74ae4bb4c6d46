/** The log of one cache in MySQL or MariaDB. */
import type { ServerClock, TierContext } from '@hotpath/contract'
import { type CellPositionsBuilder, buildCellPositions } from '@hotpath/core/log'
import type { LogTable } from '../backend.ts'
import { newEpoch } from '../new-epoch.ts'
import { readState } from '../read-state.ts'
import {
  type CellRow,
  type LogRow,
  type MatcherRow,
  type RecordRow,
  type TimedLogRow,
  cellsOf,
  headOf,
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

  function open(): Promise<TimedLogRow> {
    const ask = (): Promise<TimedLogRow> => run.call<TimedLogRow>(`${p}_head`, [name, newEpoch(), life])
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
        ...[strength, type, Buffer.from(value).toString('base64')],
        ...[cells?.[0] ?? null, cells?.[1] ?? null],
      ])
      const { epoch, position } = await run.call<TimedLogRow>(`${p}_append`, [
        name,
        newEpoch(),
        life,
        JSON.stringify(rows),
      ])
      return { epoch, position: Number(position) }
    },
    state: () =>
      readState({
        open,
        readCells,
        readMatchers: ({ id }) => run.prepared<MatcherRow>(`SELECT * FROM ${p}_matchers WHERE log = ?`, [id]),
      }),
    async recordsAfter(position) {
      // What lies beyond the log's own position is not of the log: a follower that took it would be ahead of all to come.
      const sql = `SELECT r.* FROM ${p}_logs l JOIN ${p}_records r ON r.log = l.id
        WHERE l.name = ? AND r.position > ? AND r.position <= l.position ORDER BY r.position LIMIT ${RECORDS_READ}`
      return (await run.prepared<RecordRow>(sql, [name, position])).map(recordOf)
    },
    onAppend: (wake) => poller.add(name, wake),
  }
}
