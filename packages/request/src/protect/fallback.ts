import { inBothForms } from '../call/policy.ts'
import { type OptionTable, functionOption } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { assertOptions, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { assertFunction } from '../call/function.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `fallback`. */
export interface FallbackOptions extends Omit<PolicyOptions, 'clock'> {
  /** Which errors it answers for. Default: all. */
  readonly when?: ((error: unknown) => boolean) | undefined
}

const FALLBACK_OPTIONS: OptionTable<'when'> = { when: functionOption }

/** What answers instead: gets the error and the arguments. */
export type Answer<Args extends readonly unknown[], Value> = (error: unknown, ...args: Args) => Value | Promise<Value>

/**
 * Answers something else when a function fails. Not when the caller has left: nobody waits for an answer then.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { fallback } from '@hotpath/request'
 *
 * const rate = fallback(async (from: string): Promise<number> => {
 *   throw new Error(`no rate for ${from}`)
 * }, (_error, from) => `${from} as of yesterday`)
 * console.log(await rate('EUR')) // EUR as of yesterday
 * ```
 */
export function fallback<Fn extends AnyFunction, Value>(
  fn: Fn,
  answer: Answer<Parameters<Fn>, Value>,
  options?: FallbackOptions,
): Wrapped<Fn, Value>
/** The policy, for `compose`. */
export function fallback<Value, Args extends readonly unknown[] = readonly unknown[]>(
  answer: Answer<Args, Value>,
  options?: FallbackOptions,
): Policy<Value, Args>
export function fallback(...given: readonly unknown[]): unknown {
  // What answers is a function itself, so the first one is to be wrapped only where there are two.
  const isWrapping = typeof given[1] === 'function'
  const [fn, answer, options = {}] = (isWrapping ? given : [undefined, ...given]) as [
    unknown,
    AnyFunction,
    FallbackOptions?,
  ]
  assertFunction(answer, 'answer', 'fallback(load, () => null)')
  assertOptions(options, 'fallback', [FALLBACK_OPTIONS])
  const { when } = options
  const events = eventsOf(options)
  return inBothForms(fn, 'fallback(load, () => null)', (fn) => {
    const name = nameOf(options, fn)
    return asWrapped(fn, function backed(...args) {
      const call = ambientCall()
      return invoke(call, fn, this, args).then(undefined, (error: unknown) => {
        if (call?.aborted === true || when?.(error) === false) throw error
        if (events?.wants('fallback') === true) events.emit({ type: 'fallback', name, error })
        return invoke(call, answer, this, [error, ...args])
      })
    })
  })
}
