/** What goes wrong with a MariaDB in a soak. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Topology } from '@hotpath/soak'
import { type Connection, type RowDataPacket, createConnection } from 'mysql2/promise'
import type { MariadbServer } from '../integration/mysql/server.ts'

/** Those that may cost entries. */
export const MARIADB_LOSING: readonly string[] = [
  'empty the state of the log',
  'delete the row of the log',
  'delete some entries',
  'empty the entries',
  'damage some entries',
  'set the clock back',
]

const STATE = `DELETE FROM hotpath_logs; DELETE FROM hotpath_cells; DELETE FROM hotpath_matchers;
DELETE FROM hotpath_records`
/** Of other programs, or of a disk that fails. */
const GARBAGE_ENTRIES = `UPDATE hotpath_entries SET frame = CASE FLOOR(RAND() * 3)
  WHEN 0 THEN LEFT(frame, FLOOR(RAND() * LENGTH(frame))) WHEN 1 THEN RANDOM_BYTES(200)
  ELSE INSERT(frame, 1 + FLOOR(RAND() * LENGTH(frame)), 1, RANDOM_BYTES(1)) END WHERE RAND() < 0.5`
const GARBAGE_RECORDS = `INSERT IGNORE INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, position + FLOOR(RAND() * 100), FLOOR(RAND() * 1e15), LEFT(UUID(), 8), '?', '?', RANDOM_BYTES(100)
  FROM hotpath_logs`
const LATER_RECORD = `INSERT IGNORE INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, 9000000000000000, position, epoch, 'h', '?', '' FROM hotpath_logs`
/** Longer than a look-up may take. */
const LOCKED_MS = 1_500
/** Longer than a statement may take, and than a process may be without contact. */
const LOCKED_LONG_MS = 4_500
const STORM_MS = 600
const PAUSE_MS = 5
/** How long the server's clock stands still. */
export const BACK_MS = 3_000

export function mariadbFaults(server: MariadbServer): Topology['faults'] {
  async function connected(run: (connection: Connection) => Promise<unknown>): Promise<void> {
    const to = { host: '127.0.0.1', port: server.port, user: 'admin', database: 'app', multipleStatements: true }
    const connection = await createConnection(to)
    connection.on('error', () => {})
    try {
      await run(connection)
    } finally {
      connection.destroy()
    }
  }
  const run = (sql: string): Promise<void> => connected((connection) => connection.query(sql))
  const endConnections = (): Promise<void> =>
    connected(async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>(
        "SELECT id FROM information_schema.processlist WHERE user = 'shop'",
      )
      // One may have ended meanwhile.
      for (const { id } of rows) await connection.query(`KILL CONNECTION ${Number(id)}`).catch(() => {})
    })
  /** While others write, and before they have read what was written. */
  const storm = (sql: string): Promise<void> =>
    connected(async (connection) => {
      const end = performance.now() + STORM_MS
      while (performance.now() < end) {
        await connection.query(sql)
        await pause(PAUSE_MS)
      }
    })
  const locked = (sql: string, ms: number): Promise<void> =>
    connected(async (connection) => {
      await connection.query(`START TRANSACTION; ${sql}`)
      await pause(ms)
      await connection.query('COMMIT')
    })

  return {
    'end connections': endConnections,
    'restart the server': () => server.crash(),
    'empty the state of the log': () => run(`START TRANSACTION; ${STATE}; COMMIT`),
    'delete the row of the log': () => run('DELETE FROM hotpath_logs'),
    'delete records as they come': () => storm('DELETE FROM hotpath_records'),
    'delete some records as they come': () => storm('DELETE FROM hotpath_records WHERE RAND() < 0.5'),
    'delete some entries': () => run('DELETE FROM hotpath_entries WHERE RAND() < 0.5'),
    'empty the entries': () => run('DELETE FROM hotpath_entries'),
    'damage some entries': () => run(GARBAGE_ENTRIES),
    'records of garbage': () => run(GARBAGE_RECORDS),
    'a record of a later position': () => run(LATER_RECORD),
    'lock the log': () => locked('SELECT * FROM hotpath_logs FOR UPDATE', LOCKED_MS),
    'lock the entries': () => locked('SELECT count(*) FROM hotpath_entries FOR UPDATE', LOCKED_MS),
    'lock the log for longer than anybody waits': () => locked('SELECT * FROM hotpath_logs FOR UPDATE', LOCKED_LONG_MS),
    // New connections see a clock that stands still, an hour ago.
    async 'set the clock back'() {
      await run("SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() - 3600'")
      await endConnections()
      await pause(BACK_MS)
      await run("SET GLOBAL init_connect = ''")
      await endConnections()
    },
  }
}
