/** What errors of PostgreSQL say, whichever driver brings them. */
import type { DatabaseConnection } from './driver.ts'

/** An error of the server about this statement: it changed nothing. Not one about the connection, which leaves it open. */
export function isRejectedByPostgres(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { readonly severity?: unknown; readonly code?: unknown }
  return severity === 'ERROR' && typeof code === 'string' && !/^(?:08|57P|40003|XX)/.test(code)
}

/** Asks whether a transaction is open: outside of one there is no savepoint. */
export async function isInPostgresTransaction(run: DatabaseConnection['run']): Promise<boolean> {
  try {
    await run('savepoint hotpath_probe', [])
  } catch (error) {
    return (error as { readonly code?: unknown } | null)?.code !== '25P01'
  }
  await run('release savepoint hotpath_probe', [])
  return true
}
