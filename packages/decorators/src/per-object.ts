/** Functions that keep something for each object that they are called on, as long as the object lives. */
import type { AnyFunction } from './member-types.ts'

/** Makes a function that calls the one made for its `this`; calls without an object share one. */
export function perObject(make: (self: unknown) => AnyFunction): AnyFunction {
  const made = new WeakMap<object, AnyFunction>()
  let ofNobody: AnyFunction | undefined
  return function call(this: unknown, ...args: unknown[]): unknown {
    if ((typeof this !== 'object' || this === null) && typeof this !== 'function') {
      ofNobody ??= make(this)
      return Reflect.apply(ofNobody, this, args)
    }
    let own = made.get(this)
    if (own === undefined) made.set(this, (own = make(this)))
    return Reflect.apply(own, this, args)
  }
}
