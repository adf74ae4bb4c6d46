/**
 * Attempts until one succeeds. Our own rather than p-retry: that one waits by the platform's timers, so nothing could be
 * tested on virtual time, knows no full jitter, no `Retry-After` and no signal within an attempt.
 */
import { functionFirst, inBothForms } from '../call/policy.ts'
import { type Clock, type Duration, type OptionTable, booleanOption } from '@hotpath/contract'
import { type Backoff, BACKOFF_OPTIONS, type BackoffOptions, backoffOf, delayAfter } from './backoff.ts'
import { ambientCall, Call } from '../call/call.ts'
import type { RequestEvents } from '../call/events.ts'
import { isRetryable } from './is-retryable.ts'
import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count, limitMs } from '../checks/quantities.ts'
import { assertFunction } from '../call/function.ts'
import { retryAfterMs } from './retry-after.ts'
import { wait } from '../time/wait.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `retry`. */
export interface RetryOptions extends PolicyOptions, BackoffOptions {
  /** How often it is called at most, the first time included. Default 3. */
  readonly attempts?: number | undefined
  /** After this long no other attempt begins. It cuts none short; `timeout` around it does. Default off. */
  readonly maxTime?: Duration | false | undefined
  /** Whether another attempt may help. Default: {@link isRetryable}. */
  readonly when?: ((error: unknown, attempt: number) => boolean | Promise<boolean>) | undefined
  /** Whether a `Retry-After` header of the error (or of its `response`) is honoured. Default `true`. */
  readonly retryAfter?: boolean | undefined
}

const RETRY_OPTIONS: OptionTable<'attempts' | 'maxTime' | 'when' | 'retryAfter'> = {
  attempts: true,
  maxTime: true,
  when: true,
  retryAfter: booleanOption,
}

interface Plan {
  readonly attempts: number
  readonly backoff: Backoff
  readonly maxTimeMs: number
  readonly when: (error: unknown, attempt: number) => boolean | Promise<boolean>
  readonly retryAfter: boolean
  readonly clock: Clock
  readonly events: RequestEvents | undefined
}

/** One call of a function that is retried. */
interface Task {
  readonly plan: Plan
  readonly name: string
  readonly fn: AnyFunction
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly outer: Call | undefined
  readonly startedAt: number
}

/**
 * Calls a function until it succeeds: exponential delays with full jitter, `Retry-After` honoured. When no attempt is
 * left it fails with the last error, untouched. Only for functions that may be called twice.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { retry } from '@hotpath/request'
 *
 * let calls = 0
 * const load = retry(async (id: number) => {
 *   if (++calls < 3) throw new Error('busy')
 *   return { id, calls }
 * }, { attempts: 5, delay: '1ms' })
 * console.log(await load(42)) // { id: 42, calls: 3 }
 * ```
 */
export function retry<Fn extends AnyFunction>(fn: Fn, options?: RetryOptions): Wrapped<Fn>
/** The policy, for `compose`. */
export function retry(options?: RetryOptions): Policy
export function retry(...given: readonly unknown[]): unknown {
  const [fn, options = {}] = functionFirst(given) as [AnyFunction?, RetryOptions?]
  const plan = planOf(options)
  return inBothForms(fn, 'retry(load, { attempts: 3 })', (fn) => {
    const name = nameOf(options, fn)
    return asWrapped(fn, function retried(...args) {
      const outer = ambientCall()
      const call = outer === undefined || outer.attempt === 1 ? outer : new Call(outer, { attempt: 1 })
      const startedAt = plan.maxTimeMs === Number.POSITIVE_INFINITY ? 0 : plan.clock.monotonic()
      return invoke(call, fn, this, args).then(undefined, (error: unknown) => {
        if (call !== outer) call?.end()
        return again({ plan, name, fn, self: this, args, outer, startedAt }, error)
      })
    })
  })
}

function planOf(options: RetryOptions): Plan {
  assertOptions(options, 'retry', [RETRY_OPTIONS, BACKOFF_OPTIONS])
  const { when = isRetryable, retryAfter = true } = options
  assertFunction(when, 'when', 'when: (error) => isRetryable(error)')
  return {
    attempts: count(options.attempts, 3, 'attempts'),
    backoff: backoffOf(options),
    maxTimeMs: limitMs(options.maxTime, Number.POSITIVE_INFINITY, 'maxTime'),
    when,
    retryAfter,
    clock: clockOf(options),
    events: eventsOf(options),
  }
}

/** What follows the first failure. */
async function again(task: Task, firstError: unknown): Promise<unknown> {
  const { plan, name, fn, self, args, outer } = task
  const { events, clock } = plan
  let error = firstError
  for (let attempt = 1; ; attempt++) {
    if (events?.wants('attempt-failed') === true) events.emit({ type: 'attempt-failed', name, attempt, error })
    if (outer?.aborted === true) throw outer.reason
    if (attempt >= plan.attempts || !(await plan.when(error, attempt))) throw error
    const delayMs = nextDelay(task, error, attempt)
    if (delayMs === undefined) throw error
    if (events?.wants('retry') === true) events.emit({ type: 'retry', name, attempt: attempt + 1, delayMs })
    await wait(clock, delayMs, outer)
    const call = new Call(outer, { attempt: attempt + 1 })
    try {
      return await invoke(call, fn, self, args)
    } catch (cause) {
      error = cause
    } finally {
      call.end()
    }
  }
}

/** How long to wait for the next attempt; `undefined` when there shall be none. */
function nextDelay({ plan, startedAt }: Task, error: unknown, failures: number): number | undefined {
  const { backoff, clock, maxTimeMs } = plan
  const toldMs = plan.retryAfter ? (retryAfterMs(error, clock.now()) ?? 0) : 0
  if (toldMs > backoff.maxMs) return undefined
  const delayMs = Math.max(toldMs, delayAfter(backoff, failures))
  if (maxTimeMs === Number.POSITIVE_INFINITY) return delayMs
  return clock.monotonic() - startedAt + delayMs < maxTimeMs ? delayMs : undefined
}
