/** Checks of what calls are given, on their way to the database: a hit from memory checks nothing. */
import {
  type Duration,
  type OptionTable,
  type Token,
  booleanOption,
  checkOptions,
  functionOption,
  kindOf,
  parseToken,
  wrongOption,
  wrongOptionSeen,
  signalOption,
  toMs,
} from '@hotpath/contract'
import type { Isolation, QueryOptions, TransactionOptions } from './query-optimizer.ts'

const QUERY: OptionTable<keyof QueryOptions> = {
  after: (value, option) => parseToken(value as Token, option),
  ttl: (value, option) => toMs(value as Duration, option),
  cache: booleanOption,
  refresh: booleanOption,
  signal: signalOption,
  session: true,
}

const TRANSACTION: OptionTable<keyof TransactionOptions> = {
  isolation: isolationOption,
  readOnly: booleanOption,
  session: true,
  onCommit: functionOption,
}

const LEVELS: readonly Isolation[] = ['read uncommitted', 'read committed', 'repeatable read', 'serializable']

/** @throws ConfigError for what is no statement, and for parameters that are neither a list nor an object. */
export function checkStatement(sql: unknown, params: unknown): void {
  if (typeof sql !== 'string')
    throw wrongOptionSeen('sql', 'a string', sql, { seen: typeof sql, wayOut: "Use for example `'select 1'`." })
  if (typeof params === 'object' && params !== null) return
  throw wrongOptionSeen('params', 'a list or an object', params, {
    seen: kindOf(params),
    wayOut: 'Use for example `[7]`.',
  })
}

/** @throws ConfigError for options of a statement that are unknown or wrong. */
export function checkQueryOptions(options: QueryOptions): void {
  checkOptions(options, 'query', QUERY)
}

/** @throws ConfigError for a function that is none, and for options that are unknown or wrong. */
export function checkTransaction(run: unknown, options: TransactionOptions): void {
  if (typeof run !== 'function')
    throw wrongOption('run', 'a function', run, 'Use for example `db.transaction(async (tx) => tx.query(sql))`.')
  checkOptions(options, 'transaction', TRANSACTION)
}

/** @throws ConfigError for what is not a list of names. */
export function checkTableNames(names: unknown): void {
  const isList = Array.isArray(names) && names.length > 0
  if (isList && names.every((name) => typeof name === 'string' && name !== '')) return
  throw wrongOption('tables', 'a list of names of tables', names, "Use for example `['tickets']`.")
}

/** Goes into SQL as it is. */
function isolationOption(value: unknown, option: string): void {
  if (LEVELS.includes(value as Isolation)) return
  throw wrongOption(option, LEVELS.map((level) => `'${level}'`).join(' or '), value, 'Leave it out for the default.')
}
