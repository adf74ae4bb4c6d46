/** What goes wrong with a PostgreSQL in a soak. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Topology } from '@hotpath/soak'
import { Client } from 'pg'
import type { PostgresServer } from '../integration/postgres/server.ts'

const TABLES = 'hotpath_logs, hotpath_cells, hotpath_matchers, hotpath_records'
const APPEND = 'hotpath_append(text, text, text, text[], text[], bytea[], integer[], integer[])'
/** Longer than a look-up may take. */
const LOCKED_MS = 1_500
/** Longer than a statement may take, and than a process may be without contact. */
const LOCKED_LONG_MS = 4_500
const STORM_MS = 600
const PAUSE_MS = 5
const MUTED_MS = 2_000

/** Those that may cost entries. The table of entries is empty after a crash. */
export const POSTGRES_LOSING: readonly string[] = [
  'restart the server',
  'truncate the log',
  'truncate the log, and count from 1',
  'delete the row of the log',
  'delete some entries',
  'truncate the entries',
  'damage some entries',
  'set the clock back',
]

/** Of other programs, or of a disk that fails. */
const GARBAGE_ENTRIES = `UPDATE hotpath_entries SET frame = CASE floor(random() * 3)
  WHEN 0 THEN substring(frame FROM 1 FOR floor(random() * length(frame))::int)
  WHEN 1 THEN decode(md5(random()::text) || md5(random()::text), 'hex')
  ELSE set_byte(frame, floor(random() * length(frame))::int, floor(random() * 256)::int) END
  WHERE random() < 0.5 AND length(frame) > 0`
const GARBAGE_RECORDS = `INSERT INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, position + floor(random() * 100)::bigint, floor(random() * 1e15)::bigint, md5(random()::text), '?',
    md5(random()::text), decode(md5(random()::text), 'hex') FROM hotpath_logs ON CONFLICT DO NOTHING`
const LATER_RECORD = `INSERT INTO hotpath_records (log, position, previous, epoch, strength, type, value)
  SELECT id, 9000000000000000, position, epoch, 'h', '?', '' FROM hotpath_logs ON CONFLICT DO NOTHING`
/** The server's clock, as new connections see it. */
const CLOCK_BACK = `CREATE SCHEMA IF NOT EXISTS early;
  CREATE OR REPLACE FUNCTION early.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
    AS 'SELECT pg_catalog.clock_timestamp() - interval ''1 hour''';
  ALTER ROLE admin SET search_path = early, pg_catalog, public`
const BACK_MS = 3_000

export function postgresFaults(server: PostgresServer): Topology['faults'] {
  async function connected(run: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ host: '127.0.0.1', port: server.port, user: 'admin', database: 'postgres' })
    client.on('error', () => {})
    await client.connect()
    try {
      await run(client)
    } finally {
      await client.end()
    }
  }
  const run = (sql: string): Promise<void> => connected((client) => client.query(sql))
  const terminate = (which: string): Promise<void> =>
    run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND query ${which}`)

  /** While others write, and before they have read what was written. */
  const storm = (sql: string): Promise<void> =>
    connected(async (client) => {
      const end = performance.now() + STORM_MS
      while (performance.now() < end) {
        await client.query(sql)
        await pause(PAUSE_MS)
      }
    })
  const locked = (sql: string, ms: number): Promise<void> =>
    connected(async (client) => {
      await client.query(`BEGIN; ${sql}`)
      await pause(ms)
      await client.query('COMMIT')
    })

  return {
    'end normal connections': () => terminate("NOT LIKE 'LISTEN%'"),
    'end those that listen': () => terminate("LIKE 'LISTEN%'"),
    'restart the server': () => server.crash(),
    'truncate the log': () => run(`TRUNCATE ${TABLES}`),
    'truncate the log, and count from 1': () => run(`TRUNCATE ${TABLES} RESTART IDENTITY`),
    'delete the row of the log': () => run('DELETE FROM hotpath_logs'),
    'delete records as they come': () => storm('DELETE FROM hotpath_records'),
    'delete some records as they come': () => storm('DELETE FROM hotpath_records WHERE random() < 0.5'),
    'delete some entries': () => run('DELETE FROM hotpath_entries WHERE random() < 0.5'),
    'truncate the entries': () => run('TRUNCATE hotpath_entries'),
    'damage some entries': () => run(GARBAGE_ENTRIES),
    'records of garbage': () => run(GARBAGE_RECORDS),
    'a record of a later position': () => run(LATER_RECORD),
    async 'set the clock back'() {
      await run(CLOCK_BACK)
      await terminate('IS NOT NULL')
      await pause(BACK_MS)
      await run('ALTER ROLE admin RESET search_path')
      await terminate('IS NOT NULL')
    },
    'lock the log': () => locked('SELECT * FROM hotpath_logs FOR UPDATE', LOCKED_MS),
    'lock the entries': () => locked('LOCK TABLE hotpath_entries', LOCKED_MS),
    'lock everything': () => locked(`LOCK TABLE hotpath_entries, ${TABLES}`, LOCKED_LONG_MS),
    // The function finds another `pg_notify`, which does nothing.
    async 'lose notifications'() {
      await run(`CREATE SCHEMA IF NOT EXISTS mute;
        CREATE OR REPLACE FUNCTION mute.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
        ALTER FUNCTION ${APPEND} SET search_path = mute, pg_catalog, public`)
      await pause(MUTED_MS)
      await run(`ALTER FUNCTION ${APPEND} RESET search_path`)
    },
  }
}
