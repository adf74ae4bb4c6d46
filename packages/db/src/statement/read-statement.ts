/** The reader as the optimizer has it. */
import type { Dialect } from './dialect.ts'
import { Recent } from './recent.ts'
import { analyze, type Statement } from './statement.ts'

let recent: Partial<Record<Dialect, Recent<Statement>>> | undefined

/**
 * Says which tables a statement reads and writes, and whether its result may be kept. Never throws: what is not known is
 * said by `kind: 'unknown'` and `isComplete: false`, which stand for all tables. Recent statements are kept by their
 * string, up to 2,000 for each dialect.
 *
 * @param sql - One statement or several, with or without parameters.
 * @param dialect - Whose SQL it is.
 *
 * @example
 * ```ts
 * import { readStatement } from '@hotpath/db'
 *
 * const { reads, bypass } = readStatement('select * from tickets where due < now()', 'postgres')
 * console.log(reads.map(({ name }) => name), bypass) // [ 'tickets' ] [ 'volatile' ]
 * ```
 */
export function readStatement(sql: string, dialect: Dialect): Statement {
  recent ??= {}
  return (recent[dialect] ??= new Recent()).get(sql, () => analyze(sql, dialect))
}
