import { type MaybePromise, isPromise } from '@hotpath/contract'

export { isPromise } from '@hotpath/contract'

/** Goes on with a value at once when it is there, else when its promise resolves. */
export function chain<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}
