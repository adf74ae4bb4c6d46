import { type HotpathError, TierError, isHotpathError } from '@hotpath/contract'

/** What a database is called in messages, and what its errors say about what to do. */
type Advice = (cause: unknown) => string

/** The error for a database that did not do what it was asked; one that is typed already is passed on. */
export function unavailable(type: string, operation: string, cause: unknown, advice: Advice): HotpathError {
  if (isHotpathError(cause)) return cause
  return new TierError('ERR_TIER_FAILED', `The \`${type}\` tier failed to ${operation}.${advice(cause)}`, {
    cause,
    context: { tier: type, operation },
  })
}

/** The error for tables that a later version of this package has made. */
export function newerTables(type: string, version: number, known: number): TierError {
  return new TierError(
    'ERR_TIER_FAILED',
    `The tables of the \`${type}\` tier have version ${version}, and ${known} is the newest known here. Use the newer version of the package everywhere, or another place for its tables.`,
    { context: { version } },
  )
}
