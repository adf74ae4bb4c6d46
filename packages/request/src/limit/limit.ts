import { Limiter, type LimitOptions } from './limiter.ts'
import type { Policy, Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Calls that run and wait. */
export interface Load {
  /** How many calls run. */
  readonly running: number
  /** How many wait. */
  readonly waiting: number
}

/** The policy of a limit: one limit for all functions that it is put around. */
export interface Limit extends Policy, Load {}

/** A function with a limit of its own. */
export type Limited<Fn extends AnyFunction> = Wrapped<Fn> & Load

/**
 * Lets so many calls run at a time; the others wait, the most urgent first (`fn.with({ priority: 'high' })(…)`). A
 * caller who leaves while it waits is not called for.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { limit } from '@hotpath/request'
 *
 * const order: string[] = []
 * const print = limit(async (page: string) => void order.push(page), { concurrency: 1 })
 * await Promise.all([print('first'), print('second'), print.with({ priority: 'critical' })('urgent')])
 * console.log(order.join(' ')) // first urgent second
 * ```
 */
export function limit<Fn extends AnyFunction>(fn: Fn, options: LimitOptions): Limited<Fn>
/** The policy, for `compose`. */
export function limit(options: LimitOptions): Limit
export function limit(first: AnyFunction | LimitOptions, second?: LimitOptions): unknown {
  const isPolicy = typeof first !== 'function'
  const limiter = new Limiter(isPolicy ? first : second)
  const policy = (fn: AnyFunction): unknown => limiter.put(fn)
  return Object.defineProperties(isPolicy ? policy : policy(first), {
    running: { get: () => limiter.running, enumerable: true },
    waiting: { get: () => limiter.waiting, enumerable: true },
  })
}
