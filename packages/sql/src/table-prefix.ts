import { wrongOption } from '@hotpath/contract'

const PREFIX = /^[a-z][a-z0-9_]{0,31}$/

/** @throws ConfigError for what cannot begin the names of tables. */
export function assertPrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix === 'string' && PREFIX.test(prefix)) return
  const rule = '1 to 32 small letters, digits or `_`, a letter first'
  throw wrongOption('prefix', rule, prefix, 'Leave it out for `hotpath`.')
}

/** @throws ConfigError for what is no bound. */
export function assertMaxEntries(maxEntries: unknown): asserts maxEntries is number {
  if (Number.isSafeInteger(maxEntries) && (maxEntries as number) >= 1) return
  const wayOut = 'Leave it out for 1,000,000.'
  throw wrongOption('maxEntries', 'a whole number from 1', maxEntries, wayOut, 'ERR_CONFIG_UNBOUNDED')
}
