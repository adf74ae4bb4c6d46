/** The entries of one cache in a SQLite file. */
import type { TierContext } from '@hotpath/contract'
import type { EntryTable, FrameToStore, StoredFrame } from '../backend.ts'
import type { OpenDatabase, SqliteDatabase } from './database.ts'
import { inSlices } from '../slices.ts'

/** What entries are bound by. */
export interface EntriesParts {
  readonly database: SqliteDatabase
  readonly context: TierContext
  /** Of the whole file; caches that share it share the room. */
  readonly maxBytes: number
}

const GET = 'SELECT frame FROM hotpath_entries WHERE name = ? AND key = ?'
const GET_MANY = 'SELECT key, frame FROM hotpath_entries WHERE name = ? AND key IN (SELECT value FROM json_each(?))'
const PUT = `INSERT INTO hotpath_entries (name, key, epoch, as_of, expires_at, frame) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (name, key) DO UPDATE SET
  epoch = excluded.epoch, as_of = excluded.as_of, expires_at = excluded.expires_at, frame = excluded.frame
WHERE excluded.epoch <> epoch OR excluded.as_of >= as_of`
const REMOVE = 'DELETE FROM hotpath_entries WHERE name = ? AND key = ?'
const REMOVE_OLDER = `${REMOVE} AND (epoch <> ? OR as_of < ?)`
const REMOVE_SOME =
  'DELETE FROM hotpath_entries WHERE rowid IN (SELECT rowid FROM hotpath_entries WHERE name = ? LIMIT ?)'
const SCAN = 'SELECT key, frame FROM hotpath_entries WHERE name = ? AND key > ? ORDER BY key LIMIT ?'
const SWEEP =
  'DELETE FROM hotpath_entries WHERE rowid IN (SELECT rowid FROM hotpath_entries WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)'
const EVICT = `DELETE FROM hotpath_entries WHERE rowid IN
  (SELECT rowid FROM hotpath_entries ORDER BY expires_at LIMIT ?) RETURNING name, key`

const READS = 50
const WRITES = 50
const SWEEPS = 200
/** A single entry may take up this part of the room. */
const LARGEST_PART = 1 / 8

export function openEntries({ database, context, maxBytes }: EntriesParts): EntryTable {
  const { name } = context

  async function read(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
    const frames = new Map<string, Uint8Array>()
    await inSlices(keys, READS, (some) => database.read((db) => collect(db, some, frames)))
    return frames
  }

  function collect(db: OpenDatabase, keys: readonly string[], frames: Map<string, Uint8Array>): void {
    // SQLite's JSON cannot carry NUL.
    const many = keys.length < 3 ? [] : keys.filter((key) => !key.includes('\0'))
    const single = keys.length < 3 ? keys : keys.filter((key) => key.includes('\0'))
    for (const key of single) {
      const row = db.prepare(GET).get(name, key) as { frame: Uint8Array } | undefined
      if (row !== undefined) frames.set(key, row.frame)
    }
    if (many.length === 0) return
    const rows = db.prepare(GET_MANY).all(name, JSON.stringify(many)) as unknown as StoredFrame[]
    for (const { key, frame } of rows) frames.set(key, frame)
  }

  function store(db: OpenDatabase, frames: readonly FrameToStore[]): void {
    makeRoom(db, frames.length)
    for (const { key, epoch, asOf, expiresAt, frame } of frames) {
      db.prepare(PUT).run(name, key, epoch, asOf, Math.min(expiresAt, Number.MAX_SAFE_INTEGER), frame)
    }
  }

  /** What would expire soonest goes first. Twice as many as come, so that a full file soon has room again. */
  function makeRoom(db: OpenDatabase, count: number): void {
    if (usedBytes(db) <= maxBytes) return
    const evicted = db.prepare(EVICT).all(count * 2) as { name: string; key: string }[]
    for (const one of evicted) if (one.name === name) context.evicted(one.key, 'max-bytes')
  }

  async function repeat(batch: () => Promise<number>): Promise<void> {
    while ((await batch()) === SWEEPS);
  }

  return {
    read,
    async write(frames) {
      const small = frames.filter(({ key, frame }) => {
        const fits = frame.length <= maxBytes * LARGEST_PART
        if (!fits) context.evicted(key, 'max-entry-bytes')
        return fits
      })
      const parts = Array.from({ length: Math.ceil(small.length / WRITES) }, (_, part) =>
        small.slice(part * WRITES, (part + 1) * WRITES),
      )
      await Promise.all(parts.map((some) => database.write((db) => store(db, some))))
    },
    async remove(keys, below) {
      const remove = (some: readonly string[]): Promise<void> =>
        database.write((db) => {
          for (const key of some) {
            if (below === undefined) db.prepare(REMOVE).run(name, key)
            else db.prepare(REMOVE_OLDER).run(name, key, below.epoch, below.position)
          }
        })
      await inSlices(keys, WRITES, remove)
    },
    clear: () => repeat(() => database.write((db) => Number(db.prepare(REMOVE_SOME).run(name, SWEEPS).changes))),
    scan: (after = '') =>
      database.read((db) => db.prepare(SCAN).all(name, after, READS) as unknown as readonly StoredFrame[]),
    async sweep() {
      const now = context.clock.now()
      return database.write((db) => Number(db.prepare(SWEEP).run(now, SWEEPS).changes) === SWEEPS)
    },
  }
}

function usedBytes(db: OpenDatabase): number {
  const read = (pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
  return (read('page_count') - read('freelist_count')) * read('page_size')
}
