/**
 * Wrappers of others, such as p-throttle or p-memoize, as policies. They call the function later, or once for several
 * callers, and know nothing of the call that it is made for. So callers are noted, and found again by their arguments
 * when the function is called.
 */
import { type OptionTable, checkOptions, detach, functionOption } from '@hotpath/contract'
import { ambientCall, Call } from './call.ts'
import { type AnyFunction, assertFunction } from './function.ts'
import { asWrapped, invoke, type Policy } from './wrapped.ts'

/** Options of `policyOf`. */
export interface PolicyOfOptions<Args extends readonly unknown[]> {
  /**
   * What distinguishes calls: the wrapper may answer calls of one key with one call of the function. Default: the first
   * argument. Give it where a wrapper shares calls by something else, such as the `cacheKey` of p-memoize.
   */
  readonly key?: ((...args: Args) => unknown) | undefined
}

const POLICY_OF_OPTIONS: OptionTable<keyof PolicyOfOptions<never>> = { key: functionOption }

/** What puts something around a function: most wrappers of npm, with their options filled in. */
export type Wrapper<Args extends readonly unknown[]> = (
  fn: (...args: Args) => Promise<unknown>,
) => (...args: Args) => unknown

/**
 * Makes a policy of a wrapper of another package: `currentCall()` in the function has the signal, attempt and priority of
 * the call that it is made for, a caller that leaves is detached at once, and one that has left while it waited is not
 * called for. A call of the function is aborted when all callers of its key have left.
 *
 * @throws ConfigError for what is no function.
 *
 * @example
 * ```ts
 * import { compose, currentCall, policyOf } from '@hotpath/request'
 *
 * // What p-throttle, p-queue or p-limit do: they call the function when they like.
 * const later = (fn: (id: number) => Promise<unknown>) => async (id: number) => {
 *   await new Promise((resolve) => setTimeout(resolve, 1))
 *   return fn(id)
 * }
 * const load = compose(async (id: number) => `${id} ${currentCall().priority}`, policyOf(later))
 * console.log(await load.with({ priority: 'high' })(42)) // 42 high
 * ```
 */
export function policyOf<Args extends readonly unknown[] = readonly unknown[]>(
  wrap: Wrapper<Args>,
  options: PolicyOfOptions<Args> = {},
): Policy<never, Args> {
  assertFunction(wrap, 'wrap', 'policyOf((fn) => pMemoize(fn))')
  checkOptions(options, 'policyOf', POLICY_OF_OPTIONS)
  const keyOf = (options.key ?? firstArgument) as (...args: readonly unknown[]) => unknown
  const policy = (fn: AnyFunction): unknown => {
    assertFunction(fn, 'fn', 'compose(load, policyOf((fn) => pMemoize(fn)))')
    const callers = new Map<unknown, SameKey>()
    const wrapped: unknown = wrap(function called(this: unknown, ...args) {
      const key = keyOf(...args)
      const group = callers.get(key)
      // For nobody who waits: the wrapper calls for reasons of its own, or with other arguments.
      if (group === undefined) return invoke(ambientCall(), fn, this, args)
      const served = group.serve(args)
      if (served === undefined) return Promise.reject(group.reason)
      return group.run(served, (call) => invoke(call, fn, served.self, args))
    })
    assertFunction(wrapped, 'wrap', 'policyOf((fn) => pMemoize(fn))')
    return asWrapped(fn, function wrappedByOther(...args) {
      const call = ambientCall()
      if (call?.aborted === true) return Promise.reject(call.reason)
      let key: unknown
      try {
        key = keyOf(...args)
      } catch (error) {
        return Promise.reject(error)
      }
      const group = callers.get(key) ?? new SameKey()
      callers.set(key, group)
      const caller: Caller = { self: this, args, call, isServed: false, hasLeft: false }
      group.callers.add(caller)
      const over = (): void => {
        group.callers.delete(caller)
        if (group.callers.size === 0 && callers.get(key) === group) callers.delete(key)
      }
      const answer = invoke(call, wrapped, this, args)
      if (call?.abortable === true) return detach(answer, call.signal, over, (reason) => group.leave(caller, reason))
      answer.then(over, over)
      return answer
    })
  }
  return policy as Policy<never, Args>
}

interface Caller {
  readonly self: unknown
  readonly args: readonly unknown[]
  readonly call: Call | undefined
  /** Whether the function was called for it. */
  isServed: boolean
  hasLeft: boolean
}

/** The callers of one key that wait for the wrapper, and the calls of the function that it made for them. */
class SameKey {
  readonly callers = new Set<Caller>()
  readonly #running = new Set<Call>()
  /** Why the last one left. */
  reason: unknown

  /**
   * For whom the function is called now: the caller with these arguments that waits for that longest. When it has left,
   * the call may be meant for others of the same key as well, so it is made for one of those that are still there.
   */
  serve(args: readonly unknown[]): Caller | undefined {
    let [exact, next, other]: (Caller | undefined)[] = []
    for (const caller of this.callers) {
      if (!caller.hasLeft) other ??= caller
      if (caller.isServed) continue
      if (!caller.hasLeft) next ??= caller
      if (!isSame(caller.args, args)) continue
      exact = caller
      break
    }
    const served = exact ?? next
    if (served !== undefined) served.isServed = true
    return exact?.hasLeft === false ? exact : (next ?? other)
  }

  async run({ call: origin }: Caller, load: (call: Call) => Promise<unknown>): Promise<unknown> {
    const { attempt, priority } = origin ?? {}
    const call = new Call(undefined, { abortable: true, origin, attempt, priority })
    this.#running.add(call)
    try {
      return await load(call)
    } finally {
      this.#running.delete(call)
      call.end()
    }
  }

  leave(caller: Caller, reason: unknown): void {
    caller.hasLeft = true
    this.reason = reason
    for (const { hasLeft } of this.callers) if (!hasLeft) return
    for (const call of this.#running) call.abort(reason)
  }
}

function firstArgument(first: unknown): unknown {
  return first
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, index) => Object.is(value, other[index]))
}
