/** Columns of a page have names of their own: rows have one value for each name, and a position is found by one. */
import { ConfigError } from '@hotpath/contract'
import type { Column } from '../driver/driver.ts'
import type { Dialect } from '../statement/index.ts'

/** @throws ConfigError where two columns share a name. */
export function assertOwnNames(columns: readonly Column[]): void {
  const names = columns.map(([name]) => name)
  const shared = names.find((name, at) => names.indexOf(name) < at)
  if (shared !== undefined) throw sharedName(shared)
}

/**
 * The same for what SQLite makes of a query within another one: there it names the second `id`, as well as `ID`, `id:1`.
 *
 * @throws ConfigError where two columns share a name.
 */
export function assertOwnNamesWithin(columns: readonly Column[]): void {
  assertOwnNames(columns)
  const names = new Set(columns.map(([name]) => name.toLowerCase()))
  for (const name of names) {
    const [, shared] = /^(.+):\d+$/.exec(name) ?? []
    if (shared !== undefined && names.has(shared)) throw sharedName(shared)
  }
}

/** The place of the column of this name, -1 for none. PostgreSQL alone tells names apart by their case. */
export function placeOf(columns: readonly Column[], name: string, dialect: Dialect): number {
  const exact = columns.findIndex(([own]) => own === name)
  if (exact >= 0 || dialect === 'postgres') return exact
  return columns.findIndex(([own]) => own.toLowerCase() === name.toLowerCase())
}

/**
 * What a database says of the same: MySQL refuses such a query within another one, and PostgreSQL an order by such a column.
 *
 * @param within - The statement up to where the query within it ends: what is wrong there is of that query itself.
 * @returns The error to fail with.
 */
export function namesError(error: unknown, within?: string): unknown {
  const { code, position } = (error ?? {}) as { readonly code?: unknown; readonly position?: unknown }
  // PostgreSQL counts characters, of which some are two in a string of JavaScript.
  const isOutside = within !== undefined && Number(position) > [...within].length
  const isShared = code === 'ER_DUP_FIELDNAME' || code === '1060' || (code === '42702' && isOutside)
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
