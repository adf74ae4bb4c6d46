/** Columns of a page have names of their own: rows have one value for each name, and a position is found by one. */
import { ConfigError } from '@hotpath/contract'
import type { Column } from '../driver/driver.ts'

/** @throws ConfigError where two columns share a name. */
export function assertOwnNames(columns: readonly Column[]): void {
  const names = columns.map(([name]) => name)
  const shared = names.find((name, at) => names.indexOf(name) < at)
  if (shared !== undefined) throw sharedName(shared)
}

/**
 * The same for what SQLite makes of a query within another one: there it names the second `id` `id:1`.
 *
 * @throws ConfigError where two columns share a name.
 */
export function assertOwnNamesWithin(columns: readonly Column[]): void {
  assertOwnNames(columns)
  const names = new Set(columns.map(([name]) => name))
  for (const name of names) {
    const [, shared] = /^(.+):\d+$/.exec(name) ?? []
    if (shared !== undefined && names.has(shared)) throw sharedName(shared)
  }
}

/**
 * What a database says of the same: MySQL refuses such a query within another one, and PostgreSQL an order by such a column.
 *
 * @param outside - Where in the statement the query within it ends: what is wrong before is of that query itself.
 * @returns The error to fail with.
 */
export function namesError(error: unknown, outside: number): unknown {
  const { code, position } = (error ?? {}) as { readonly code?: unknown; readonly position?: unknown }
  const isShared = code === 'ER_DUP_FIELDNAME' || code === '1060' || (code === '42702' && Number(position) > outside)
  return isShared ? sharedName(undefined, error) : error
}

function sharedName(name: string | undefined, cause?: unknown): ConfigError {
  const which = name === undefined ? '' : `: several are called \`${name}\``
  return new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`sql\` must be a query whose columns have names of their own${which}. Name them apart, as in \`select a.id, b.id as other_id\`.`,
    { context: { option: 'sql' }, ...(cause !== undefined && { cause }) },
  )
}
