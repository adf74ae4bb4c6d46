import { type Deferred, deferred } from './deferred.ts'

/** One call of a deferred loader. */
export interface DeferredCall<Value, Argument = unknown> extends Deferred<Value> {
  /** What the loader was called with: the load context, or the missing keys. */
  readonly argument: Argument
}

/** A loader that answers when the test says so. */
export interface DeferredLoader<Value, Argument = unknown> {
  (argument: Argument): Promise<Value>
  /** All calls so far, in order. */
  readonly calls: readonly DeferredCall<Value, Argument>[]
  /** The call with this index; throws when it has not happened. */
  at(index: number): DeferredCall<Value, Argument>
}

/**
 * Makes a loader whose calls are recorded and stay open, to be settled in an order that the test chooses.
 *
 * @example
 * ```ts
 * import { deferredLoader } from '@hotpath/testkit'
 *
 * const load = deferredLoader<string>()
 * const first = load('a')
 * const second = load('b')
 * load.at(1).resolve('B')
 * load.at(0).resolve('A')
 * console.log(await first, await second) // A B
 * ```
 */
export function deferredLoader<Value, Argument = unknown>(): DeferredLoader<Value, Argument> {
  const calls: DeferredCall<Value, Argument>[] = []

  function load(argument: Argument): Promise<Value> {
    // The getter of `settled` must survive, so the deferred is extended, not spread.
    const call = Object.assign(deferred<Value>(), { argument })
    calls.push(call)
    return call.promise
  }

  function at(index: number): DeferredCall<Value, Argument> {
    const call = calls[index]
    if (call !== undefined) return call
    throw new Error(`The loader was called ${calls.length} times, so there is no call ${index}. Count from 0.`)
  }

  return Object.assign(load, { calls, at })
}
