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
