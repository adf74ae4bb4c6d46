/**
 * One call for many that come close together. Our own rather than p-debounce: that one waits by the platform's timers,
 * puts a call off for as long as others come, and its leading edge resolves to `undefined` for all but the first caller
 * when the call takes longer than the wait, or fails.
 */
import { type Clock, type Duration, type OptionTable, booleanOption, wrongOption } from '@hotpath/contract'
import { ambientCall, type Call } from '../call/call.ts'
import type { RequestEvents } from '../call/events.ts'
import type { AnyFunction } from '../call/function.ts'
import { functionFirst, inBothForms } from '../call/policy.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { finiteMs, positiveMs } from '../checks/quantities.ts'
import { startTimer, type Timer } from '../time/system-clock.ts'
import { Flight, waitsForItself } from './flights.ts'

/** Options of `debounce`. */
export interface DebounceOptions extends PolicyOptions {
  /** How long no other call has to come before the function is called. */
  readonly wait: Duration
  /** The longest that a caller waits for the function to be called, however many others come. Default: no limit. */
  readonly maxWait?: Duration | undefined
  /**
   * Whether the function is called for the first caller at once; callers that come within `wait` of one another share
   * that call. Default `false`: it is called for the last one.
   */
  readonly leading?: boolean | undefined
}

const DEBOUNCE_OPTIONS: OptionTable<'wait' | 'maxWait' | 'leading'> = {
  wait: "'200ms'",
  maxWait: true,
  leading: booleanOption,
}

const EXAMPLE = "debounce(search, { wait: '200ms' })"

/**
 * Waits until no other call has come for a while, and then calls the function once, with the arguments of the last
 * caller. All callers since the last call share it. A signal detaches its caller only; when all have left, no call is
 * made, and one that runs is aborted. Each function that the policy is put around is debounced by itself.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { debounce } from '@hotpath/request'
 *
 * const search = debounce(async (text: string) => `results for ${text}`, { wait: '10ms' })
 * const found = await Promise.all([search('h'), search('ho'), search('hot')])
 * console.log(new Set(found)) // Set(1) { 'results for hot' }
 * ```
 */
export function debounce<Fn extends AnyFunction>(fn: Fn, options: DebounceOptions): Wrapped<Fn>
/** The policy, for `compose`. */
export function debounce(options: DebounceOptions): Policy
export function debounce(...given: readonly unknown[]): unknown {
  const [fn, options] = functionFirst(given) as [AnyFunction?, DebounceOptions?]
  assertOptions(options, 'debounce', [DEBOUNCE_OPTIONS])
  const { wait, maxWait, leading = false } = options as DebounceOptions
  const plan: Plan = {
    waitMs: finiteMs(wait, 'wait', "Use for example '200ms'."),
    maxWaitMs:
      maxWait === undefined ? Number.POSITIVE_INFINITY : positiveMs(maxWait, 'maxWait', 'Leave it out for no limit.'),
    leading,
    clock: clockOf(options as DebounceOptions),
    events: eventsOf(options as DebounceOptions),
  }
  if (plan.maxWaitMs < plan.waitMs)
    throw wrongOption('maxWait', 'at least `wait`', maxWait, 'Leave it out for no limit.')
  return inBothForms(fn, EXAMPLE, (fn) => {
    const debouncer = new Debouncer(plan, nameOf(options as DebounceOptions, fn), fn)
    return asWrapped(fn, function debounced(...args) {
      return debouncer.join({ self: this, args, call: ambientCall() })
    })
  })
}

interface Plan {
  readonly waitMs: number
  readonly maxWaitMs: number
  readonly leading: boolean
  readonly clock: Clock
  readonly events: RequestEvents | undefined
}

interface Caller {
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly call: Call | undefined
}

/** Callers that share one call. */
interface Round {
  readonly flight: Flight
  readonly firstAt: number
  lastAt: number
  /** Whose arguments count, the last one first to be asked: those before count when the ones after have left. */
  callers: Caller[]
  readonly settle: (answer: Promise<unknown>) => void
}

class Debouncer {
  readonly #plan: Plan
  readonly #name: string
  readonly #fn: AnyFunction
  #round: Round | undefined
  #timer: Timer | undefined

  constructor(plan: Plan, name: string, fn: AnyFunction) {
    this.#plan = plan
    this.#name = name
    this.#fn = fn
  }

  join(caller: Caller): Promise<unknown> {
    const { clock, events, leading } = this.#plan
    const { call } = caller
    if (call?.aborted === true) return Promise.reject(call.reason)
    const now = clock.monotonic()
    // A leading round ends unnoticed: nobody waits for that.
    if (leading && this.#round !== undefined && this.#endOf(this.#round) <= now) this.#round = undefined
    const round = this.#round
    if (round === undefined) return this.#begin(caller, now)
    if (call?.isWithin(round.flight.call) === true) return Promise.reject(waitsForItself(this.#name))
    round.lastAt = now
    if (!leading) {
      // One that cannot leave is the last one until another comes.
      if (call?.abortable !== true) round.callers = []
      round.callers.push(caller)
    }
    if (events?.wants('dedupe') === true) events.emit({ type: 'dedupe', name: this.#name })
    return round.flight.join(call)
  }

  #begin(caller: Caller, now: number): Promise<unknown> {
    const flight = new Flight(caller.call, () => this.#abandon(round))
    let settle!: Round['settle']
    flight.promise = new Promise((resolve) => (settle = resolve))
    const round: Round = { flight, firstAt: now, lastAt: now, callers: [caller], settle }
    this.#round = round
    if (this.#plan.leading) this.#run(round)
    else this.#arm(round, now)
    return flight.join(caller.call)
  }

  #endOf({ firstAt, lastAt }: Round): number {
    return Math.min(lastAt + this.#plan.waitMs, firstAt + this.#plan.maxWaitMs)
  }

  /** One timer for each wait, not for each call: when it fires too early, it is set again for the rest. */
  #arm(round: Round, now: number): void {
    const { clock } = this.#plan
    this.#timer = startTimer(clock, this.#endOf(round) - now, () => {
      const firedAt = clock.monotonic()
      if (firedAt < this.#endOf(round)) return this.#arm(round, firedAt)
      this.#timer = undefined
      this.#round = undefined
      this.#run(round)
    })
  }

  #run({ flight, callers, settle }: Round): void {
    const last = callers.findLast(({ call }) => call?.aborted !== true)
    // Where all have left the round was abandoned.
    if (last !== undefined) settle(invoke(flight.call, this.#fn, last.self, last.args).finally(() => flight.call.end()))
  }

  /** Nobody waits for a round any more. */
  #abandon(round: Round): void {
    if (this.#round !== round) return
    this.#round = undefined
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
