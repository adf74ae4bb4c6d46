/** The two forms of a policy: `retry(load, options)` is the function wrapped, `retry(options)` a policy for `compose`. */
import { type AnyFunction, assertFunction } from './function.ts'

/** The arguments of a policy, with a place for the function at the front: `undefined` in the form for `compose`. */
export function functionFirst(given: readonly unknown[]): readonly unknown[] {
  return typeof given[0] === 'function' ? given : [undefined, ...given]
}

/**
 * The policy, or the function with the policy around it where one was given.
 *
 * @param example - How a function is given, for the error.
 */
export function inBothForms(fn: unknown, example: string, wrap: (fn: AnyFunction) => unknown): unknown {
  const policy = (inner: unknown): unknown => {
    assertFunction(inner, 'fn', example)
    return wrap(inner)
  }
  return fn === undefined ? policy : policy(fn)
}
