/** The statements by which transactions begin and end, as each database writes them. */
import type { Dialect } from '../statement/index.ts'
import type { TransactionOptions } from '../query-optimizer.ts'

/** Begin a transaction. */
export function beginStatements({ isolation, readOnly }: TransactionOptions, dialect: Dialect): string[] {
  switch (dialect) {
    case 'sqlite':
      // One that reads first and writes later would fail where another process writes in between.
      return [readOnly === true ? 'begin' : 'begin immediate']
    case 'mysql': {
      const begin = readOnly === true ? 'start transaction read only' : 'start transaction'
      return isolation === undefined ? [begin] : [`set transaction isolation level ${isolation}`, begin]
    }
    case 'postgres': {
      const level = isolation === undefined ? '' : ` isolation level ${isolation}`
      return [`begin${level}${readOnly === true ? ' read only' : ''}`]
    }
  }
}

/** A statement that sets settings. */
export interface SettingsStatement {
  readonly sql: string
  readonly params: readonly string[]
}

/** Sets settings of PostgreSQL until the transaction ends. */
export function settingsStatement(settings: Readonly<Record<string, string>>): SettingsStatement | undefined {
  const entries = Object.entries(settings)
  if (entries.length === 0) return undefined
  const calls = entries.map((_, at) => `set_config($${2 * at + 1}, $${2 * at + 2}, true)`)
  return { sql: `select ${calls.join(', ')}`, params: entries.flat() }
}
