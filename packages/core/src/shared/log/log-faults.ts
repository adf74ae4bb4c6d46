/** What a cache reports about its log, beside that it cannot be reached. */
import { LogError, displayKey } from '@hotpath/contract'

/** The log is behind what it had acknowledged. */
export function rewound(): LogError {
  return new LogError(
    'ERR_LOG_REWOUND',
    'The invalidation log was put back to an earlier state, so invalidations that it had acknowledged are lost. Everything is invalidated once; when you restore a backup, delete the tables or keys of the log from it.',
  )
}

/** Nobody is waiting for it: what others invalidate is not heard of. */
export function unreachable(cause: unknown): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    'The invalidation log cannot be reached, so this process does not hear of invalidations; after `maxOffline` its entries are misses. Check the connection of the tier that brings the log.',
    { cause },
  )
}

/** The log did not say whether it accepted a write. */
export function unknownOutcome(method: string, { cause, context }: Error & Pick<LogError, 'context'>): LogError {
  return new LogError(
    'ERR_LOG_UNAVAILABLE',
    `The invalidation log did not confirm \`${method}\`. It holds in this process and is retried, but other processes may not know of it yet. Pass \`queue: true\`, to the call or to \`createCache\`, to go on without the log; check the connection of the tier that brings it.`,
    { cause, context },
  )
}

/** Nobody can say when a value is outdated. */
export function noView(key: string): LogError {
  return new LogError(
    'ERR_LOG_NO_VIEW',
    `The value of \`${displayKey(key)}\` was not stored, as the invalidation log cannot be seen: nobody could say when the value is outdated. Check the connection of the tier that brings the log; \`maxOffline: false\` keeps values in memory meanwhile.`,
    { context: { key: displayKey(key) } },
  )
}

/** An invalidation of this process is in effect until the log has it, on all that it matches. */
export function unconfirmed(key: string): LogError {
  return new LogError(
    'ERR_LOG_UNCONFIRMED',
    `The value of \`${displayKey(key)}\` was not stored, as the invalidation log has not confirmed an earlier invalidation that matches it: appended again, that one would remove it. Values are stored from then on. Check the connection of the tier that brings the log.`,
    { context: { key: displayKey(key) } },
  )
}
