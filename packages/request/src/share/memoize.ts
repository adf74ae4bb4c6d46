/**
 * Keeps results in this process. Our own rather than p-memoize: a call that is invalidated while it is under way is neither
 * joined any more nor kept, its bound is not optional, and callers leave.
 */
import { functionFirst, inBothForms } from '../call/policy.ts'
import {
  callbackError,
  ConfigError,
  type Duration,
  type OptionTable,
  checkOptions,
  functionOption,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { assertKeyOf, type KeyOf, type MapKey, mapKeyOf } from './call-key.ts'
import { Flights, waitsForItself } from './flights.ts'
import { MemoStore } from './memo-store.ts'
import { clockOf, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count } from '../checks/quantities.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `memoize`. */
export interface MemoizeOptions<Args extends readonly unknown[] = readonly unknown[], Value = unknown>
  extends PolicyOptions {
  /** How many results are kept; the least recently used goes first. */
  readonly maxEntries: number
  /** How long they are kept. Default: for as long as there is room. */
  readonly ttl?: Duration | undefined
  /** What distinguishes calls. Default: all arguments, which then must be data. */
  readonly key?: KeyOf<Args> | undefined
  /** Whether a result is returned and not kept; neither is it when this throws, which becomes a `fault` event. */
  readonly unless?: ((args: Args, value: Value) => boolean) | undefined
}

const EXAMPLE = 'memoize(load, { maxEntries: 1_000 })'

const MEMOIZE_OPTIONS: OptionTable<keyof MemoizeOptions | 'cache'> = {
  maxEntries: '1_000',
  ttl: true,
  key: true,
  unless: functionOption,
  name: true,
  clock: true,
  events: true,
  // Many look for it here.
  cache: (cache) => {
    throw wrongOption('cache', 'left out', cache, 'Use `cache.wrap(load)` to keep results in a cache.')
  },
}

/** A function that returns what it returned before. */
export type Memoized<Fn extends AnyFunction> = Wrapped<Fn> & {
  /** Removes the result of a call. A call in progress is not joined any more, and its result is not kept. */
  invalidate(...args: Parameters<Fn>): Promise<void>
  /** Removes all results, as `invalidate` does one. */
  clear(): Promise<void>
}

/**
 * Keeps the results of a function in this process; one call in progress for each key. `undefined` and errors are not kept.
 * To keep results in a cache, with tags and for other processes, use `cache.wrap` of `@hotpath/core`.
 *
 * @throws ConfigError for a wrong option, and `ERR_CONFIG_UNBOUNDED` without `maxEntries`.
 *
 * @example
 * ```ts
 * import { memoize } from '@hotpath/request'
 *
 * let calls = 0
 * const rateOf = memoize(async (currency: string) => ({ currency, call: ++calls }), { maxEntries: 100, ttl: '1m' })
 * await rateOf('EUR')
 * await rateOf('EUR')
 * console.log(calls) // 1
 * await rateOf.invalidate('EUR')
 * await rateOf('EUR')
 * console.log(calls) // 2
 * ```
 */
export function memoize<Fn extends AnyFunction>(
  fn: Fn,
  options: MemoizeOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>,
): Memoized<Fn>
/** The policy, for `compose`. */
export function memoize<Args extends readonly unknown[] = readonly unknown[]>(
  options: MemoizeOptions<Args>,
): Policy<never, Args>
export function memoize(...given: readonly unknown[]): unknown {
  const [fn, options] = functionFirst(given) as [unknown, MemoizeOptions<never, never>]
  checkOptions(options, 'memoize', MEMOIZE_OPTIONS)
  assertKeyOf(options.key)
  return inBothForms(fn, EXAMPLE, memoizer(options))
}

function memoizer(options: MemoizeOptions<never, never>): (fn: AnyFunction) => unknown {
  const { key, ttl = Number.POSITIVE_INFINITY, maxEntries } = options
  const unless = options.unless as ((args: readonly unknown[], value: unknown) => boolean) | undefined
  if (maxEntries === undefined || maxEntries === Number.POSITIVE_INFINITY) throw unbounded()
  count(maxEntries, 1, 'maxEntries')
  const ttlMs = toMs(ttl, 'ttl')
  const clock = clockOf(options)
  const events = eventsOf(options)
  /** The value is there, and whoever called wants it: a mistake about keeping it is not a failure of the call. */
  const mayKeep = (args: readonly unknown[], value: unknown): boolean => {
    try {
      return value !== undefined && unless?.(args, value) !== true
    } catch (cause) {
      events?.emit({ type: 'fault', error: callbackError('`unless`', 'The call', { cause }) })
      return false
    }
  }
  return (fn) => {
    const name = nameOf(options, fn)
    const store = new MemoStore(maxEntries)
    const flights = new Flights()
    const memoized = asWrapped(fn, function memoized(...args) {
      const caller = ambientCall()
      let id: MapKey
      try {
        id = mapKeyOf(args, key)
      } catch (error) {
        return Promise.reject(error)
      }
      const kept = store.get(id, clock.monotonic())
      if (kept !== undefined) return Promise.resolve(kept)
      const flight = flights.get(id)
      if (flight !== undefined) {
        return caller?.isWithin(flight.call) === true ? Promise.reject(waitsForItself(name)) : flight.join(caller)
      }
      const begun = flights.start(id, caller, async (call) => {
        const value = await invoke(call, fn, this, args)
        // Invalidated meanwhile: then it was loaded before, and is for those who asked before.
        if (mayKeep(args, value) && flights.get(id)?.call === call) store.set(id, value, clock.monotonic() + ttlMs)
        return value
      })
      return begun.join(caller)
    })
    const invalidate = async (...args: readonly unknown[]): Promise<void> => {
      const id = mapKeyOf(args, key)
      store.delete(id)
      flights.forget(id)
    }
    const clear = async (): Promise<void> => {
      store.clear()
      flights.clear()
    }
    return Object.assign(memoized, { invalidate, clear })
  }
}

function unbounded(): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_UNBOUNDED',
    '`memoize` would keep results without bound. Pass `{ maxEntries: 1_000 }`, or use `cache.wrap(fn)` of `@hotpath/core`.',
  )
}
