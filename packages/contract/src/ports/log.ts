/**
 * The invalidation log of one cache name: a total order of records. To invalidate is to append; whether an entry is
 * valid is a comparison of its `asOf` with the positions of the records that concern it.
 *
 * A log that needs no I/O may answer without a promise; everything else about it stays the same.
 */

/** A value, or a promise of it. Synchronous tiers and logs answer without a promise. */
export type MaybePromise<Value> = Value | Promise<Value>

/** What an invalidation is about. Keys and prefixes are encoded. */
export type Scope =
  | {
      /** What kind of scope. */
      readonly type: 'all'
    }
  | {
      /** What kind of scope. */
      readonly type: 'key'
      /** Encoded key. */
      readonly key: string
    }
  | {
      /** What kind of scope. */
      readonly type: 'tag'
      /** The tag. */
      readonly tag: string
    }
  | {
      /** What kind of scope. */
      readonly type: 'prefix'
      /** Encoded prefix, matched at a part boundary. */
      readonly prefix: string
    }
  | {
      /** What kind of scope. */
      readonly type: 'pattern'
      /** Glob over encoded keys. */
      readonly pattern: string
    }

/** Hard: gone. Soft: expired, may still be served stale. */
export type Strength = 'hard' | 'soft'

/** What is appended to a log. */
export interface Invalidation {
  /** What it is about. */
  readonly scope: Scope
  /** Gone, or stale. */
  readonly strength: Strength
  /**
   * Of a soft one: after how many milliseconds from when it arrives it is hard. The log hands it on to followers, and
   * keeps a hard one in its state: those who read that cannot know how long ago it was. Default: soft for ever.
   */
  readonly forMs?: number | undefined
  /**
   * Of one key: a `set` stores its value as soon as the log has this, where others read too. Who would load the key
   * meanwhile had better wait a moment. A hint, which a log need not hand on. Default: nobody knows of any.
   */
  readonly valueFollows?: true | undefined
}

/**
 * The strength with which the state of a log keeps an invalidation: a soft one with a limit of time is kept as hard.
 *
 * @example
 * ```ts
 * import { strengthInState } from '@hotpath/contract'
 *
 * const scope = { type: 'tag', tag: 'prices' } as const
 * console.log(strengthInState({ scope, strength: 'soft', forMs: 3_600_000 }), strengthInState({ scope, strength: 'soft' })) // hard soft
 * ```
 */
export function strengthInState({ strength, forMs }: Invalidation): Strength {
  return forMs === undefined ? strength : 'hard'
}

/** A point in a log: a position means nothing without the epoch it belongs to. */
export interface Mark {
  /** Random, one for each life of the log. */
  readonly epoch: string
  /** A safe integer that only grows. */
  readonly position: number
}

/** One record as followers see it. */
export interface LogRecord extends Invalidation, Mark {
  /** Position of the record before this one, so that a follower notices a gap. */
  readonly previous: number
}

/** Where a log stands. */
export interface LogHead extends Mark {
  /** Identity of the primary that answered; another life begins a new epoch. */
  readonly life: string
}

/**
 * What a log knows of positions. Raising takes the maximum, so records may arrive twice and in any order. An
 * implementation may answer too high (that costs a miss), never too low (that would be a stale read).
 */
export interface LogPositions {
  /** Takes in a record. */
  raise(record: Invalidation & Mark): void
  /**
   * Highest position of a hard record that concerns the key or one of the tags; entries loaded before it are gone.
   * Asked for positions `above` one, any answer that is not above it will do. Default 0: exactly.
   */
  hardAt(key: string, tags: readonly string[], above?: number): number
  /** The same of soft records; entries loaded before it are stale. */
  softAt(key: string, tags: readonly string[], above?: number): number
  /** Whether prefixes or patterns had to make room for others, so that they concern everything now. Absent: never. */
  readonly isCrowded?: boolean | undefined
}

/** The state of a log at one moment. */
export interface LogSnapshot extends LogHead {
  /** Positions up to `position`; from here on they belong to the reader, who raises them himself. */
  readonly positions: LogPositions
}

/** What a follower of a log is told. */
export interface LogFollower {
  /** The next record. */
  record(record: LogRecord): void
  /** Records may have been lost (connection broken, stream trimmed, log replaced): take a new snapshot. */
  interrupted(cause?: unknown): void
}

/** A running subscription to a log. */
export interface LogSubscription {
  /** Every record after this point is delivered. */
  readonly from: Mark
  /** Ends it. Idempotent. */
  stop(): void
}

/** Port: an append-only log of invalidations, see the conformance suite in `@hotpath/testkit`. */
export interface InvalidationLog {
  /**
   * How often contact with the log is checked, in milliseconds. Left out by a log that cannot be out of reach: one of
   * the same process.
   *
   * Where it is given, a server may take over from one that still answers. So a token of another epoch counts as an old
   * one only up to the first position that the process has known in its own: let the positions of a new epoch begin
   * above those of the last, by the server's clock.
   */
  readonly heartbeatMs?: number | undefined
  /**
   * How many records one append takes, as one step takes only so much. No cache appends more than this, nor more than
   * 1,000. Default 1,000.
   */
  readonly maxRecords?: number | undefined
  /**
   * Calls back in a task of its own. For logs of pages, which have to paint: hundreds of callers whose appends end together
   * go on some at a time by it. Without it all go on at once.
   */
  readonly nextTask?: ((callback: () => void) => void) | undefined
  /**
   * Appends in one atomic step, in order, and answers with the mark of the last record.
   *
   * A rejection means that the outcome is unknown: the records may or may not have been accepted.
   */
  append(invalidations: readonly Invalidation[]): MaybePromise<Mark>
  /** Delivers every record from a point on, own ones included. */
  follow(follower: LogFollower): MaybePromise<LogSubscription>
  /** Reads the state. */
  snapshot(): MaybePromise<LogSnapshot>
  /** Reads where the log stands. */
  head(): MaybePromise<LogHead>
  /**
   * Reads some of the records after a position, in order, for a reader that comes back to where it was; none when there
   * are none. Records that the log has dropped are left out, and show as a gap before the first. Absent: it keeps none.
   */
  recordsAfter?(position: number): MaybePromise<readonly LogRecord[]>
  /** Lets go of timers and connections. Idempotent. */
  close(): MaybePromise<void>
}
