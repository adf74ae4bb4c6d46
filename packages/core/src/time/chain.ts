import type { MaybePromise } from '@hotpath/contract'

/** Whether something is a promise of any make: those of query builders and other realms are no instances of `Promise`. */
export function isPromise<Value>(value: MaybePromise<Value>): value is Promise<Value> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/** Goes on with a value at once when it is there, else when its promise resolves. */
export function chain<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}
