/**
 * So many calls at a time. Our own rather than p-queue: that one has no bound for those who wait, and no priorities
 * by name; it would bring events and a timeout of its own.
 */
import { type OptionTable, wrongOption } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import type { AnyFunction } from '../call/function.ts'
import { functionFirst, inBothForms } from '../call/policy.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import { assertOptions, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count } from '../checks/quantities.ts'
import { WaitLine } from './wait-line.ts'

/** Options of `limit`. */
export interface LimitOptions extends Omit<PolicyOptions, 'clock'> {
  /** How many calls run at a time. */
  readonly concurrency: number
  /** How many may wait; one more fails with `ERR_REQUEST_QUEUE_FULL`. Default 10,000. */
  readonly maxQueue?: number | undefined
}

const EXAMPLE = 'limit(load, { concurrency: 10 })'
/** What a limit knows of its own. */
export const LIMIT_OPTIONS: OptionTable<'concurrency' | 'maxQueue'> = { concurrency: '10', maxQueue: true }

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
export function limit(...given: readonly unknown[]): unknown {
  const [fn, options] = functionFirst(given) as [AnyFunction?, LimitOptions?]
  const limiter = new Limiter(options)
  return Object.defineProperties(
    inBothForms(fn, EXAMPLE, (fn) => limiter.wrap(fn)),
    {
      running: { get: () => limiter.running, enumerable: true },
      waiting: { get: () => limiter.waiting, enumerable: true },
    },
  )
}

/** The places of a limit, and those that wait for one. */
export class Limiter {
  readonly #options: LimitOptions
  readonly #concurrency: number
  readonly #line: WaitLine
  readonly #idlers: (() => void)[] = []
  #running = 0

  constructor(options: LimitOptions | undefined) {
    assertOptions(options, 'limit', [LIMIT_OPTIONS])
    this.#options = options as LimitOptions
    const { concurrency, maxQueue } = this.#options
    if (concurrency === undefined)
      throw wrongOption('concurrency', 'a whole number of at least 1', concurrency, 'Use for example 10.')
    this.#concurrency = count(concurrency, 1, 'concurrency')
    this.#line = new WaitLine({ maxQueue, events: eventsOf(this.#options) })
  }

  get running(): number {
    return this.#running
  }

  get waiting(): number {
    return this.#line.size
  }

  /** Resolves when nothing runs; then nothing waits either. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => void this.#idlers.push(resolve))
  }

  wrap<Fn extends AnyFunction>(fn: Fn): Wrapped<Fn> {
    const name = nameOf(this.#options, fn)
    const call = (self: unknown, args: readonly unknown[]): Promise<unknown> => this.#call(name, fn, self, args)
    return asWrapped(fn, function limited(...args) {
      return call(this, args)
    })
  }

  #call(name: string, fn: AnyFunction, self: unknown, args: readonly unknown[]): Promise<unknown> {
    const caller = ambientCall()
    const run = (): Promise<unknown> => {
      // It may have left after its turn had come.
      if (caller?.aborted === true) {
        this.#release()
        return Promise.reject(caller.reason)
      }
      const answer = invoke(caller, fn, self, args)
      answer.then(this.#release, this.#release)
      return answer
    }
    if (this.#running >= this.#concurrency) return this.#line.join(name, caller).then(run)
    this.#running++
    return run()
  }

  // Whose turn it is takes over the place at once, so that nobody slips in between.
  readonly #release = (): void => {
    if (this.#line.next()) return
    this.#running--
    if (this.#running === 0) for (const resolve of this.#idlers.splice(0)) resolve()
  }
}
