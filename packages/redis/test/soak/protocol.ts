/** What the parent and its workers tell each other. The parent is the source of all values: a version for each key. */

/** What a worker is started with. */
export interface WorkerOptions {
  readonly port: number
  readonly seed: number
  readonly maxOfflineMs: number
}

export type ToParent =
  | { readonly type: 'ready' }
  /** Asks for the present version. */
  | { readonly type: 'read'; readonly id: number; readonly key: string }
  /** Raises the version. */
  | { readonly type: 'write'; readonly id: number; readonly key: string }
  /** The log has accepted the invalidation that followed a write; `at`: when, in milliseconds since 1970. */
  | {
      readonly type: 'acknowledged'
      readonly key: string
      readonly version: number
      readonly token: string
      readonly at: number
    }
  | { readonly type: 'report'; readonly report: Report }

export type ToWorker =
  | { readonly type: 'version'; readonly id: number; readonly version: number }
  /** Somebody else's write was acknowledged. */
  | {
      readonly type: 'acknowledged'
      readonly key: string
      readonly version: number
      readonly token: string
      readonly at: number
    }
  | { readonly type: 'stop' }

/** What a worker did and saw. */
export interface Report {
  readonly reads: number
  readonly hits: number
  readonly writes: number
  readonly failedWrites: number
  /** Reads that returned an older version than they had to; with what they had to. */
  readonly stale: readonly string[]
  readonly unhandled: readonly string[]
  /** Milliseconds from an acknowledgement elsewhere until its record was known here. */
  readonly latencies: readonly number[]
}
