/** What goes wrong with a SQLite file in a soak, beside processes that end in the midst of what they do. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import type { Topology } from '@hotpath/soak'

/** All that the file knows of the logs. */
const STATE = `DELETE FROM hotpath_logs; DELETE FROM hotpath_cells; DELETE FROM hotpath_matchers;
DELETE FROM hotpath_records`
/** Of other programs, or of a disk that fails. */
const GARBAGE_ENTRIES = `UPDATE hotpath_entries SET frame = CASE abs(random() % 3)
  WHEN 0 THEN substr(frame, 1, abs(random() % (length(frame) + 1))) WHEN 1 THEN randomblob(abs(random() % 300))
  ELSE CAST(substr(frame, 1, 12) || randomblob(1) || substr(frame, 14) AS BLOB) END WHERE random() % 2 = 0`
const GARBAGE_RECORDS = `INSERT OR IGNORE INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, position + abs(random() % 100), random(), hex(randomblob(4)), hex(randomblob(1)), hex(randomblob(1)),
    hex(randomblob(100)) FROM hotpath_logs`
const LATER_RECORD = `INSERT OR IGNORE INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, 9000000000000000, position, epoch, 'h', '?', '' FROM hotpath_logs`
const LOCKED_MS = 1_500
/** Longer than anybody waits. */
const LOCKED_LONG_MS = 5_500
const READ_MS = 2_000
const STORM_MS = 600
const PAUSE_MS = 5
/** How long we try to get the lock. */
const PATIENCE = 2_000

/** Those that may cost entries. */
export const SQLITE_LOSING: readonly string[] = [
  'empty the state of the log',
  'delete the row of the log',
  'delete some entries',
  'damage some entries',
]

export function sqliteFaults(path: string): Topology['faults'] {
  /** The lock is waited for with a timer, as this process is the source of all values. */
  async function locked(run: (db: DatabaseSync) => unknown): Promise<void> {
    const db = new DatabaseSync(path)
    try {
      for (let attempt = 0; !begins(db); attempt++) {
        if (attempt === PATIENCE) throw new Error('The lock was not to be had.')
        await pause(1)
      }
      await run(db)
      db.exec('COMMIT')
    } finally {
      db.close()
    }
  }

  /** While others write, and before they have read what was written. */
  async function storm(sql: string): Promise<void> {
    const end = performance.now() + STORM_MS
    while (performance.now() < end) {
      await locked((db) => db.exec(sql))
      await pause(PAUSE_MS)
    }
  }

  return {
    'delete records as they come': () => storm('DELETE FROM hotpath_records'),
    'delete some records as they come': () => storm('DELETE FROM hotpath_records WHERE random() % 2 = 0'),
    'empty the state of the log': () => locked((db) => db.exec(STATE)),
    'delete the row of the log': () => locked((db) => db.exec('DELETE FROM hotpath_logs')),
    'delete some entries': () => locked((db) => db.exec('DELETE FROM hotpath_entries WHERE random() % 2 = 0')),
    'damage some entries': () => locked((db) => db.exec(GARBAGE_ENTRIES)),
    'records of garbage': () => locked((db) => db.exec(GARBAGE_RECORDS)),
    'a record of a later position': () => locked((db) => db.exec(LATER_RECORD)),
    'hold the lock': () => locked(() => pause(LOCKED_MS)),
    'hold the lock for longer than anybody waits': () => locked(() => pause(LOCKED_LONG_MS)),
    // The journal grows meanwhile, as what is in it is being read.
    async 'read for long'() {
      const [reader, other] = [new DatabaseSync(path), new DatabaseSync(path)]
      try {
        reader.exec('BEGIN; SELECT count(*) FROM hotpath_entries')
        const end = performance.now() + READ_MS
        while (performance.now() < end) {
          other.exec('PRAGMA wal_checkpoint(RESTART)')
          await pause(50)
        }
      } finally {
        reader.close()
        other.close()
      }
    },
  }
}

function begins(db: DatabaseSync): boolean {
  try {
    db.exec('BEGIN IMMEDIATE')
    return true
  } catch {
    return false
  }
}
