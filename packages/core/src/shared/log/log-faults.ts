/** What a cache reports about its log, beside that it cannot be reached. */
import { LogError } from '@hotpath/contract'

/** The log is behind what it had acknowledged. */
export function rewound(): LogError {
  return new LogError(
    'ERR_LOG_REWOUND',
    'The invalidation log was put back to an earlier state, so invalidations that it had acknowledged are lost. Everything is invalidated once; when you restore a backup, delete the tables or keys of the log from it.',
  )
}
