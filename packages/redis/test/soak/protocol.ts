/** What the parent and its workers tell each other. The parent is the source of all values: a version for each key. */

/** How a worker gets to Redis. */
export type Connection =
  | { readonly type: 'single'; readonly port: number }
  | { readonly type: 'cluster'; readonly ports: readonly number[] }
  | { readonly type: 'sentinel'; readonly ports: readonly number[] }

/** What a worker is started with. */
export interface WorkerOptions {
  readonly connection: Connection
  readonly seed: number
  readonly hearsOfFailovers: boolean
  readonly maxOfflineMs: number
  /** How far the worker's wall clock is off. */
  readonly skewMs: number
}

/** The log has accepted the invalidation that followed a write. */
export interface Acknowledged {
  readonly type: 'acknowledged'
  readonly key: string
  readonly version: number
  /** `undefined`: it was acknowledged inside a split brain, and is appended again now that this is over. */
  readonly token: string | undefined
  /** When, in milliseconds since 1970. */
  readonly at: number
}

export type ToParent =
  | { readonly type: 'ready' }
  | { readonly type: 'warned' }
  /** Asks for the present version. */
  | { readonly type: 'read'; readonly id: number; readonly key: string }
  /** Raises the version. */
  | { readonly type: 'write'; readonly id: number; readonly key: string }
  | Acknowledged
  | { readonly type: 'report'; readonly report: Report }

export type ToWorker =
  | { readonly type: 'version'; readonly id: number; readonly version: number }
  /** Somebody else's write was acknowledged. */
  | Acknowledged
  /**
   * From here on a server may answer that another has replaced; who is still in this epoch is on its side. Without an
   * epoch: that is over.
   */
  | { readonly type: 'split'; readonly epoch: string | undefined }
  | { readonly type: 'stop' }

/** What a worker did and saw. */
export interface Report {
  readonly reads: number
  readonly hits: number
  readonly writes: number
  readonly failedWrites: number
  /** Reads that returned an older version than they had to; with what they had to. */
  readonly stale: readonly string[]
  /** The same, while this process was on the isolated side of a split brain, where nothing is promised. */
  readonly staleInSplit: readonly string[]
  /** Reads that returned a value after the end of its life. */
  readonly outlived: readonly string[]
  readonly unhandled: readonly string[]
  /** Milliseconds from an acknowledgement elsewhere until its record was known here. */
  readonly latencies: readonly number[]
}
