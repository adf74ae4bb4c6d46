/** What the parent and its workers tell each other. The parent is the source of all values: a version for each key. */
import type { Gone, Kept } from './ledger.ts'
import type { Report } from './report.ts'

/** What a worker is started with. */
export interface WorkerOptions<Setup = unknown> {
  readonly setup: Setup
  readonly seed: number
  /** Number of the worker; one that takes the place of another has the same. */
  readonly index: number
  readonly processes: number
  readonly maxOfflineMs: number
  /** By how much longer than its life a value may be found. */
  readonly standsStillMs: number
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

/** Asks for the present version of a key, or raises it. */
export interface Question {
  readonly type: 'read' | 'write'
  readonly id: number
  readonly key: string
}

/** Answers a question. */
export interface Version {
  readonly type: 'version'
  readonly id: number
  readonly version: number
}

export type ToParent =
  | { readonly type: 'ready' }
  | { readonly type: 'warned' }
  | Question
  | Acknowledged
  /** An entry that has to be there is about to be written. */
  | { readonly type: 'writing'; readonly key: string }
  | { readonly type: 'stored'; readonly kept: Kept }
  /** Another than its owner has found it. */
  | { readonly type: 'seen'; readonly key: string; readonly version: number }
  | { readonly type: 'gone'; readonly gone: Gone }
  /** What was done and seen since the report before. */
  | { readonly type: 'report'; readonly report: Report; readonly isLast: boolean }

export type ToWorker =
  | Version
  /** Somebody else's write was acknowledged. */
  | Acknowledged
  /** Another has stored an entry that has to be there. */
  | { readonly type: 'stored'; readonly kept: Kept }
  /** It need no longer be there. */
  | { readonly type: 'released'; readonly key: string }
  /** How far the wall clock is off from here on. */
  | { readonly type: 'clock'; readonly skewMs: number }
  /** What was acknowledged and stored before this worker was started. */
  | { readonly type: 'history'; readonly acknowledged: readonly Acknowledged[]; readonly kept: readonly Kept[] }
  /**
   * From here on a server may answer that another has replaced; who is still in this epoch is on its side. Without an
   * epoch: that is over.
   */
  | { readonly type: 'split'; readonly epoch: string | undefined }
  | { readonly type: 'stop' }
