import { functionFirst, inBothForms } from '../call/policy.ts'
import { keepOne } from '../call/kept.ts'
import { type Duration, formatDuration, RequestError, wrongOption } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { Deadlines } from '../time/deadlines.ts'

import { assertOptions, clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { limitMs } from '../checks/quantities.ts'
import { type Limiter, TimedCall } from '../time/timed-call.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/**
 * Gives a function so much time: then the call fails with `ERR_REQUEST_TIMEOUT` and its `currentCall().signal` is
 * aborted. `false` sets no limit.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { isHotpathError, timeout } from '@hotpath/request'
 *
 * const hang = timeout(() => new Promise<never>(() => {}), '5ms')
 * try {
 *   await hang()
 * } catch (error) {
 *   console.log(isHotpathError(error, 'ERR_REQUEST_TIMEOUT')) // true
 * }
 * ```
 */
export function timeout<Fn extends AnyFunction>(fn: Fn, limit: Duration | false, options?: PolicyOptions): Wrapped<Fn>
/** The policy, for `compose`. */
export function timeout(limit: Duration | false, options?: PolicyOptions): Policy
export function timeout(...given: readonly unknown[]): unknown {
  const [fn, limit, options = {}] = functionFirst(given) as [AnyFunction?, (Duration | false)?, PolicyOptions?]
  assertOptions(options, 'timeout')
  // It may not be inherited: a limit that is missing by mistake would be none.
  if (typeof limit !== 'number' && typeof limit !== 'string' && limit !== false) {
    throw wrongOption('timeout', 'a duration, or `false` for no limit', limit, "Use for example `timeout(load, '2s')`.")
  }
  const timeoutMs = limitMs(limit, 0, 'timeout')
  const deadlines = new Deadlines(clockOf(options), timeoutMs)
  const events = eventsOf(options)
  keepOne(TimedCall, () => new TimedCall(undefined, { expired() {} }, () => {}))
  return inBothForms(fn, "timeout(load, '2s')", (fn) => {
    const name = nameOf(options, fn)
    if (timeoutMs === Number.POSITIVE_INFINITY) {
      return asWrapped(fn, function unlimited(...args) {
        return invoke(ambientCall(), fn, this, args)
      })
    }
    const limiter: Limiter = {
      expired(call) {
        const error = tooSlow(name, timeoutMs)
        call.abort(error)
        if (events?.wants('timeout') === true) events.emit({ type: 'timeout', name, timeoutMs })
        call.reject(error)
      },
    }
    return asWrapped(fn, function limited(...args) {
      return new Promise((resolve, reject) => {
        const outer = ambientCall()
        const call = new TimedCall(outer, limiter, reject)
        deadlines.add(call)
        if (outer?.abortable === true) call.onAbort(() => deadlines.abandon(call))
        const over = (): void => {
          deadlines.remove(call)
          call.end()
        }
        invoke(call, fn, this, args).then(
          (value) => {
            over()
            resolve(value)
          },
          (error: unknown) => {
            over()
            reject(error)
          },
        )
      })
    })
  })
}

function tooSlow(name: string, timeoutMs: number): RequestError {
  return new RequestError(
    'ERR_REQUEST_TIMEOUT',
    `\`${name}\` took longer than ${formatDuration(timeoutMs)}. Listen to \`currentCall().signal\` in it, or raise the timeout.`,
    { context: { name, timeoutMs } },
  )
}
