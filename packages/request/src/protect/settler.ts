/**
 * A promise and what settles it, at the least cost: one function captures what settles, for all promises, where a
 * closure for each would be garbage at once. Both are to be read right after the promise is made.
 */

/** Fulfils the promise that was made last. */
export let resolveLast: (value: unknown) => void
/** Rejects the promise that was made last. */
export let rejectLast: (error: unknown) => void

/** Makes a promise: `new Promise(capture)`. */
export function capture(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  resolveLast = resolve
  rejectLast = reject
}
