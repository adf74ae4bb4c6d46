import { inTime } from '../in-time.ts'
import { newerTables, unavailable } from '../sql-error.ts'
import { adviceOn, isMissing, isThere } from './advice.ts'
import { type MysqlConnection, type MysqlPool, SHAPE } from './client.ts'
import { VERSION, proceduresOf, tablesOf, versionOf } from './schema.ts'

/** How long one process waits for another that does the same. */
const PATIENCE_S = 60

/** How long all of it may take: the wait for another, and the work. */
const LIMIT_MS = 120_000

/** Creates what is not there; does nothing when all is. */
export async function migrate(pool: MysqlPool, prefix: string): Promise<void> {
  let connection: MysqlConnection | undefined
  try {
    connection = await inTime(LIMIT_MS, pool.getConnection(), (late) => late.release())
    await inTime(LIMIT_MS, bringUp(connection, prefix))
    connection.release()
  } catch (cause) {
    // It may still hold the lock.
    connection?.destroy()
    throw unavailable('mysql', 'create its tables', cause, adviceOn)
  }
}

async function bringUp(connection: MysqlConnection, prefix: string): Promise<void> {
  const version = await findVersion(connection, prefix)
  if (version > VERSION) throw newerTables('mysql', version, VERSION)
  // Nothing to do, and perhaps no right to do it.
  if (version < VERSION) await create(connection, prefix)
}

/** What `migrate` runs on an empty database, for the client of the command line. */
export function schemaOf(prefix: string): string {
  const end = (statements: readonly string[], mark: string): string =>
    statements.map((statement) => `${statement}${mark}\n`).join('\n')
  const procedures = `DELIMITER //\n\n${end(proceduresOf(prefix), ' //')}\nDELIMITER ;\n`
  return `${end(tablesOf(prefix), ';')}\n${procedures}\n${versionOf(prefix)};\n`
}

async function create(connection: MysqlConnection, prefix: string): Promise<void> {
  // Statements that create tables are no transaction, so a lock keeps others out.
  const lock = `${prefix}_migrate`
  await connection.query({ sql: 'SELECT GET_LOCK(?, ?)', values: [lock, PATIENCE_S], ...SHAPE })
  for (const sql of tablesOf(prefix)) await connection.query({ sql, ...SHAPE })
  for (const sql of proceduresOf(prefix)) {
    await connection.query({ sql, ...SHAPE }).catch((cause: unknown) => {
      if (!isThere(cause)) throw cause
    })
  }
  await connection.query({ sql: versionOf(prefix), ...SHAPE })
  await connection.query({ sql: 'SELECT RELEASE_LOCK(?)', values: [lock], ...SHAPE })
}

async function findVersion(connection: MysqlConnection, prefix: string): Promise<number> {
  try {
    const [rows] = await connection.query({ sql: `SELECT MAX(version) AS version FROM ${prefix}_schema`, ...SHAPE })
    return Number((rows as { version: number | null }[])[0]?.version)
  } catch (cause) {
    if (isMissing(cause)) return 0
    throw cause
  }
}
