/** The log of one cache in PostgreSQL. */
import type { ServerClock, TierContext } from '@hotpath/contract'
import { CELLS, type CellPositionsBuilder, buildCellPositions } from '@hotpath/core/log'
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
import type { Listener } from './listener.ts'
import type { Run } from './run.ts'
import { NOW_MS } from './schema.ts'

/** What a log works with. */
export interface LogTableParts {
  readonly run: Run
  readonly prefix: string
  readonly clock: ServerClock
  readonly listener: Listener
  /** Identity of the server, where it is not to be asked for. */
  readonly life: string | undefined
}

const MAX_APPENDED = 1_000
const CELLS_READ = 5_000
const RECORDS_READ = 500

export function openLogTable(parts: LogTableParts, { name }: TierContext): LogTable {
  const { run, prefix: p, clock, listener } = parts
  const life = parts.life ?? null

  async function query<Row>(text: string, values: unknown[], prepared?: string): Promise<Row[]> {
    const query = prepared === undefined ? { text, values } : { name: `${p}_${prepared}`, text, values }
    return (await run(query)).rows as Row[]
  }

  async function open(): Promise<TimedLogRow> {
    const text = `SELECT *, ${NOW_MS} AS now_ms FROM ${p}_open($1, $2, $3)`
    const ask = async (): Promise<TimedLogRow> =>
      (await query<TimedLogRow>(text, [name, newEpoch(), life], 'head'))[0] as TimedLogRow
    return clock.timed(ask, ({ now_ms }) => Number(now_ms))
  }

  /**
   * A small table at once, a large one by ranges of cells: pages in their order would each sort all that follows, where
   * the planner does not know the table yet.
   */
  async function readCells({ id }: LogRow): Promise<CellPositionsBuilder> {
    const builder = buildCellPositions()
    const columns = `SELECT strength, cell, position FROM ${p}_cells WHERE log = $1`
    const some = await query<CellRow>(`${columns} LIMIT ${CELLS_READ}`, [id])
    if (some.length < CELLS_READ) {
      builder.add(cellsOf(some))
      return builder
    }
    const range = `${columns} AND strength = $2 AND cell >= $3 AND cell < $4`
    for (const strength of ['h', 's']) {
      for (let cell = 0; cell < CELLS; cell += CELLS_READ) {
        builder.add(cellsOf(await query<CellRow>(range, [id, strength, cell, cell + CELLS_READ])))
      }
    }
    return builder
  }

  return {
    head: async () => headOf(await open()),
    maxRecords: MAX_APPENDED,
    async append(records) {
      const [row] = await query<TimedLogRow>(
        `SELECT * FROM ${p}_append($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          name,
          newEpoch(),
          life,
          records.map(({ strength }) => strength),
          records.map(({ type }) => type),
          records.map(({ value }) => Buffer.from(value)),
          records.map(({ cells }) => cells?.[0] ?? null),
          records.map(({ cells }) => cells?.[1] ?? null),
        ],
        'append',
      )
      return { epoch: (row as TimedLogRow).epoch, position: Number((row as TimedLogRow).position) }
    },
    state: () =>
      readState({
        open,
        readCells,
        readMatchers: ({ id }) => query<MatcherRow>(`SELECT * FROM ${p}_matchers WHERE log = $1`, [id]),
      }),
    async recordsAfter(position) {
      // What lies beyond the log's own position is not of the log: a follower that took it would be ahead of all to come.
      const text = `SELECT r.* FROM ${p}_logs l JOIN ${p}_records r ON r.log = l.id
        WHERE l.name = $1 AND r.position > $2 AND r.position <= l.position ORDER BY r.position LIMIT ${RECORDS_READ}`
      return (await query<RecordRow>(text, [name, position], 'records')).map(recordOf)
    },
    onAppend: (wake) => listener.add(`${p}_log`, name, () => wake()),
  }
}
