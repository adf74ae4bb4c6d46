/** What an observer shows: made of what is known of its key, and of its options. Pure. */

/**
 * What there is to show of a key. An object that is replaced only when one of its members changes. `status` says which it is:
 * where that is `ready`, `data` is there, unless the loader returned nothing.
 */
export type Snapshot<Data = unknown> = PendingSnapshot | ReadySnapshot<Data> | FailedSnapshot<Data>

/** There is nothing to show yet. */
export interface PendingSnapshot extends SnapshotBase {
  /** Nothing to show yet. */
  readonly status: 'pending'
  /** Nothing. */
  readonly data: undefined
  /** Nothing has failed. */
  readonly error: undefined
}

/** There is something to show. */
export interface ReadySnapshot<Data> extends SnapshotBase {
  /** The last load succeeded, or there has been none: what is shown was stored, or is a placeholder. */
  readonly status: 'ready'
  /** What to show; `undefined` only when the loader, or `select`, returned that. */
  readonly data: Data
  /** Nothing has failed. */
  readonly error: undefined
}

/** The last load failed. */
export interface FailedSnapshot<Data> extends SnapshotBase {
  /** The last load failed. */
  readonly status: 'failed'
  /** What there was before; `undefined` where there was nothing. */
  readonly data: Data | undefined
  /** What the last load failed with, until one succeeds. May be anything that a loader throws. */
  readonly error: unknown
}

/** What all snapshots have. */
export interface SnapshotBase {
  /** Whether the cache would not serve it as fresh: past its `ttl`, invalidated, or a placeholder. */
  readonly isStale: boolean
  /** Whether a load is on its way. */
  readonly isFetching: boolean
  /** Whether `data` is of an earlier visit, of another key, or the `placeholder` of the options. */
  readonly isPlaceholder: boolean
  /** When `data` was loaded or set, in milliseconds since 1970; `undefined` where that is not known. */
  readonly updatedAt: number | undefined
  /**
   * Where `data` came from: `load`, `joined` (a load of another caller), `placeholder`, or the type of the tier that had it,
   * such as `memory`.
   */
  readonly source: string | undefined
}

/** A value of a key, real or in place of one. */
export interface Shown {
  readonly value: unknown
  readonly updatedAt: number | undefined
  readonly source: string | undefined
  readonly isPlaceholder: boolean
  readonly isStale: boolean
}

/** What the last load failed with. */
export interface Failure {
  readonly error: unknown
}

/** What is known of a key. */
export interface Known {
  readonly shown: Shown | undefined
  readonly failure: Failure | undefined
  readonly isFetching: boolean
}

/** A snapshot with data that `select` has been applied to. */
export function snapshotOf(known: Known, data: unknown): Snapshot {
  const { shown, failure, isFetching } = known
  const status = failure !== undefined ? 'failed' : shown === undefined ? 'pending' : 'ready'
  return {
    status,
    data,
    error: failure?.error,
    isStale: shown?.isStale ?? false,
    isFetching,
    isPlaceholder: shown?.isPlaceholder ?? false,
    updatedAt: shown?.updatedAt,
    source: shown?.source,
  } as Snapshot
}

/** The one before when the next says the same. */
export function unlessSame<Data>(before: Snapshot<Data> | undefined, next: Snapshot<Data>): Snapshot<Data> {
  if (before === undefined) return next
  const names = Object.keys(next) as (keyof Snapshot)[]
  return names.every((name) => Object.is(before[name], next[name])) ? before : next
}
