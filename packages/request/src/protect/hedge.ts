/**
 * A second attempt beside a slow first one; the first answer wins and the other attempt is aborted (Dean and Barroso,
 * "The Tail at Scale", 2013). When everything is slow a second attempt for everybody would double the load, so no more
 * than a ratio of the calls gets one.
 */
import { functionFirst, inBothForms } from '../call/policy.ts'
import { type Clock, type Duration, type OptionTable } from '@hotpath/contract'
import { ambientCall, Call } from '../call/call.ts'
import type { RequestEvents } from '../call/events.ts'
import { Latencies } from './latencies.ts'
import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count, positiveMs, ratio } from '../checks/quantities.ts'
import { startTimer, type Timer } from '../time/system-clock.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `hedge`. */
export interface HedgeOptions extends PolicyOptions {
  /** When the second attempt begins. Default: when the first one is slower than `percentile` of the last calls. */
  readonly after?: Duration | undefined
  /** A ratio of the last calls. Default 0.95. */
  readonly percentile?: number | undefined
  /** Until so many calls were measured there is no second attempt, unless `after` is given. Default 20. */
  readonly minCalls?: number | undefined
  /** At most this ratio of the calls gets a second attempt, once ten in a row had one. Default 0.1. */
  readonly maxRatio?: number | undefined
}

const HEDGE_OPTIONS: OptionTable<'after' | 'percentile' | 'minCalls' | 'maxRatio'> = {
  after: true,
  percentile: true,
  minCalls: true,
  maxRatio: true,
}

interface Plan {
  readonly afterMs: number | undefined
  readonly percentile: number
  readonly minCalls: number
  readonly maxRatio: number
  readonly clock: Clock
  readonly events: RequestEvents | undefined
}

/** How many second attempts may be saved up. */
const MAX_CREDIT = 10

/**
 * Makes a second attempt when the first takes longer than most calls do, and answers what comes first. Only for functions
 * that may be called twice. What fails before the second attempt begins fails at once; `retry` is for that.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { currentCall, hedge } from '@hotpath/request'
 *
 * const load = hedge(async () => {
 *   const { attempt } = currentCall()
 *   if (attempt === 1) await new Promise((resolve) => setTimeout(resolve, 2_000))
 *   return `attempt ${attempt}`
 * }, { after: '10ms' })
 * console.log(await load()) // attempt 2
 * ```
 */
export function hedge<Fn extends AnyFunction>(fn: Fn, options?: HedgeOptions): Wrapped<Fn>
/** The policy, for `compose`. */
export function hedge(options?: HedgeOptions): Policy
export function hedge(...given: readonly unknown[]): unknown {
  const [fn, options = {}] = functionFirst(given) as [AnyFunction?, HedgeOptions?]
  const plan = planOf(options)
  return inBothForms(fn, 'hedge(load)', (fn) => {
    const name = nameOf(options, fn)
    // Functions differ in how long they take, so each has its own measure.
    const latencies = new Latencies()
    let credit = MAX_CREDIT
    const maySpend = (): boolean => credit >= 1 && credit-- >= 1
    return asWrapped(fn, function hedged(...args) {
      credit = Math.min(MAX_CREDIT, credit + plan.maxRatio)
      const outer = ambientCall()
      const attempt = (call: Call): Promise<unknown> => invoke(call, fn, this, args)
      return new Race({ plan, name, outer, latencies, attempt, maySpend }).answer
    })
  })
}

function planOf(options: HedgeOptions): Plan {
  assertOptions(options, 'hedge', [HEDGE_OPTIONS])
  const { after } = options
  return {
    afterMs: after === undefined ? undefined : positiveMs(after, 'after', 'Leave it out to measure it.'),
    percentile: ratio(options.percentile, 0.95, 'percentile'),
    minCalls: count(options.minCalls, 20, 'minCalls'),
    maxRatio: ratio(options.maxRatio, 0.1, 'maxRatio'),
    clock: clockOf(options),
    events: eventsOf(options),
  }
}

interface RaceFields {
  readonly plan: Plan
  readonly name: string
  readonly outer: Call | undefined
  readonly latencies: Latencies
  readonly attempt: (call: Call) => Promise<unknown>
  readonly maySpend: () => boolean
}

/** One call: one attempt, or two. */
class Race {
  readonly answer: Promise<unknown>
  readonly #fields: RaceFields
  readonly #startedAt: number
  readonly #calls: Call[] = []
  #timer: Timer | undefined
  #failures = 0
  #isOver = false
  #resolve!: (value: unknown) => void
  #reject!: (error: unknown) => void

  constructor(fields: RaceFields) {
    this.#fields = fields
    const { plan, latencies, outer } = fields
    this.#startedAt = plan.clock.monotonic()
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const isMeasured = latencies.count >= plan.minCalls
    const afterMs = plan.afterMs ?? (isMeasured ? Math.max(1, latencies.percentile(plan.percentile)) : undefined)
    if (afterMs !== undefined) this.#timer = startTimer(plan.clock, afterMs, () => this.#second())
    if (this.#timer !== undefined && outer?.abortable === true) {
      outer.signal.addEventListener('abort', this.#left, { once: true })
    }
    this.#run(1)
  }

  /** The caller has left; nothing would come of a second attempt. */
  readonly #left = (): void => this.#timer?.cancel()

  #second(): void {
    const { plan, name, outer, maySpend } = this.#fields
    if (outer?.aborted === true || !maySpend()) return
    const delayMs = plan.clock.monotonic() - this.#startedAt
    if (plan.events?.wants('hedge') === true) plan.events.emit({ type: 'hedge', name, delayMs })
    this.#run(2)
  }

  #run(attempt: number): void {
    const call = new Call(this.#fields.outer, { attempt, abortable: true })
    this.#calls.push(call)
    this.#fields.attempt(call).then(
      (value) => {
        if (this.#isOver) return
        this.#end(call)
        // A first attempt that lost was at least this slow. Left out, the measure would sink with every loss.
        this.#fields.latencies.add(this.#fields.plan.clock.monotonic() - this.#startedAt)
        this.#resolve(value)
      },
      (error: unknown) => {
        this.#failures++
        if (this.#isOver || this.#failures < this.#calls.length) return
        this.#end(call)
        this.#reject(error)
      },
    )
  }

  #end(winner: Call): void {
    const { outer } = this.#fields
    this.#isOver = true
    this.#timer?.cancel()
    if (this.#timer !== undefined && outer?.abortable === true) outer.signal.removeEventListener('abort', this.#left)
    for (const call of this.#calls) {
      if (call !== winner) call.abort(new DOMException('Another attempt was faster.', 'AbortError'))
      call.end()
    }
  }
}
