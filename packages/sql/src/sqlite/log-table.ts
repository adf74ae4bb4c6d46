/** The log of one cache in a SQLite file. */
import { randomBytes } from 'node:crypto'
import type { Invalidation, LogHead, LogRecord, Mark, Strength, TierContext } from '@hotpath/contract'
import { type CellPositionsBuilder, buildCellPositions } from '@hotpath/core/shared'
import type { LogTable, RecordToAppend } from '../backend.ts'
import { MAX_AHEAD_MS, MAX_POSITION } from '../positions-and-clocks.ts'
import { toLetter, toScope, toStrength } from '../scope-rows.ts'
import { type CellRow, cellsOf } from '../state-rows.ts'
import type { OpenDatabase, SqliteDatabase } from './database.ts'

interface LogRow {
  readonly id: number
  readonly epoch: string
  readonly position: number
  readonly hard_floor: number
  readonly soft_floor: number
  readonly appended: number
}

interface RecordRow {
  readonly position: number
  readonly previous: number
  readonly epoch: string
  readonly strength: string
  readonly type: string
  readonly value: string
}

/** Patterns and prefixes of one strength that make room. */
interface OldMatchers {
  readonly strength: string
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

  const find = (db: OpenDatabase): LogRow | undefined => db.prepare(FIND).get(name) as unknown as LogRow | undefined

  const newEpoch = (): string => randomBytes(6).toString('base64url')
  const nowUs = (): number => Math.min(Math.floor(clock.now()) * 1_000, MAX_POSITION)
  /** Positions are microseconds since 1970, or one more than the last. */
  const nextPosition = (last: number): number => Math.max(last + 1, nowUs())
  const isAhead = ({ position }: LogRow): boolean => position > nowUs() + MAX_AHEAD_MS * 1_000

  function findOrCreate(db: OpenDatabase): LogRow {
    const found = find(db)
    if (found === undefined) db.prepare(CREATE).run(name, newEpoch(), nextPosition(0))
    else if (isAhead(found)) renew(db, found)
    else return found
    return find(db) as LogRow
  }

  function renew(db: OpenDatabase, { id }: LogRow): void {
    for (const sql of FORGET) db.prepare(sql).run(id)
    db.prepare(RENEW).run(newEpoch(), nowUs(), id)
  }

  function headOf({ life }: OpenDatabase, { epoch, position }: LogRow): LogHead {
    return { epoch, position, life }
  }

  async function head(): Promise<{ db: OpenDatabase; log: LogRow }> {
    database.checkFile()
    const found = await database.read((db) => ({ db, log: find(db) }))
    if (found.log !== undefined && !isAhead(found.log)) return { db: found.db, log: found.log }
    return database.write((db) => ({ db, log: findOrCreate(db) }))
  }

  function append(db: OpenDatabase, records: readonly RecordToAppend[]): Mark {
    const { id, epoch, position: last, appended } = findOrCreate(db)
    const first = nextPosition(last)
    const floors = { hard: 0, soft: 0 }
    for (const [index, { strength, type, value, cells }] of records.entries()) {
      const position = first + index
      const letter = toLetter(strength)
      db.prepare(RECORD).run(id, position, index === 0 ? last : position - 1, epoch, letter, type, value)
      for (const cell of cells ?? []) db.prepare(RAISE).run(id, letter, cell, position)
      if (type === 'a') floors[strength] = position
      else if (cells === undefined) {
        const { hard, soft } = match(db, [id, letter, type, value, position])
        floors.hard = Math.max(floors.hard, hard)
        floors.soft = Math.max(floors.soft, soft)
      }
    }
    const position = first + records.length - 1
    db.prepare(MOVE).run(position, floors.hard, floors.soft, records.length, id)
    const trims = Math.floor((appended + records.length) / TRIM_EVERY) > Math.floor(appended / TRIM_EVERY)
    if (trims) db.prepare(TRIM).run(id, MAX_RECORDS)
    return { epoch, position }
  }

  /** Answers with the positions up to which floors have to rise: where there are too many, the older half gives way. */
  function match(db: OpenDatabase, row: readonly [number, string, string, string, number]): Record<Strength, number> {
    const floors = { hard: 0, soft: 0 }
    const [log] = row
    db.prepare(MATCH).run(...row)
    const { count } = db.prepare(COUNT_MATCHERS).get(log) as { count: number }
    if (count <= MAX_MATCHERS) return floors
    const old = db.prepare(OLD_MATCHERS).all(log, Math.ceil(count / 2)) as unknown as OldMatchers[]
    for (const { strength, position } of old) {
      db.prepare(FORGET_MATCHERS).run(log, strength, position)
      floors[toStrength(strength)] = position
    }
    return floors
  }

  /** Some at a time: there may be 262,144. */
  async function readCells(log: number): Promise<CellPositionsBuilder> {
    const builder = buildCellPositions()
    let [strength, cell] = ['', -1]
    for (;;) {
      const read = (db: OpenDatabase): unknown => db.prepare(CELLS).all(log, strength, cell, CELLS_READ)
      const rows = (await database.read(read)) as CellRow[]
      builder.add(cellsOf(rows))
      if (rows.length < CELLS_READ) return builder
      const last = rows.at(-1) as CellRow
      strength = last.strength
      cell = last.cell
      await new Promise((resolve) => void setImmediate(resolve))
    }
  }

  return {
    maxRecords: MAX_APPENDED,
    head: async () => {
      const { db, log } = await head()
      return headOf(db, log)
    },
    append: (records) => {
      database.checkFile()
      return database.write((db) => append(db, records))
    },
    async state() {
      // The head first, so that whatever is read with it is not older.
      const { db, log } = await head()
      const builder = await readCells(log.id)
      const matchers = await database.read((again) => again.prepare(MATCHERS).all(log.id))
      const after = await head()
      // Another log took its place meanwhile.
      if (after.log.epoch !== log.epoch) return this.state()
      const { epoch } = log
      const records = (matchers as unknown as RecordRow[]).map(({ strength, type, value, position }) => ({
        scope: toScope(type, value),
        strength: toStrength(strength),
        epoch,
        position,
      }))
      return { ...headOf(db, log), positions: builder.build([...floorsOf(after.log), ...records]) }
    },
    recordsAfter: (after) =>
      database.read((db): readonly LogRecord[] => {
        const version = database.version(db)
        if (nothing.version === version && nothing.after === after) return []
        const log = find(db)
        const rows = log === undefined ? [] : db.prepare(RECORDS).all(log.id, after, log.position, RECORDS_READ)
        if (rows.length === 0) nothing = { version, after }
        return (rows as unknown as RecordRow[]).map(toRecord)
      }),
    onAppend: (listener) => database.onCommit(listener),
  }
}

function floorsOf({ epoch, hard_floor, soft_floor }: LogRow): (Invalidation & Mark)[] {
  return [
    { scope: { type: 'all' }, strength: 'hard', epoch, position: hard_floor },
    { scope: { type: 'all' }, strength: 'soft', epoch, position: soft_floor },
  ]
}

function toRecord({ position, previous, epoch, strength, type, value }: RecordRow): LogRecord {
  return { position, previous, epoch, strength: toStrength(strength), scope: toScope(type, value) }
}
