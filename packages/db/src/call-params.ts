/** Whether parameters fit the placeholders of their statement, and there is one: drivers run some of those that do not, with NULL for them. */
import { type ConfigError, kindOf, wrongOptionSeen } from '@hotpath/contract'
import type { Params } from './driver/driver.ts'
import type { Plan } from './read/plan.ts'
import { type Placeholders, placeholdersOf } from './statement/placeholders.ts'

/** Longer statements are left to the database. */
const MAX_LENGTH = 16_384

/**
 * Called on the way to the database. What it does not look at is left to the driver, whose errors say it as well.
 *
 * @throws ConfigError for several statements on SQLite, an object where a list is expected, a list where names are, and values that are missing.
 */
export function checkParams(plan: Plan, params: Params): void {
  const { dialect, statement } = plan
  // `node:sqlite` runs the first and leaves out the others, without a word.
  if (dialect === 'sqlite' && statement.count > 1) throw severalStatements(statement.count)
  const isList = Array.isArray(params)
  // What is wrong with a list is said by the server.
  if (isList && dialect !== 'sqlite') return
  if (dialect === 'postgres') throw wrongParams('a list', params)
  const { kind, count, isComplete, bypass } = statement
  const isRows = (kind === 'read' || kind === 'write') && !bypass.includes('session')
  if (!isRows || count !== 1 || !isComplete || plan.sql.length > MAX_LENGTH) return
  plan.placeholders ??= placeholdersOf(plan.sql, dialect)
  const rule = isList ? ruleForList(plan.placeholders, params) : ruleForObject(plan.placeholders, params)
  if (rule !== undefined) throw wrongParams(rule, params)
}

/** What is wanted in the place of a list: `node:sqlite` binds NULL for what is missing, and for functions. */
function ruleForList({ listed, names }: Placeholders, params: readonly unknown[]): string | undefined {
  if (names.length > 0) return objectWith(names)
  if (params.some((value) => typeof value === 'function')) return 'a list without functions'
  return params.length === listed ? undefined : listOf(listed)
}

/** What is wanted in the place of an object. */
function ruleForObject({ listed, names, takesMembers }: Placeholders, params: object): string | undefined {
  const missing = names.filter((name) => ![name, `:${name}`, `@${name}`, `$${name}`].some((one) => one in params))
  if (missing.length > 0) return objectWith(missing)
  if (names.length > 0) return undefined
  if (listed === 0) return isOptions(params) ? listOf(0) : undefined
  return takesMembers || Object.keys(params).some((name) => /^[?:@$]?\d+$/.test(name)) ? undefined : listOf(listed)
}

function severalStatements(count: number): ConfigError {
  return wrongOptionSeen('sql', 'one statement on SQLite', undefined, {
    seen: `${count}`,
    wayOut: 'Run each by a `query` of its own, within `db.transaction` if they belong together.',
  })
}

function objectWith(names: readonly string[]): string {
  return `an object with ${names.map((name) => `\`${name}\``).join(', ')}`
}

function listOf(count: number): string {
  return `a list of ${count} value${count === 1 ? '' : 's'}`
}

function wrongParams(rule: string, params: Params): ConfigError {
  const hasNames = !rule.startsWith('a list')
  const seen = Array.isArray(params) ? listOf(params.length) : hasNames ? 'one without' : kindOf(params)
  const wayOut = isOptions(params)
    ? 'Options come after it: `db.query(sql, [], options)`.'
    : 'Use a list for `?` and `$1`, and an object for `:name` of SQLite and MySQL.'
  return wrongOptionSeen('params', rule, params, { seen, wayOut })
}

/** Whether these are options in the place of parameters. */
function isOptions(params: object): boolean {
  const names = Object.keys(params)
  return names.length > 0 && names.every((name) => /^(?:after|ttl|cache|refresh|signal|session)$/.test(name))
}
