/** What a cache reports about its log, beside that it cannot be reached. */
import { LogError } from '@hotpath/contract'

/** The log is behind what it had acknowledged. */
export function rewound(): LogError {
  return new LogError(
    'ERR_LOG_REWOUND',
    'The invalidation log was put back to an earlier state, so invalidations that it had acknowledged are lost. Everything is invalidated once; when you restore a backup, delete the tables or keys of the log from it.',
  )
}

/** Prefixes and patterns had to be forgotten. */
export function crowded(): LogError {
  return new LogError(
    'ERR_LOG_CROWDED',
    'More prefixes and patterns were invalidated than the log keeps apart, so the oldest of them now concern every entry that was loaded before them. Invalidate by tag what you clear often: tags have no such bound.',
  )
}
