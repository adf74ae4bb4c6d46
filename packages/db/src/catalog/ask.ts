/** How the readers of catalogs ask a database: plain rows of strings, by a connection that is lent to them. */
import type { DatabaseConnection, Params } from '../driver/driver.ts'

/** Runs a statement and returns its rows as arrays. */
export type Ask = (sql: string, params?: Params) => Promise<readonly (readonly unknown[])[]>

/** Asks by a connection. */
export function askBy(connection: DatabaseConnection): Ask {
  return async (sql, params = []) => {
    const { rows } = await connection.run(sql, params, { asText: true })
    return rows
  }
}

/** A value as a string; `''` for NULL. */
export function text(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString()
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return ''
  }
}
