/** What a cache reports about a tier; no read fails with it. */
import { TierError } from '@hotpath/contract'

/** An operation failed. What a tier says itself is kept. */
export function tierFailed(tier: string, operation: string, cause: unknown): TierError {
  if (cause instanceof TierError) return cause
  return new TierError('ERR_TIER_FAILED', `The \`${tier}\` tier failed to ${operation}. Reads go on without it.`, {
    cause,
    context: { tier, operation },
  })
}

/** An operation was not over in time. */
export function tierTooSlow(tier: string, operation: string, limitMs: number): TierError {
  return new TierError(
    'ERR_TIER_TIMEOUT',
    `The \`${tier}\` tier took over ${limitMs} ms to ${operation}. Reads go on without it. Check that it can be reached; raise \`tierTimeout\` only if this is its usual pace.`,
    { context: { tier, operation } },
  )
}
