/** What judging entries needs to know of the invalidation log, whether it is of this process or shared. */
import type { Invalidation, InvalidationLog, Mark, MaybePromise } from '@hotpath/contract'

/** What the log says of an entry: valid, expired (a soft record) or outdated (a hard one). */
export type Judgement = 'valid' | 'expired' | 'outdated'

/** What is judged: the parts of an entry or of a load that records can concern. */
export interface Subject {
  readonly tags: readonly string[]
  readonly epoch: string
  readonly asOf: number
}

/** What was loaded from a point of the log on. */
export function loadedAt({ epoch, position: asOf }: Mark, tags: readonly string[]): Subject {
  return { tags, epoch, asOf }
}

/** Stands for a write that has no position yet: nobody can tell when a node is up to it. */
export const QUEUED: Mark = { epoch: '_', position: 0 }

/** Where a write is that nobody could put in order: older than everything. */
export const NOWHERE: Mark = { epoch: '-', position: 0 }

/** Where the records of a view come from. */
export interface RecordStream {
  readonly log: Pick<InvalidationLog, 'head' | 'recordsAfter'>
  /** The last record that followers were called with; `undefined` until the view of the log is there. */
  cursor(): Mark | undefined
}

/**
 * This process's view of the invalidation log. `mark()` is noted before a look-up or load, so that a record accepted
 * meanwhile has a larger position than the entry's `asOf`.
 */
export interface LogView {
  /** Grows whenever the judgement of an entry in memory may have changed: one judged at this version needs no look-up. */
  readonly version: number
  /** Grows with every record and every new view of the log; says whether anything happened since. */
  readonly changes: number
  /** Grows with every new view of the log. */
  readonly generation: number
  /** Instant on the cache's timeline from which nothing is valid without new contact with the log. */
  readonly offlineAt: number
  /** Whether the view of the log is there. */
  readonly isThere: boolean
  /** Called with each record once it holds here, in the order of the log: those of this process too. */
  readonly followers: Set<(record: Invalidation & Mark) => void>
  /** What the records come from; absent where the log is of this process. */
  readonly stream?: RecordStream | undefined
  /** Whether a record that a follower is called with was appended by this process. */
  isOwn(record: Invalidation & Mark): boolean
  /** Invalidations that share one mark, at most. */
  readonly maxRecords: number
  /** The point that a look-up or load begins at; `undefined`: nothing may be stored. */
  mark(): Mark | undefined
  /** Resolves to whether the view of the log is there; `undefined` when there is nothing to wait for. Never rejects. */
  beginning(): Promise<boolean> | undefined
  /** Whether nothing can be judged, and so nothing stored. */
  isBlind(): boolean
  /** Whether contact with the log was lost for too long. */
  isOffline(): boolean
  /** Whether what was read at an instant is beyond what may be answered without contact with the log. */
  isTooOld(at: number): boolean
  /**
   * Judges what was loaded at `asOf`.
   *
   * @param after - Position of the caller's token: a soft record up to it counts as hard.
   */
  judge(key: string, subject: Subject, after?: number): Judgement
  /** Whether what was judged to be expired may be outdated by now: its time as stale may be over. */
  isDue(): boolean
  /**
   * Appends; from the call on all of them hold in this process.
   *
   * @param queue - Whether a log that does not respond is waited for in the background: then their mark is `QUEUED`.
   * @returns Where the log has them, `maxRecords` of them at each mark.
   * @throws LogError `ERR_LOG_UNAVAILABLE` when the outcome is unknown; they keep their effect here and are appended again.
   */
  append(invalidations: readonly Invalidation[], queue: boolean): MaybePromise<readonly Mark[]>
  /**
   * A mark that came from outside, as far as it is known to be possible. One that is ahead of the log would be outdated
   * by nothing that comes; one that is taken too low costs a miss.
   */
  atMost(mark: Mark): Mark
  /**
   * Waits until every record up to a token is known here.
   *
   * @returns The position up to which a soft record counts as hard; `undefined` when the token cannot be reached, and the
   *   tiers must be skipped.
   */
  catchUp(token: Mark): MaybePromise<number | undefined>
  /**
   * A value was not stored: reported when that is because there is no view of the log, or the log has not confirmed what
   * was invalidated before.
   *
   * @param isUnseen - Whether there was no view when its load began, or its write is queued.
   */
  notStored(key: string, tags: readonly string[], isUnseen: boolean): void
  /** What a caller gets when a write failed. */
  failureOf(method: string, error: unknown): unknown
  /** When what is being appended has been answered, one way or the other. */
  idle(): Promise<unknown>
  /** Now on the cache's timeline. */
  elapsed(): number
  /** From here on nothing in memory is valid. */
  end(): void
}

/** What a view needs from the cache. */
export interface ViewHost {
  /** Now on the cache's timeline. */
  elapsed(): number
  /** A record names exactly this key: judge it again in memory. */
  keyChanged(key: string): void
}

/** What a soft record makes of an entry: for a reader with a token from after it, that counts as hard. */
export function afterSoft(asOf: number, after: number): Judgement {
  return /* rule: soft-up-to-token */ after > asOf ? 'outdated' : 'expired'
}
