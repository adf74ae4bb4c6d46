import { functionFirst, inBothForms } from '../call/policy.ts'
import { type OptionTable } from '@hotpath/contract'
import { ambientCall } from '../call/call.ts'
import { assertKeyOf, type KeyOf, type MapKey, mapKeyOf } from './call-key.ts'
import { Flights, waitsForItself } from './flights.ts'
import { assertOptions, eventsOf, nameOf, type PolicyOptions } from '../checks/policy-options.ts'
import { asWrapped, invoke, type Policy, type Wrapped } from '../call/wrapped.ts'
import type { AnyFunction } from '../call/function.ts'

/** Options of `dedupe`. */
export interface DedupeOptions<Args extends readonly unknown[]> extends Omit<PolicyOptions, 'clock'> {
  /** What distinguishes calls. Default: all arguments, which then must be data. */
  readonly key?: KeyOf<Args> | undefined
}

const DEDUPE_OPTIONS: OptionTable<'key'> = { key: true }

/**
 * One call in progress for each key; callers that come meanwhile get the same result, or the same error. Results are not kept.
 * A signal detaches its caller only; what runs is aborted when the last caller has left.
 *
 * @throws ConfigError for a wrong option.
 *
 * @example
 * ```ts
 * import { dedupe } from '@hotpath/request'
 *
 * let calls = 0
 * const load = dedupe(async (id: number) => ({ id, call: ++calls }), { key: (id) => id })
 * const [one, other] = await Promise.all([load(42), load(42)])
 * console.log(one === other, calls) // true 1
 * await load(42)
 * console.log(calls) // 2
 * ```
 */
export function dedupe<Fn extends AnyFunction>(fn: Fn, options?: DedupeOptions<Parameters<Fn>>): Wrapped<Fn>
/** The policy, for `compose`. */
export function dedupe<Args extends readonly unknown[] = readonly unknown[]>(
  options?: DedupeOptions<Args>,
): Policy<never, Args>
export function dedupe(...given: readonly unknown[]): unknown {
  const [fn, options = {}] = functionFirst(given) as [AnyFunction?, DedupeOptions<never>?]
  assertOptions(options, 'dedupe', [DEDUPE_OPTIONS])
  const { key } = options
  assertKeyOf(key)
  const events = eventsOf(options)
  return inBothForms(fn, 'dedupe(load)', (fn) => {
    const name = nameOf(options, fn)
    const flights = new Flights()
    return asWrapped(fn, function deduped(...args) {
      const caller = ambientCall()
      let id: MapKey
      try {
        id = mapKeyOf(args, key)
      } catch (error) {
        return Promise.reject(error)
      }
      const flight = flights.get(id)
      if (flight === undefined) {
        return flights.start(id, caller, (call) => invoke(call, fn, this, args)).join(caller)
      }
      if (caller?.isWithin(flight.call) === true) return Promise.reject(waitsForItself(name))
      if (events?.wants('dedupe') === true) events.emit({ type: 'dedupe', name })
      return flight.join(caller)
    })
  })
}
