/**
 * Work that callers share, such as the load of a cache: it outlives who began it, and each leaves it by his own signal. For
 * those who share work in a way of their own; `dedupe` and `memoize` do so by themselves.
 */
import { ambientCall, Call, type CurrentCall } from './call.ts'
import { isWithinLoad as isCallWithinLoad, LoadCall, type LoadedKey } from './load-call.ts'
import { invoke } from './wrapped.ts'
import type { AnyFunction } from './function.ts'

/** The call around those who ask for shared work. */
export interface CallAround extends CurrentCall {
  /** Whether anything can abort it: only then there is a reason to make its `signal`. */
  readonly abortable: boolean
}

/** One call of a function that its callers share. */
export interface SharedCall {
  /** The call around who began it. */
  readonly around: CallAround | undefined
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
  /** The `this` of the function. */
  readonly self: unknown
  /** Its arguments. */
  readonly args: readonly unknown[]
  /** The key of a cache that it loads, for `isWithinLoad`. */
  readonly loads?: LoadedKey | undefined
}

/** The call that is being answered, `undefined` outside of any. Ask before the first `await`. */
export function callAround(): CallAround | undefined {
  return ambientCall()
}

/**
 * Calls a function as work that callers share: `currentCall().signal` in it is the one given, not that of the call around
 * who began it, whose priority it has. What it throws at once becomes a rejection.
 */
export function callShared(fn: AnyFunction, { around, signal, self, args, loads }: SharedCall): Promise<unknown> {
  const fields = { signal, priority: around?.priority, origin: around as Call | undefined }
  const call = loads === undefined ? new Call(undefined, fields) : new LoadCall(loads, fields)
  return invoke(call, fn, self, args).finally(() => call.end())
}

/**
 * Whether a call was made from within a load of this key that `callShared` began, through any number of calls between. To
 * join that load would be to wait for itself. Known where it is asked before the first `await`.
 */
export function isWithinLoad(around: CallAround | undefined, loaded: LoadedKey): boolean {
  return isCallWithinLoad(around as Call | undefined, loaded)
}
