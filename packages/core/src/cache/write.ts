/** What `write` takes and resolves to. */
import type { FreshnessOptions, Token } from '@hotpath/contract'
import type { WriteOptions } from '../options.ts'

/** Options of `write`. */
export interface WriteThroughOptions extends FreshnessOptions, WriteOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Whether an error of `save` says that nothing was saved, so that what is cached still holds. Default: never. */
  readonly rejected?: ((error: unknown) => boolean) | undefined
}

/** What the `save` of `write` gets. */
export interface Saving {
  /** Aborted when the hard timeout passes, and when the cache was closed and has waited for as long as it does. */
  readonly signal: AbortSignal
}

/** What `write` resolves to. */
export interface Written<Value> {
  /** What was saved. */
  readonly value: Value
  /** For a read that must see the write: `after`. */
  readonly token: Token
}
