import { ConfigError, type Duration, toMs, type OptionTable } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { type KeyOf, type MapKey, mapKeyOf } from './call-key.ts'
import { Flights, waitsForItself } from './flights.ts'
import { MemoStore } from './memo-store.ts'
import { clockOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { count } from '../checks/quantities.ts'
import { asWrapped, invoke } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `memoize` without a cache: results are kept in this process. */
export interface MemoizeHereOptions<Args extends readonly unknown[]> extends Omit<PolicyOptions, 'events'> {
  /** None. */
  readonly cache?: undefined
  /** How many results are kept; the least recently used goes first. */
  readonly maxEntries: number
  /** How long they are kept. Default: for as long as there is room. */
  readonly ttl?: Duration | undefined
  /** What distinguishes calls. Default: all arguments, which then must be data. */
  readonly key?: KeyOf<Args> | undefined
}

/** What is known of a memory of this function's own. */
export const HERE_OPTIONS: OptionTable<keyof MemoizeHereOptions<never>> = {
  cache: true,
  maxEntries: '1_000',
  ttl: true,
  key: true,
  name: true,
  clock: true,
}

/** Results are kept in this process, one call in progress for each key. */
export function memoizeHere(options: MemoizeHereOptions<never>): (fn: AnyFunction) => unknown {
  const { key, ttl = Number.POSITIVE_INFINITY, maxEntries } = options
  if (maxEntries === undefined || maxEntries === Number.POSITIVE_INFINITY) throw unbounded()
  count(maxEntries, 1, 'maxEntries')
  const ttlMs = toMs(ttl, 'ttl')
  const clock = clockOf(options)
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
        if (value !== undefined && flights.get(id)?.call === call) store.set(id, value, clock.monotonic() + ttlMs)
        return value
      })
      return begun.join(caller)
    })
    const invalidate = async (...args: readonly unknown[]): Promise<void> => {
      const id = mapKeyOf(args, key)
      store.delete(id)
      flights.forget(id)
    }
    return Object.assign(memoized, { invalidate })
  }
}

function unbounded(): ConfigError {
  return new ConfigError(
    'ERR_CONFIG_UNBOUNDED',
    '`memoize` would keep results without bound. Pass `{ cache }`, or `{ maxEntries: 1_000 }` to keep so many in this process.',
  )
}
