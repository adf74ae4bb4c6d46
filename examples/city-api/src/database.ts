import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { type City, foldName } from './city.ts'

const TABLE = `
  CREATE TABLE cities (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    search_name TEXT NOT NULL,
    country TEXT NOT NULL,
    region TEXT NOT NULL,
    population INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL
  ) STRICT`

const INDEXES = `
  CREATE INDEX cities_by_name ON cities (search_name);
  CREATE INDEX cities_by_country ON cities (country, population DESC);
  CREATE INDEX cities_by_place ON cities (lat, lon);
  ANALYZE`

const INSERT = `
  INSERT INTO cities (id, name, search_name, country, region, population, lat, lon) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

const ROWS_PER_TURN = 5_000

/** Where places come from. */
export interface CitySource {
  /** Another version makes another database. */
  readonly version: string
  /** Called only if the database has to be built. */
  read(): Promise<readonly City[]>
}

/** Where the database is and what to fill it with. */
export interface DatabaseOptions {
  readonly path: string
  readonly source: CitySource
  /** Called while it is built, with rows written and rows in all. */
  readonly onProgress?: ((written: number, total: number) => void) | undefined
  /** Gives up building. */
  readonly signal?: AbortSignal | undefined
}

/** Opens the database. Builds it first if it is not there, not readable, or of another version. */
export async function openDatabase(options: DatabaseOptions): Promise<DatabaseSync> {
  const { path, source } = options
  const stamp = stampOf(source)
  const ready = openReady(path, stamp)
  if (ready !== undefined) return ready
  mkdirSync(dirname(path), { recursive: true })
  // Built under another name and renamed when complete: nobody ever opens half a database.
  const draft = `${path}.${process.pid}`
  try {
    await build(draft, stamp, options)
    // What was left of a broken one must not be applied to its successor.
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    renameSync(draft, path)
  } finally {
    for (const suffix of ['', '-journal']) rmSync(draft + suffix, { force: true })
  }
  return open(path)
}

/** Kept in the file, so that one of an older program is not taken for ours. */
function stampOf(source: CitySource): number {
  return crc32(TABLE + INDEXES + source.version) | 0
}

function openReady(path: string, stamp: number): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined
  let db: DatabaseSync | undefined
  try {
    db = open(path)
    if (db.prepare('PRAGMA user_version').get()?.['user_version'] === stamp) return db
  } catch {
    // Not a database: build it anew, as for any other file that lacks the stamp.
  }
  db?.close()
  return undefined
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 5_000 })
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000')
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

async function build(path: string, stamp: number, { source, onProgress, signal }: DatabaseOptions): Promise<void> {
  rmSync(path, { force: true })
  const cities = await source.read()
  const db = new DatabaseSync(path)
  try {
    // A crash costs the draft, which is thrown away anyhow; so nothing waits for the disk.
    db.exec(`PRAGMA synchronous = OFF; ${TABLE}; BEGIN`)
    const insert = db.prepare(INSERT)
    for (const [index, { id, name, country, region, population, lat, lon }] of cities.entries()) {
      if (index % ROWS_PER_TURN === 0) {
        onProgress?.(index, cities.length)
        await nextTurn()
        signal?.throwIfAborted()
      }
      insert.run(id, name, foldName(name), country, region, population, lat, lon)
    }
    db.exec(`COMMIT; ${INDEXES}; PRAGMA user_version = ${stamp}`)
    onProgress?.(cities.length, cities.length)
  } finally {
    db.close()
  }
}
