/** Functions that keep something for each object that they are called on, as long as the object lives. */
import type { AnyFunction } from './member-types.ts'

/** What is made once for each object, when it is needed; what is no object shares one. */
export function ownOf<Own>(make: (self: unknown) => Own): (self: unknown) => Own {
  const made = new WeakMap<object, Own>()
  let ofNobody: Own | undefined
  return (self) => {
    if ((typeof self !== 'object' || self === null) && typeof self !== 'function') return (ofNobody ??= make(self))
    let own = made.get(self)
    if (own === undefined) made.set(self, (own = make(self)))
    return own
  }
}

/** Makes a function that calls the one made for its `this`; calls without an object share one. */
export function perObject(make: (self: unknown) => AnyFunction): AnyFunction {
  const own = ownOf(make)
  return function call(this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(own(this), this, args)
  }
}
