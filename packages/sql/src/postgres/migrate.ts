import { newerTables, unavailable } from '../sql-error.ts'
import { adviceOn } from './advice.ts'
import type { PostgresPool } from './client.ts'
import { VERSION, schemaOf } from './schema.ts'

/** Of the migration; any number of our own. */
const LOCK = 7_264_518

/** Creates what is not there; does nothing when all is. */
export async function migrate(pool: PostgresPool, prefix: string): Promise<void> {
  try {
    const version = await versionOf(pool, prefix)
    if (version > VERSION) throw newerTables('postgres', version, VERSION)
    // Nothing to do, and perhaps no right to do it.
    if (version === VERSION) return
    // One transaction, and one process at a time: to create what another is creating fails.
    await pool.query({ text: `SELECT pg_advisory_xact_lock(${LOCK}); ${schemaOf(prefix)}` })
  } catch (cause) {
    throw unavailable('postgres', 'create its tables', cause, adviceOn)
  }
}

async function versionOf(pool: PostgresPool, prefix: string): Promise<number> {
  const { rows } = await pool.query({ text: 'SELECT to_regclass($1) AS found', values: [`${prefix}_schema`] })
  if ((rows as { found: string | null }[])[0]?.found === null) return 0
  const versions = await pool.query({ text: `SELECT max(version) AS version FROM ${prefix}_schema` })
  return Number((versions.rows as { version: number | null }[])[0]?.version)
}
