import { keepOne } from './kept.ts'
import { type OptionTable, checkOptions, detach, signalOption } from '@hotpath/contract'
import { ambientCall, Call, runIn } from './call.ts'
import type { Priority } from './priority.ts'
import type { AnyFunction } from './function.ts'
import { priorityOption } from './priority.ts'

/** What belongs to one call. */
export interface CallOptions {
  /** Detaches this caller. What runs is aborted when nobody else waits for it. */
  readonly signal?: AbortSignal | undefined
  /** How urgent the call is, where calls wait for each other (`limit`). Default: as the call around it, else `'normal'`. */
  readonly priority?: Priority | undefined
}

const CALL_OPTIONS: OptionTable<keyof CallOptions> = { signal: signalOption, priority: priorityOption }

/**
 * Checks options of one call, for functions that hand them on.
 *
 * @param door - What the user calls the function.
 * @throws ConfigError for options that are unknown or wrong.
 *
 * @example
 * ```ts
 * import { checkCallOptions } from '@hotpath/request'
 *
 * checkCallOptions({ priority: 'high' }, 'load')
 * ```
 */
export function checkCallOptions(options: CallOptions, door: string): void {
  checkOptions(options, door, CALL_OPTIONS)
}

/** The asynchronous twin of a function: the function's own type where it answers with a promise already. */
export type Twin<Fn extends AnyFunction, Extra = never> = [Extra] extends [never]
  ? ReturnType<Fn> extends Promise<unknown>
    ? Fn
    : AsyncTwin<Fn, never>
  : AsyncTwin<Fn, Extra>

/** The asynchronous twin of a function that answers at once, or may answer something else. */
export type AsyncTwin<Fn extends AnyFunction, Extra> = (
  this: ThisParameterType<Fn>,
  ...args: Parameters<Fn>
) => Promise<Awaited<ReturnType<Fn>> | Extra>

/** A function with a policy around it: the same arguments, the same `this`, the same result, always a promise. */
export type Wrapped<Fn extends AnyFunction, Extra = never> = Twin<Fn, Extra> & {
  /** The function for calls with a signal or priority of their own: `load.with({ signal })(id)`. */
  with(options: CallOptions): Twin<Fn, Extra>
}

// Nobody sets these: they tell the types what a policy may answer instead, and which arguments it needs to know.
declare const EXTRA: unique symbol
declare const ARGS: unique symbol

/**
 * Puts something around a function. What a policy counts (calls in progress, failures) belongs to the policy: one that
 * is put around several functions is one limit or circuit for all of them.
 *
 * `Extra` is what it may answer instead, `Args` the arguments that it needs to know.
 */
export interface Policy<Extra = never, Args extends readonly unknown[] = readonly unknown[]> {
  /**
   * Wraps a function.
   *
   * @typeParam Fn - The function.
   */
  <Fn extends Taking<Args>>(fn: Fn): Wrapped<Fn, Extra>
  /** What it may answer beside what the function answers; for types alone. */
  readonly [EXTRA]?: {
    /** Of this type. */
    readonly value: Extra
  }
  /** What it looks at of the arguments; for types alone. */
  readonly [ARGS]?: (...args: Args) => void
}

/** A function of these arguments, or any function where they do not matter. */
export type Taking<Args extends readonly unknown[]> = readonly unknown[] extends Args
  ? AnyFunction
  : (...args: Args) => unknown

/** A policy that can be put around a function of these arguments. `Instead` is for types alone: what it may answer instead. */
export interface PolicyFor<Args extends readonly unknown[], Instead = unknown> {
  (fn: never): unknown
  /** What it may answer beside what the function answers; for types alone. */
  readonly [EXTRA]?: Instead
  /** What it looks at of the arguments; for types alone. */
  readonly [ARGS]?: (...args: Args) => void
}

/** What a policy may answer instead. */
export type ExtraOf<Given> = Given extends PolicyFor<never, infer Instead> ? ExtraIn<Instead> : never

/** The same of the type that stands for it in `PolicyFor`: nothing where a policy says nothing of it. */
export type ExtraIn<Instead> = Instead extends {
  /** What is looked for. */
  readonly value: infer Extra
}
  ? Extra
  : never

/** The body of a wrapped function. */
export type Body = (this: unknown, ...args: readonly unknown[]) => Promise<unknown>

/** Makes a wrapped function of a body: the name of the function, and `with`. */
export function asWrapped<Fn extends AnyFunction, Extra = never>(fn: Fn, body: Body): Wrapped<Fn, Extra> {
  keepOne(Call, () => new Call(undefined))
  Object.defineProperty(body, 'name', { value: fn.name, configurable: true })
  return Object.assign(body, { with: (options: CallOptions) => withOptions(body, options) }) as never
}

function withOptions(body: Body, options: CallOptions): Body {
  checkCallOptions(options, 'with')
  const { signal, priority } = options
  return function wrapped(...args) {
    if (signal?.aborted === true) return Promise.reject(signal.reason)
    const call = new Call(ambientCall(), { signal, priority })
    const answer = runIn(call, body, this, args) as Promise<unknown>
    return signal === undefined ? answer : detach(answer, signal, () => call.end())
  }
}

/** Calls a function within a call; what it throws at once becomes a rejection. */
export function invoke(
  call: Call | undefined,
  fn: AnyFunction,
  self: unknown,
  args: readonly unknown[],
): Promise<unknown> {
  try {
    return Promise.resolve(runIn(call, fn, self, args))
  } catch (error) {
    return Promise.reject(error)
  }
}
