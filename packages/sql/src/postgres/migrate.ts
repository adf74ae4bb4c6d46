import { newerTables, unavailable } from '../sql-error.ts'
import { adviceOn } from './advice.ts'
import type { Run } from './run.ts'
import { VERSION, schemaOf } from './schema.ts'

/** Of the migration; any number of our own. */
const LOCK = 7_264_518
/** How long it may take: the wait for others that do the same, and the work. */
const LIMIT_MS = 120_000

/** Creates what is not there; does nothing when all is. */
export async function migrate(run: Run, prefix: string): Promise<void> {
  try {
    const version = await versionOf(run, prefix)
    if (version > VERSION) throw newerTables('postgres', version, VERSION)
    // Nothing to do, and perhaps no right to do it.
    if (version === VERSION) return
    // One transaction, and one process at a time: to create what another is creating fails.
    await run({ text: `SELECT pg_advisory_xact_lock(${LOCK}); ${schemaOf(prefix)}` }, LIMIT_MS)
  } catch (cause) {
    throw unavailable('postgres', 'create its tables', cause, adviceOn)
  }
}

async function versionOf(run: Run, prefix: string): Promise<number> {
  const { rows } = await run({ text: 'SELECT to_regclass($1)::text AS found', values: [`${prefix}_schema`] })
  if ((rows as { found: string | null }[])[0]?.found === null) return 0
  const versions = await run({ text: `SELECT max(version) AS version FROM ${prefix}_schema` })
  return Number((versions.rows as { version: number | null }[])[0]?.version)
}
