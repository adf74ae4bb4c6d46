/**
 * Whether something is a promise of any make: those of query builders and other realms are no instances of `Promise`.
 * What cannot be looked at, such as a proxy that was revoked, is none.
 */
export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  try {
    return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
  } catch {
    return false
  }
}
