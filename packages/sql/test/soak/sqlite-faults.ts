/** What goes wrong with a SQLite file in a soak, beside processes that end in the midst of what they do. */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import type { Topology } from '@hotpath/soak'

/** All that the file knows of the logs. */
const STATE = `DELETE FROM hotpath_logs; DELETE FROM hotpath_cells; DELETE FROM hotpath_matchers;
DELETE FROM hotpath_records`
const LOCKED_MS = 1_500
/** Longer than anybody waits. */
const LOCKED_LONG_MS = 5_500
const READ_MS = 2_000
const STORM_MS = 600
const PAUSE_MS = 5
/** How long we try to get the lock. */
const PATIENCE = 2_000

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
