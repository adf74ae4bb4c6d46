/** Whether the server still works for a connection that we have closed. */
import type { DatabaseConnection } from '../driver/driver.ts'
import type { Dialect } from '../statement/index.ts'
import type { Lender } from './lender.ts'

const RUNNING: Readonly<Partial<Record<Dialect, string>>> = {
  postgres: 'select 1 from pg_stat_activity where pid = $1',
  mysql: 'select 1 from information_schema.processlist where id = ?',
}

/** Asks by another connection; `undefined`: it cannot be asked now. */
export async function isRunning(lender: Lender, process: number, dialect: Dialect): Promise<boolean | undefined> {
  const sql = RUNNING[dialect]
  const lent = sql === undefined ? undefined : await lender.take().catch(() => undefined)
  if (sql === undefined || lent === undefined) return undefined
  let isBroken = true
  try {
    const { rows } = await lent.connection.run(sql, [process])
    isBroken = false
    return rows.length > 0
  } catch {
    return undefined
  } finally {
    lent.release(isBroken)
  }
}

/** The process of the server, where it is certain which one: a pooler has others behind the one that it names. */
export function serverProcess(
  { serverProcess: process }: DatabaseConnection,
  profile: { readonly isPooled: boolean },
): number | undefined {
  return profile.isPooled || process === null ? undefined : process
}
