import { asWrapped, type ExtraIn, invoke, type PolicyFor, type Wrapped } from './wrapped.ts'
import type { AnyFunction } from './function.ts'
import { ambientCall } from './call.ts'
import { assertFunction } from './function.ts'

/**
 * Puts policies around a function, **the first one outermost**: `compose(load, timeout('2s'), retry({ attempts: 3 }))`
 * has two seconds for all attempts together, and `compose(load, retry({ attempts: 3 }), timeout('2s'))` two for each.
 *
 * @throws ConfigError for what is no function.
 *
 * @example
 * ```ts
 * import { compose, fallback, retry, timeout } from '@hotpath/request'
 *
 * async function priceOf(id: number) {
 *   if (id < 0) throw new Error('no such product')
 *   return id * 10
 * }
 * const price = compose(priceOf, fallback(() => null), timeout('2s'), retry({ attempts: 3, delay: '1ms' }))
 * console.log(await price(4), await price(-1)) // 40 null
 * ```
 */
// One by one first: of a list in which each policy waits to be told the arguments, the compiler infers none.
export function compose<Fn extends AnyFunction, One>(
  fn: Fn,
  one: PolicyFor<Parameters<Fn>, One>,
): Wrapped<Fn, ExtraIn<One>>
/** Two policies. */
export function compose<Fn extends AnyFunction, One, Two>(
  fn: Fn,
  one: PolicyFor<Parameters<Fn>, One>,
  two: PolicyFor<Parameters<Fn>, Two>,
): Wrapped<Fn, ExtraIn<One> | ExtraIn<Two>>
/** Any number of policies. */
export function compose<Fn extends AnyFunction, Instead extends readonly unknown[]>(
  fn: Fn,
  ...policies: { [Index in keyof Instead]: PolicyFor<Parameters<Fn>, Instead[Index]> }
): Wrapped<Fn, { [Index in keyof Instead]: ExtraIn<Instead[Index]> }[number]>
export function compose(fn: AnyFunction, ...policies: readonly ((fn: never) => unknown)[]): unknown {
  assertFunction(fn, 'fn', "compose(load, timeout('2s'), retry())")
  for (const policy of policies) assertFunction(policy, 'a policy', "compose(load, timeout('2s'), retry())")
  const wrapped = policies.reduceRight<AnyFunction>((inner, policy) => policy(inner as never) as AnyFunction, fn)
  if (policies.length > 0) return wrapped
  return asWrapped(fn, function wrapped(...args) {
    return invoke(ambientCall(), fn, this, args)
  })
}
