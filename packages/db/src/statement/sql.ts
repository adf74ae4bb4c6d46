/** The reader alone, for programs that want to know the tables of a statement and nothing else. */
import type { Dialect } from './dialect.ts'
import { Recent } from './recent.ts'
import { readAll, type StatementTables, tablesOf } from './tables.ts'
import { tokenize } from './tokens.ts'

let recent: Partial<Record<Dialect, Recent<StatementTables>>> | undefined

/**
 * Says which tables a statement reads and writes. Never throws: what is not known is said by `kind: 'unknown'` and
 * `isComplete: false`, which stand for all tables. Recent statements are kept by their string, up to 2,000 for each
 * dialect.
 *
 * @param sql - One statement or several, with or without parameters.
 * @param dialect - Whose SQL it is.
 *
 * @example
 * ```ts
 * import { readTables } from '@hotpath/db/sql'
 *
 * const { kind, reads } = readTables('select * from tickets t join app.users u on u.id = t.owner', 'postgres')
 * console.log(kind, reads.map(({ name }) => name)) // read [ 'tickets', 'users' ]
 * ```
 */
export function readTables(sql: string, dialect: Dialect): StatementTables {
  recent ??= {}
  return (recent[dialect] ??= new Recent()).get(sql, () => {
    const tokens = tokenize(sql, dialect)
    return tablesOf(tokens, readAll(tokens.list, dialect))
  })
}

export type { Dialect } from './dialect.ts'
export type { StatementKind } from './reading.ts'
export type { StatementTables, TableName } from './tables.ts'
