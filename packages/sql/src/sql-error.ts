import { type HotpathError, TierError, isHotpathError } from '@hotpath/contract'

/** What a database is called in messages, and what its errors say about what to do. */
type Advice = (cause: unknown) => string

/** The error for a database that did not do what it was asked; one that is typed already is passed on. */
export function unavailable(type: string, operation: string, cause: unknown, advice: Advice): HotpathError {
  if (isHotpathError(cause)) return cause
  const way = advice(cause)
  return new TierError('ERR_TIER_FAILED', `The \`${type}\` tier failed to ${operation}. ${way}`, {
    cause,
    context: { tier: type, operation },
  })
}
