/** The log of one cache in a SQLite file. */
import type { LogRecord, Mark, StrengthLetter, TierContext } from '@hotpath/contract'
import { type CellPositionsBuilder, buildCellPositions } from '@hotpath/core/log'
import type { LogTable, RecordToAppend } from '../backend.ts'
import { MAX_AHEAD_MS, MAX_POSITION } from '../positions-and-clocks.ts'
import { newEpoch } from '../new-epoch.ts'
import { readState } from '../read-state.ts'
import { type CellRow, type LogRow, type MatcherRow, type RecordRow, cellsOf, headOf, recordOf } from '../state-rows.ts'
import type { OpenDatabase, SqliteDatabase } from './database.ts'

interface FoundRow extends Omit<LogRow, 'life'> {
  readonly id: number
  readonly position: number
  readonly appended: number
}

/** Patterns and prefixes of one strength that make room. */
interface OldMatchers {
  readonly strength: StrengthLetter
  /** Of the newest of them. */
  readonly position: number
}

/** What a clock that was ahead has left may be too large for a number; where it lies beyond, it only matters that it does. */
const FIND = `SELECT id, epoch, min(position, ${Number.MAX_SAFE_INTEGER}) AS position,
  min(hard_floor, ${Number.MAX_SAFE_INTEGER}) AS hard_floor, min(soft_floor, ${Number.MAX_SAFE_INTEGER}) AS soft_floor, appended
FROM hotpath_logs WHERE name = ?`
const CREATE = 'INSERT INTO hotpath_logs (name, epoch, position) VALUES (?, ?, ?)'
const RENEW = 'UPDATE hotpath_logs SET epoch = ?, position = ?, hard_floor = 0, soft_floor = 0 WHERE id = ?'
const FORGET = ['cells', 'matchers', 'records'].map((table) => `DELETE FROM hotpath_${table} WHERE log = ?`)
const MOVE = `UPDATE hotpath_logs SET position = ?, hard_floor = max(hard_floor, ?), soft_floor = max(soft_floor, ?),
  appended = appended + ? WHERE id = ?`
const RECORD = `INSERT INTO hotpath_records (log, position, previous, epoch, strength, type, value)
VALUES (?, ?, ?, ?, ?, ?, ?)`
const RAISE = `INSERT INTO hotpath_cells (log, strength, cell, position) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET position = excluded.position`
const MATCH = `INSERT INTO hotpath_matchers (log, strength, type, value, position) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET position = excluded.position`
const COUNT_MATCHERS = 'SELECT count(*) AS count FROM hotpath_matchers WHERE log = ?'
const OLD_MATCHERS = `SELECT strength, max(position) AS position FROM
  (SELECT strength, position FROM hotpath_matchers WHERE log = ? ORDER BY position LIMIT ?) GROUP BY strength`
const FORGET_MATCHERS = 'DELETE FROM hotpath_matchers WHERE log = ? AND strength = ? AND position <= ?'
const TRIM = `DELETE FROM hotpath_records WHERE log = ?1 AND position <=
  (SELECT position FROM hotpath_records WHERE log = ?1 ORDER BY position DESC LIMIT 1 OFFSET ?2)`
const CELLS = `SELECT strength, cell, position FROM hotpath_cells WHERE log = ? AND (strength, cell) > (?, ?)
ORDER BY strength, cell LIMIT ?`
const MATCHERS = 'SELECT strength, type, value, position FROM hotpath_matchers WHERE log = ?'
/** What lies beyond the log's own position is not of the log: a follower that took it would be ahead of all to come. */
const RECORDS = `SELECT * FROM hotpath_records WHERE log = ? AND position > ? AND position <= ?
ORDER BY position LIMIT ?`

/** Patterns and prefixes that are kept apart before the floor rises. */
const MAX_MATCHERS = 1_000
/** Records that a follower may be behind before it has to read the state anew. */
const MAX_RECORDS = 10_000
/** Records of one append: so few that the event loop does not notice. */
const MAX_APPENDED = 200
const TRIM_EVERY = 500
const CELLS_READ = 2_000
const RECORDS_READ = 500

