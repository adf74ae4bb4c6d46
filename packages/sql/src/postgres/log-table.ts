/** The log of one cache in PostgreSQL. */
import { randomBytes } from 'node:crypto'
import type { LogHead, TierContext } from '@hotpath/contract'
import type { CellPosition } from '@hotpath/core'
import type { LogTable } from '../backend.ts'
import { toLetter } from '../scope-rows.ts'
import type { ServerClock } from '../server-clock.ts'
import {
  type CellRow,
  type LogRow,
  type MatcherRow,
  type RecordRow,
  cellOf,
  floorsOf,
  matcherOf,
  recordOf,
} from '../state-rows.ts'
import type { Listener } from './listener.ts'
import type { Run } from './run.ts'

/** What a log works with. */
export interface LogTableParts {
  readonly run: Run
  readonly prefix: string
  readonly clock: ServerClock
  readonly listener: Listener
  /** Identity of the server, where it is not to be asked for. */
  readonly life: string | undefined
}

const CELLS_READ = 5_000
const RECORDS_READ = 500

export function openLogTable(parts: LogTableParts, { name }: TierContext): LogTable {
  const { run, prefix: p, clock, listener } = parts
  const life = parts.life ?? null
  /** Eight characters: six bytes in the header of every entry. Taken when a new epoch is due. */
  const candidate = (): string => randomBytes(6).toString('base64url')

  async function query<Row>(text: string, values: unknown[], prepared?: string): Promise<Row[]> {
    const query = prepared === undefined ? { text, values } : { name: `${p}_${prepared}`, text, values }
    return (await run(query)).rows as Row[]
  }

  async function open(): Promise<LogRow> {
    const text = `SELECT *, floor(extract(epoch FROM clock_timestamp()) * 1000) AS now_ms FROM ${p}_open($1, $2, $3)`
    const ask = async (): Promise<LogRow> => (await query<LogRow>(text, [name, candidate(), life], 'head'))[0] as LogRow
    return clock.timed(ask, ({ now_ms }) => Number(now_ms))
  }

  async function readCells({ id }: LogRow): Promise<CellPosition[]> {
    const text = `SELECT strength, cell, position FROM ${p}_cells WHERE log = $1 AND (strength, cell) > ($2, $3)
      ORDER BY strength, cell LIMIT ${CELLS_READ}`
    const cells: CellPosition[] = []
    let last: CellRow = { strength: '', cell: -1, position: 0 }
    for (;;) {
      const rows = await query<CellRow>(text, [id, last.strength, last.cell])
      for (const row of rows) cells.push(cellOf(row))
      if (rows.length < CELLS_READ) return cells
      last = rows.at(-1) ?? last
    }
  }

  return {
    head: async () => headOf(await open()),
    async append(records) {
      const [row] = await query<LogRow>(
        `SELECT * FROM ${p}_append($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          name,
          candidate(),
          life,
          records.map(({ strength }) => toLetter(strength)),
          records.map(({ type }) => type),
          records.map(({ value }) => Buffer.from(value)),
          records.map(({ cells }) => cells?.[0] ?? null),
          records.map(({ cells }) => cells?.[1] ?? null),
        ],
        'append',
      )
      return { epoch: (row as LogRow).epoch, position: Number((row as LogRow).position) }
    },
    async state() {
      // The head first, so that whatever is read with it is not older.
      const log = await open()
      const cells = await readCells(log)
      const matchers = await query<MatcherRow>(`SELECT * FROM ${p}_matchers WHERE log = $1`, [log.id])
      const after = await open()
      // Another life began meanwhile.
      if (after.epoch !== log.epoch) return this.state()
      const records = [...floorsOf(after), ...matchers.map((row) => matcherOf(row, log.epoch))]
      return { head: headOf(log), state: { cells, records } }
    },
    async recordsAfter(position) {
      const text = `SELECT r.* FROM ${p}_logs l JOIN ${p}_records r ON r.log = l.id
        WHERE l.name = $1 AND r.position > $2 ORDER BY r.position LIMIT ${RECORDS_READ}`
      return (await query<RecordRow>(text, [name, position], 'records')).map(recordOf)
    },
    onAppend: (wake) => listener.add(`${p}_log`, name, () => wake()),
  }
}

function headOf({ epoch, life, position }: LogRow): LogHead {
  return { epoch, life, position: Number(position) }
}
