/** Whether parameters fit the placeholders of their statement: drivers run some of those that do not, with NULL for them. */
import { type ConfigError, kindOf, wrongOptionSeen } from '@hotpath/contract'
import type { Params } from './driver/driver.ts'
import type { Plan } from './read/plan.ts'
import { type Placeholders, placeholdersOf } from './statement/placeholders.ts'

/** Longer statements are left to the database. */
const MAX_LENGTH = 16_384

/**
 * Called on the way to the database. What it does not look at is left to the driver, whose errors say it as well.
 *
 * @throws ConfigError for an object where a list is expected, a list where names are, and values that are missing.
 */
export function checkParams(plan: Plan, params: Params): void {
  const { dialect, statement } = plan
  const isList = Array.isArray(params)
  if (dialect === 'postgres') {
    if (!isList) throw wrongParams('a list, for `$1` and so on', params, 'Use for example `[7]`.')
    return
  }
  // `mysql2` says of a list what is wrong with it, and of an object makes SQL.
  if (isList && dialect === 'mysql') return
  const { kind, count, isComplete, bypass } = statement
  const isRows = (kind === 'read' || kind === 'write') && !bypass.includes('session')
  if (!isRows || count !== 1 || !isComplete || plan.sql.length > MAX_LENGTH) return
  plan.placeholders ??= placeholdersOf(plan.sql, dialect)
  if (isList) checkList(plan.placeholders, params)
  else checkObject(plan.placeholders, params as Readonly<Record<string, unknown>>)
}

/** `node:sqlite` binds NULL in the place of what is missing. */
function checkList({ listed, names }: Placeholders, params: readonly unknown[]): void {
  if (names.length > 0) throw namesMissing(names, params)
  if (params.length === listed) return
  throw wrongParams(`a list of ${valuesOf(listed)}, one for each \`?\``, params, 'Pass as many as there are.')
}

function checkObject({ listed, names, takesMembers }: Placeholders, params: Readonly<Record<string, unknown>>): void {
  const missing = names.filter((name) => ![name, `:${name}`, `@${name}`, `$${name}`].some((one) => one in params))
  if (missing.length > 0) throw namesMissing(missing, params)
  const isNumbered = Object.keys(params).some((name) => /^[?:@$]?\d+$/.test(name))
  if (listed + names.length === 0 && isOptions(params)) throw wrongParams('a list', params, OPTIONS_LAST)
  if (listed === 0 || names.length > 0 || isNumbered || takesMembers) return
  throw wrongParams(
    `a list of ${valuesOf(listed)}, one for each \`?\``,
    params,
    'Use `?` with a list, and `:name` with an object.',
  )
}

function namesMissing(names: readonly string[], params: Params): ConfigError {
  const named = names.map((name) => `\`${name}\``).join(', ')
  const seen = Array.isArray(params) ? undefined : 'one without'
  return wrongParams(`an object with ${named}`, params, 'Use `:name` with an object, and `?` with a list.', seen)
}

function wrongParams(
  rule: string,
  params: Params,
  wayOut: string,
  seen = Array.isArray(params) ? `one of ${valuesOf(params.length)}` : kindOf(params),
): ConfigError {
  return wrongOptionSeen('params', rule, params, { seen, wayOut: isOptions(params) ? OPTIONS_LAST : wayOut })
}

const OPTIONS_LAST = 'Options come after it: `db.query(sql, [], options)`.'

/** Whether these are options in the place of parameters. */
function isOptions(params: Params): boolean {
  const names = Object.keys(params)
  return names.length > 0 && names.every((name) => /^(?:after|ttl|cache|refresh|signal|session)$/.test(name))
}

function valuesOf(count: number): string {
  return count === 1 ? '1 value' : `${count} values`
}
