/** What `warm` takes and resolves to. */
import type { FreshnessOptions } from '@hotpath/contract'
import type { LoadContext } from '../read/loader.ts'

/** Options of `warm`. */
export interface WarmOptions<Value = unknown> extends FreshnessOptions {
  /** Loads a key; needed when the source has keys. Keys that are cached already are left alone. */
  readonly load?: ((context: LoadContext<Value>) => Value | undefined | Promise<Value | undefined>) | undefined
  /** Tags of what is loaded. */
  readonly tags?: readonly string[] | undefined
  /** How many at once. Default 8. */
  readonly concurrency?: number | undefined
  /** Called after each; what it throws ends the warming. */
  readonly onProgress?: ((report: WarmReport) => void) | undefined
  /** Aborts what loads and stops before the next item; what is warm stays. */
  readonly signal?: AbortSignal | undefined
}

/** What `warm` did. */
export interface WarmReport {
  /**
   * Keys that are cached now. A key whose value was loaded or given and not stored (by `skip()`, a `ttl` of 0, an
   * invalidation meanwhile, or without a view of the log) counts neither as warmed nor as failed.
   */
  readonly warmed: number
  /** Keys whose load failed. */
  readonly failed: number
  /** The first failures, at most ten. */
  readonly errors: readonly unknown[]
}
