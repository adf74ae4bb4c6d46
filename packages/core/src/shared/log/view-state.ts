/**
 * The one state of this process's view of a shared log, and what changes it: the mirror moves the positions, appends
 * and the heartbeat report what they learned. Coherence alone decides what follows from a report.
 */
import type { Clock, Invalidation, InvalidationLog, LogRecord, Mark } from '@hotpath/contract'
import type { TimedPositions } from '../../view/timed-positions.ts'

/** What of the log may fail by itself: to be followed, to be appended to, and to be one and the same. */
export type LogSource = 'log' | 'append' | 'life'

/** What is known of the log. Positions are only ever raised. */
export class ViewState {
  /** `undefined` until the mirror is there: until then nothing is valid and nothing is stored. */
  positions: TimedPositions | undefined = undefined
  epoch = ''
  /** The first position that this process knew in this epoch. */
  first = 0
  /** Contiguous, and moved by the stream alone. */
  cursor = 0
  /** The highest position that any reply has shown: serves for `asOf` alone. */
  known = 0
  /** Grows whenever the judgement of an entry in memory may have changed. */
  version = 0
  /** Grows with every record and every new mirror; shows whether anything happened since. */
  changes = 0
  /** Grows with every new view of the log. */
  generation = 0
  /** Instant on the cache's timeline from which nothing is valid without new contact with the log. */
  offlineAt: number = Number.POSITIVE_INFINITY
}

/** What the parts of a view report. */
export type LogReport =
  /** A mirror that was there is gone: nothing can be judged until the next one is there. */
  | { readonly type: 'lost' }
  /** The mirror is there, as of an instant on the cache's timeline, of this life of the log. */
  | { readonly type: 'ready'; readonly at: number; readonly life: string }
  /** The log has gone back behind what it had said: records are lost, and nobody knows which. Comes before `ready`. */
  | { readonly type: 'rewound' }
  /** A record of the stream: each comes once, in order. */
  | { readonly type: 'record'; readonly record: LogRecord }
  /** It was taken into the positions; the cursor may have moved. */
  | { readonly type: 'applied'; readonly invalidation: Invalidation }
  /** What it matches may be judged otherwise from now on. */
  | { readonly type: 'changed'; readonly invalidation: Invalidation }
  /** The log has given own invalidations a position. */
  | { readonly type: 'accepted'; readonly invalidations: readonly Invalidation[]; readonly mark: Mark }
  /** The view was up to date with the log at this instant. */
  | { readonly type: 'contact'; readonly at: number }
  /** The mirror is not of this log any more, or its stream is stuck. */
  | { readonly type: 'stale' }
  /** The log cannot be followed now; tried again later. */
  | { readonly type: 'unreachable'; readonly cause: unknown }
  /** The log does not respond; reported once until it does again. */
  | { readonly type: 'silent'; readonly cause: unknown }
  /** So many prefixes and patterns were invalidated that the oldest now concern everything. Once per mirror. */
  | { readonly type: 'crowded' }

/** What the parts of a view share. */
export interface ViewContext {
  readonly log: InvalidationLog
  readonly clock: Clock
  readonly state: ViewState
  /** Now on the cache's timeline. */
  elapsed(): number
  report(report: LogReport): void
}

/** The point that a look-up or load begins at; `undefined` until the mirror is there: then nothing may be stored. */
export function markOf({ positions, epoch, known }: ViewState): Mark | undefined {
  return positions && { epoch, position: known }
}
