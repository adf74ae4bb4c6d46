/** SQLite's own word on which tables a statement reads and writes: it asks for leave for each of them. */
import { constants, DatabaseSync } from 'node:sqlite'

/** Why tests with it are skipped; `undefined`: it is there. */
export const noAuthorizer: string | undefined =
  'setAuthorizer' in DatabaseSync.prototype ? undefined : 'this version of Node has no `setAuthorizer`'

/** The tables of a statement, in lower case, which has to be one that can run. */
export function authorizedTables(
  database: DatabaseSync,
  sql: string,
): { readonly reads: ReadonlySet<string>; readonly writes: ReadonlySet<string> } {
  const reads = new Set<string>()
  const writes = new Set<string>()
  const changes = [constants.SQLITE_INSERT, constants.SQLITE_UPDATE, constants.SQLITE_DELETE]
  database.setAuthorizer((action, table) => {
    if (table === null || table === undefined) return constants.SQLITE_OK
    if (action === constants.SQLITE_READ) reads.add(table.toLowerCase())
    else if (changes.includes(action)) writes.add(table.toLowerCase())
    return constants.SQLITE_OK
  })
  try {
    database.prepare(sql)
  } finally {
    database.setAuthorizer(null)
  }
  return { reads, writes }
}
