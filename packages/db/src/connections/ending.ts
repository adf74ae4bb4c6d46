/** How a connection is left: whether its transaction is over, and whether it may be used again. */
import type { DatabaseConnection } from '../driver/driver.ts'

/** Rolls back. Whether the transaction is over: a connection on which it is not must not be used again. */
export async function rollBack(connection: DatabaseConnection): Promise<boolean> {
  try {
    await connection.run('rollback', [])
    return true
  } catch {
    return connection.inTransaction === false
  }
}

/** Whether a transaction is open: as the driver knows, otherwise as the server says; `true` where it cannot be asked. */
export async function isTransactionOpen(connection: DatabaseConnection): Promise<boolean> {
  return connection.inTransaction ?? (await connection.isInTransaction().catch(() => true))
}

/** Whether a connection must not be used again after this error. */
export function isConnectionError(error: unknown): boolean {
  const { code, fatal, severity } = (error ?? {}) as {
    readonly code?: unknown
    readonly fatal?: unknown
    readonly severity?: unknown
  }
  if (fatal === true || severity === 'FATAL') return true
  // Without a code it is no error of a server: the connection may have ended.
  return typeof code !== 'string' || /^(?:08|57P|ECONN|EPIPE|ETIMEDOUT|PROTOCOL_)/.test(code)
}
