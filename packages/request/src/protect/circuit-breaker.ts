import { functionFirst, inBothForms } from '../call/policy.ts'
import { type Clock, type Duration, isHotpathError, RequestError, type OptionTable } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { Circuit, type CircuitState, type Permit } from './circuit.ts'
import { isRetryable } from '../retry/is-retryable.ts'
import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count, positiveMs, ratio } from '../checks/quantities.ts'
import { assertFunction } from '../call/function.ts'
import type { RequestEvents } from '../call/events.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `circuitBreaker`. */
export interface CircuitBreakerOptions extends PolicyOptions {
  /** Ratio of failed calls in the window from which on it opens. Default 0.5. */
  readonly failureRate?: number | undefined
  /** It opens only when the window has this many calls. Default 10. */
  readonly minCalls?: number | undefined
  /** Over how long calls are counted. Default `'10s'`. */
  readonly window?: Duration | undefined
  /** How long it stays open before it lets probes through. Default `'5s'`. */
  readonly pause?: Duration | undefined
  /** How many probes have to succeed for it to close. Default 1. */
  readonly probes?: number | undefined
  /** Which errors count as failures of the other side. Default: {@link isRetryable}. */
  readonly when?: ((error: unknown) => boolean) | undefined
}

const CIRCUIT_BREAKER_OPTIONS: OptionTable<Exclude<keyof CircuitBreakerOptions, keyof PolicyOptions>> = {
  failureRate: true,
  minCalls: true,
  window: true,
  pause: true,
  probes: true,
  when: true,
}

/** The policy of a circuit breaker: one circuit for all functions that it is put around. */
export interface CircuitBreaker extends Policy {
  /** Where the circuit stands. An open one turns half-open with the first call after its pause. */
  readonly state: CircuitState
}

/** A function behind a circuit of its own. */
export type Guarded<Fn extends AnyFunction> = Wrapped<Fn> & {
  /** Where the circuit stands. */
  readonly state: CircuitState
}

/**
 * Stops calling what keeps failing: when too many calls of the last while failed, calls fail at once with
 * `ERR_REQUEST_CIRCUIT_OPEN`, and after a pause a probe shows whether it is well again.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { circuitBreaker, isHotpathError } from '@hotpath/request'
 *
 * const load = circuitBreaker(async () => {
 *   throw new Error('down')
 * }, { minCalls: 2 })
 * await load().catch(() => {})
 * await load().catch(() => {})
 * await load().catch((error) => console.log(isHotpathError(error, 'ERR_REQUEST_CIRCUIT_OPEN'), load.state)) // true open
 * ```
 */
export function circuitBreaker<Fn extends AnyFunction>(fn: Fn, options?: CircuitBreakerOptions): Guarded<Fn>
/** The policy, for `compose`. */
export function circuitBreaker(options?: CircuitBreakerOptions): CircuitBreaker
export function circuitBreaker(...given: readonly unknown[]): unknown {
  const [fn, options = {}] = functionFirst(given) as [AnyFunction?, CircuitBreakerOptions?]
  const breaker = new Breaker(options)
  const wrapped = inBothForms(fn, 'circuitBreaker(load)', (fn) => breaker.wrap(fn))
  return Object.defineProperty(wrapped, 'state', { get: () => breaker.state, enumerable: true })
}

class Breaker {
  readonly #options: CircuitBreakerOptions
  readonly #circuit: Circuit
  readonly #clock: Clock
  readonly #events: RequestEvents | undefined
  readonly #when: (error: unknown) => boolean

  constructor(options: CircuitBreakerOptions) {
    assertOptions(options, 'circuitBreaker', [CIRCUIT_BREAKER_OPTIONS])
    this.#options = options
    this.#circuit = new Circuit({
      failureRate: ratio(options.failureRate, 0.5, 'failureRate'),
      minCalls: count(options.minCalls, 10, 'minCalls'),
      windowMs: positiveMs(options.window ?? 10_000, 'window', "Use for example '10s'."),
      pauseMs: positiveMs(options.pause ?? 5_000, 'pause', "Use for example '5s'."),
      probes: count(options.probes, 1, 'probes'),
    })
    this.#clock = clockOf(options)
    this.#events = eventsOf(options)
    this.#when = options.when ?? isRetryable
    assertFunction(this.#when, 'when', 'when: (error) => isRetryable(error)')
  }

  get state(): CircuitState {
    return this.#circuit.state
  }

  wrap(fn: AnyFunction): unknown {
    const name = nameOf(this.#options, fn)
    const call = (self: unknown, args: readonly unknown[]): Promise<unknown> => this.#call(name, fn, self, args)
    return asWrapped(fn, function guarded(...args) {
      return call(this, args)
    })
  }

  #call(name: string, fn: AnyFunction, self: unknown, args: readonly unknown[]): Promise<unknown> {
    const caller = ambientCall()
    const answer = this.#telling(name, () => this.#circuit.ask(this.#clock.monotonic()))
    if (typeof answer === 'number') return Promise.reject(circuitOpen(name, answer))
    // At once, as it may never settle. What comes of it later says no more.
    const left = (reason: unknown): void => this.#left(name, answer, reason)
    caller?.onAbort(left)
    return invoke(caller, fn, self, args).then(
      (value) => {
        caller?.offAbort(left)
        if (caller?.aborted !== true) this.#settle(name, answer, false)
        return value
      },
      (error: unknown) => {
        caller?.offAbort(left)
        if (caller?.aborted !== true) this.#fail(name, answer, error)
        throw error
      },
    )
  }

  #left(name: string, permit: Permit, reason: unknown): void {
    if (!isHotpathError(reason, 'ERR_REQUEST_TIMEOUT')) return this.#circuit.abandoned(permit)
    // That the other side is too slow for a `timeout` around the call says a lot of it.
    try {
      this.#fail(name, permit, reason)
    } catch {
      // `when` is the user's; who waited hears of the limit of time.
    }
  }

  #fail(name: string, permit: Permit, error: unknown): void {
    let hasFailed = true
    try {
      hasFailed = this.#when(error)
    } finally {
      // Also when `when` throws: a probe that is never given back would block the next one.
      this.#settle(name, permit, hasFailed)
    }
  }

  #settle(name: string, permit: Permit, hasFailed: boolean): void {
    const now = this.#clock.monotonic()
    this.#telling(name, () => (hasFailed ? this.#circuit.failed(permit, now) : this.#circuit.succeeded(permit, now)))
  }

  /** Does something, and reports a change of the state. */
  #telling<Answer>(name: string, act: () => Answer): Answer {
    const before = this.#circuit.state
    const answer = act()
    const { state } = this.#circuit
    if (state !== before && this.#events?.wants(`circuit-${state}`) === true) {
      const failureRate = this.#circuit.failureRate(this.#clock.monotonic())
      this.#events.emit(
        state === 'open' ? { type: 'circuit-open', name, failureRate } : { type: `circuit-${state}`, name },
      )
    }
    return answer
  }
}

function circuitOpen(name: string, waitMs: number): RequestError {
  const retryAfterMs = Math.ceil(waitMs)
  return new RequestError(
    'ERR_REQUEST_CIRCUIT_OPEN',
    `\`${name}\` was not called, because too many calls failed recently. Try again in ${retryAfterMs} ms, or put a \`fallback\` around it.`,
    { context: { name, retryAfterMs } },
  )
}
