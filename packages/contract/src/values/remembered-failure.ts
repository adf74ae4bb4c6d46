/**
 * A failure in the place of a value. What tells it apart is out of reach of values: a symbol in memory, a flag in the
 * header of a stored entry; nothing that a source or a store says about a value makes one.
 */

// Keyed globally: the CommonJS copy may read what the ESM copy remembers.
const FAILURE: unique symbol = Symbol.for('@hotpath/remembered-failure') as never

/** What a cache holds for a call that failed, see `errorTtl` of `@hotpath/decorators`. Tiers of bytes store its `error`, and mark the entry. */
export interface RememberedFailure {
  /** What the call failed with. */
  readonly error: unknown
}

/** Makes what a cache holds for a failure. */
export function rememberFailure(error: unknown): RememberedFailure {
  return Object.defineProperty({ error }, FAILURE, { value: true })
}

/** Whether a value of a cache stands for a failure. */
export function isRememberedFailure(value: unknown): value is RememberedFailure {
  try {
    return typeof value === 'object' && value !== null && Object.hasOwn(value, FAILURE)
  } catch {
    // A proxy that was revoked, or one that refuses to be looked at.
    return false
  }
}