export function openLogTable(database: SqliteDatabase, context: TierContext): LogTable {
  const { name, clock } = context
  /** When nothing was found behind a position. */
  let nothing = { version: '', after: -1 }

  const find = (db: OpenDatabase): FoundRow | undefined => db.prepare(FIND).get(name) as unknown as FoundRow | undefined

  const nowUs = (): number => Math.min(Math.floor(clock.now()) * 1_000, MAX_POSITION)
  /** Positions are microseconds since 1970, or one more than the last. */
  const nextPosition = (last: number): number => Math.max(last + 1, nowUs())
  const isAhead = ({ position }: FoundRow): boolean => position > nowUs() + MAX_AHEAD_MS * 1_000

  function findOrCreate(db: OpenDatabase): FoundRow {
    const found = find(db)
    if (found === undefined) db.prepare(CREATE).run(name, newEpoch(), nextPosition(0))
    else if (isAhead(found)) renew(db, found)
    else return found
    return find(db) as FoundRow
  }

  function renew(db: OpenDatabase, { id }: FoundRow): void {
    for (const sql of FORGET) db.prepare(sql).run(id)
    db.prepare(RENEW).run(newEpoch(), nowUs(), id)
  }

  async function open(): Promise<FoundRow & LogRow> {
    database.checkFile()
    const found = await database.read((db) => ({ life: db.life, log: find(db) }))
    if (found.log !== undefined && !isAhead(found.log)) return { ...found.log, life: found.life }
    return database.write((db) => ({ ...findOrCreate(db), life: db.life }))
  }

  function append(db: OpenDatabase, records: readonly RecordToAppend[]): Mark {
    const { id, epoch, position: last, appended } = findOrCreate(db)
    const first = nextPosition(last)
    const floors = { h: 0, s: 0 }
    for (const [index, { strength, type, value, cells }] of records.entries()) {
      const position = first + index
      db.prepare(RECORD).run(id, position, index === 0 ? last : position - 1, epoch, strength, type, value)
      for (const cell of cells ?? []) db.prepare(RAISE).run(id, strength, cell, position)
      if (type === 'a') floors[strength] = position
      else if (cells === undefined) {
        const { h, s } = match(db, [id, strength, type, value, position])
        floors.h = Math.max(floors.h, h)
        floors.s = Math.max(floors.s, s)
      }
    }
    const position = first + records.length - 1
    db.prepare(MOVE).run(position, floors.h, floors.s, records.length, id)
    const trims = Math.floor((appended + records.length) / TRIM_EVERY) > Math.floor(appended / TRIM_EVERY)
    if (trims) db.prepare(TRIM).run(id, MAX_RECORDS)
    return { epoch, position }
  }

  /** Answers with the positions up to which floors have to rise: where there are too many, the older half gives way. */
  function match(
    db: OpenDatabase,
    row: readonly [number, string, string, string, number],
  ): Record<StrengthLetter, number> {
    const floors = { h: 0, s: 0 }
    const [log] = row
    db.prepare(MATCH).run(...row)
    const { count } = db.prepare(COUNT_MATCHERS).get(log) as { count: number }
    if (count <= MAX_MATCHERS) return floors
    const old = db.prepare(OLD_MATCHERS).all(log, Math.ceil(count / 2)) as unknown as OldMatchers[]
    for (const { strength, position } of old) {
      db.prepare(FORGET_MATCHERS).run(log, strength, position)
      floors[strength] = position
    }
    return floors
  }

  /** Some at a time: there may be 262,144. */
  async function readCells({ id }: FoundRow): Promise<CellPositionsBuilder> {
    const builder = buildCellPositions()
    let [strength, cell] = ['', -1]
    for (;;) {
      const read = (db: OpenDatabase): unknown => db.prepare(CELLS).all(id, strength, cell, CELLS_READ)
      const rows = (await database.read(read)) as CellRow[]
      builder.add(cellsOf(rows))
      if (rows.length < CELLS_READ) return builder
      const last = rows.at(-1) as CellRow
      strength = last.strength
      cell = last.cell
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }

  const readMatchers = (log: FoundRow): Promise<MatcherRow[]> =>
    database.read((db) => db.prepare(MATCHERS).all(log.id) as unknown as MatcherRow[])

  return {
    maxRecords: MAX_APPENDED,
    head: async () => headOf(await open()),
    append: (records) => {
      database.checkFile()
      return database.write((db) => append(db, records))
    },
    state: () => readState({ open, readCells, readMatchers }),
    recordsAfter: (after) =>
      database.read((db): readonly LogRecord[] => {
        const version = database.version(db)
        if (nothing.version === version && nothing.after === after) return []
        const log = find(db)
        const rows = log === undefined ? [] : db.prepare(RECORDS).all(log.id, after, log.position, RECORDS_READ)
        if (rows.length === 0) nothing = { version, after }
        return (rows as unknown as RecordRow[]).map(recordOf)
      }),
    onAppend: (listener) => database.onCommit(listener),
  }
}
