/**
 * So many calls per interval, of any interval: a ring keeps when the last ones began, so that no burst at a border
 * doubles the rate. Our own rather than p-throttle, for priorities, a bound for those that wait, and callers
 * that leave.
 */
import { functionFirst, inBothForms } from '../call/policy.ts'
import { type Clock, type Duration, type OptionTable } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { finiteCount, finiteMs } from '../checks/quantities.ts'
import { startTimer, type Timer } from '../time/system-clock.ts'
import type { Load } from './limit.ts'
import { WaitLine } from './wait-line.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `throttle`. */
export interface ThrottleOptions extends PolicyOptions {
  /** How many calls may begin in any interval. */
  readonly limit: number
  /** The interval. */
  readonly interval: Duration
  /** How many may wait; one more fails with `ERR_REQUEST_QUEUE_FULL`. Default 10,000. */
  readonly maxQueue?: number | undefined
}

/**
 * Lets so many calls begin in any interval; the others wait, the most urgent first. Nothing is dropped. The policy is one
 * throttle for all functions that it is put around.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { throttle } from '@hotpath/request'
 *
 * const send = throttle(async (text: string) => text.length, { limit: 2, interval: '20ms' })
 * const startedAt = performance.now()
 * await Promise.all([send('a'), send('b'), send('c')])
 * console.log(performance.now() - startedAt >= 19) // true
 * ```
 */
export function throttle<Fn extends AnyFunction>(fn: Fn, options: ThrottleOptions): Wrapped<Fn> & Pick<Load, 'waiting'>
/** The policy, for `compose`. */
export function throttle(options: ThrottleOptions): Policy & Pick<Load, 'waiting'>
export function throttle(...given: readonly unknown[]): unknown {
  const [fn, options] = functionFirst(given) as [AnyFunction?, ThrottleOptions?]
  const throttler = new Throttler(options)
  return Object.defineProperty(
    inBothForms(fn, EXAMPLE, (fn) => throttler.wrap(fn)),
    'waiting',
    { get: () => throttler.waiting, enumerable: true },
  )
}

const EXAMPLE = "throttle(send, { limit: 10, interval: '1s' })"

const THROTTLE_OPTIONS: OptionTable<'limit' | 'interval' | 'maxQueue'> = {
  limit: '10',
  interval: "'1s'",
  maxQueue: true,
}

class Throttler {
  readonly #options: ThrottleOptions
  readonly #limit: number
  readonly #intervalMs: number
  readonly #clock: Clock
  readonly #line: WaitLine
  /** When the last `limit` calls began, in a ring. */
  readonly #begun: number[] = []
  #oldest = 0
  /** Runs while somebody waits. */
  #timer: Timer | undefined

  constructor(options: ThrottleOptions | undefined) {
    assertOptions(options, 'throttle', [THROTTLE_OPTIONS])
    this.#options = options as ThrottleOptions
    const { limit, interval, maxQueue } = this.#options
    this.#limit = finiteCount(limit, undefined, 'limit')
    this.#intervalMs = finiteMs(interval, 'interval', "Use for example '1s'.")
    this.#clock = clockOf(this.#options)
    const events = eventsOf(this.#options)
    this.#line = new WaitLine({ maxQueue, events, abandoned: this.#disarm })
  }

  get waiting(): number {
    return this.#line.size
  }

  wrap(fn: AnyFunction): unknown {
    const name = nameOf(this.#options, fn)
    const call = (self: unknown, args: readonly unknown[]): Promise<unknown> => this.#call(name, fn, self, args)
    return asWrapped(fn, function throttled(...args) {
      return call(this, args)
    })
  }

  #call(name: string, fn: AnyFunction, self: unknown, args: readonly unknown[]): Promise<unknown> {
    const caller = ambientCall()
    if (caller?.aborted === true) return Promise.reject(caller.reason)
    const now = this.#clock.monotonic()
    if (this.#line.size > 0 || this.#freeAt() > now) {
      const turn = this.#line.join(name, caller)
      this.#arm()
      return turn.then(() => {
        // It may have left after its turn had come.
        if (caller?.aborted === true) throw caller.reason
        return invoke(caller, fn, self, args)
      })
    }
    this.#begin(now)
    return invoke(caller, fn, self, args)
  }

  /** From when on another call may begin. */
  #freeAt(): number {
    return this.#begun.length < this.#limit
      ? Number.NEGATIVE_INFINITY
      : (this.#begun[this.#oldest] ?? 0) + this.#intervalMs
  }

  #begin(now: number): void {
    this.#begun[this.#oldest] = now
    this.#oldest = (this.#oldest + 1) % this.#limit
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#line.size === 0) return
    this.#timer = startTimer(this.#clock, Math.max(0, this.#freeAt() - this.#clock.monotonic()), this.#fire)
  }

  readonly #disarm = (): void => {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  readonly #fire = (): void => {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    while (this.#freeAt() <= now && this.#line.next()) this.#begin(now)
    this.#arm()
  }
}
