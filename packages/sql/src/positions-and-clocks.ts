/**
 * Positions of a log are microseconds of the database's clock, or one more than the last. A clock that was set back, or
 * was far ahead for a while, shows in a last position that lies ahead of it: then what was stored cannot be dated any
 * more, and positions may have left the range of exact numbers. The log begins a new epoch, with positions that fit
 * the clock, and everything older is a miss.
 */

/** By how much the last position may lie ahead: steps of a clock that are smaller are none of our concern. */
export const MAX_AHEAD_MS = 10_000
/** Positions end here, in the year 2250: a clock that is beyond leaves room to count on by one. */
export const MAX_POSITION = 8_836_000_000_000_000
