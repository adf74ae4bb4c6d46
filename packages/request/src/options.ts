/** Options that all policies share, and the checks of options. Everything is checked once, when a policy is made. */
import {
  type Clock,
  type Duration,
  type OptionTable,
  checkOptions,
  clockOption,
  toMs,
  wrongOption as wrong,
  ConfigError,
  received,
} from '@hotpath/contract'
import type { AnyFunction } from './wrapped.ts'
import type { Priority } from './call.ts'
import type { RequestEvents } from './events.ts'
import { systemClock } from './system-clock.ts'

/** Options of every policy. */
export interface PolicyOptions {
  /** What events and errors call it. Default: the name of the function. */
  readonly name?: string | undefined
  /** Where it tells what happens. Default: nowhere. */
  readonly events?: RequestEvents | undefined
  /** Time. Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** An error for an option that is wrong. */
export { wrong }

/** A policy may know less of these than all; their checks are where they are used. */
const POLICY_OPTIONS: OptionTable<keyof PolicyOptions> = { name: true, events: true, clock: true }

/** @throws ConfigError for what cannot be called. */
export function assertFunction(fn: unknown, option: string, example: string): asserts fn is AnyFunction {
  if (typeof fn !== 'function') throw wrong(option, 'a function', fn, `Use for example \`${example}\`.`)
}

/**
 * Refuses options that are no object, and those that a policy does not know.
 *
 * @param example - For a policy that cannot do without.
 */
export function assertOptions(
  options: unknown,
  policy: string,
  own: readonly OptionTable[] = [],
  example?: string,
): void {
  if (example !== undefined) assertGiven(options, policy, example)
  checkOptions(options, policy, ...own, POLICY_OPTIONS)
}

/** @throws ConfigError for what is no object, where there are no defaults. */
export function assertGiven(options: unknown, policy: string, example: string): void {
  if (typeof options === 'object' && options !== null) return
  throw wrong(`options of ${policy}`, 'an object', options, `Use for example \`${example}\`.`)
}

/** A duration above 0, or `Infinity`. */
export function positiveMs(value: Duration, option: string, wayOut: string): number {
  const ms = toMs(value, option)
  if (ms > 0) return ms
  throw wrong(option, 'positive', value, wayOut)
}

/** A duration above 0 that ends: what is said of others must not suggest `Infinity`. */
export function finiteMs(value: Duration, option: string, wayOut: string): number {
  let ms = Number.POSITIVE_INFINITY
  try {
    ms = toMs(value, option)
  } catch {
    // What it suggests would be refused here.
  }
  if (ms > 0 && ms < Number.POSITIVE_INFINITY) return ms
  const message = `\`${option}\` must be a duration above 0 and finite, received ${received(value)}. ${wayOut}`
  throw new ConfigError('ERR_CONFIG_DURATION', message, { context: { option } })
}

/** A duration that `false` turns off: then it is `Infinity`. */
export function limitMs(value: Duration | false | undefined, inherited: number, option: string): number {
  if (value === undefined) return inherited
  return value === false ? Number.POSITIVE_INFINITY : positiveMs(value, option, 'Use `false` for no limit.')
}

/** A whole number of at least `min`, or `Infinity`. */
export function count(value: number | undefined, inherited: number, option: string, min = 1): number {
  if (value === undefined) return inherited
  const isWhole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY
  if (isWhole && value >= min) return value
  throw wrong(option, `a whole number of at least ${min}`, value, `Use ${Math.max(min, 1)} or more, or \`Infinity\`.`)
}

/** A whole number of at least `min`; where nothing is inherited it must be given. */
export function finiteCount(value: number | undefined, inherited: number | undefined, option: string, min = 1): number {
  const counted = value ?? inherited
  if (counted !== undefined && Number.isSafeInteger(counted) && counted >= min) return counted
  throw wrong(option, `a whole number of at least ${min}`, value, `Use for example ${Math.max(min, 10)}.`)
}

/** A ratio above 0 and up to 1. */
export function ratio(value: number | undefined, inherited: number, option: string): number {
  if (value === undefined) return inherited
  if (typeof value === 'number' && value > 0 && value <= 1) return value
  throw wrong(option, 'a ratio above 0 and up to 1', value, `Use for example ${inherited}.`)
}

/** Priorities, the most urgent first. */
export const PRIORITIES: readonly Priority[] = ['critical', 'high', 'normal', 'low']

/** @throws ConfigError for what is no priority. */
export function priorityOption(priority: unknown, option: string): void {
  if (PRIORITIES.includes(priority as Priority)) return
  throw wrong(option, `one of ${PRIORITIES.join(', ')}`, priority, "Leave it out for 'normal'.")
}

/** The clock that was given, or the machine's. */
export function clockOf({ clock }: PolicyOptions): Clock {
  if (clock !== undefined) clockOption(clock, 'clock')
  return clock ?? systemClock
}

/** The events that were given. */
export function eventsOf({ events }: PolicyOptions): RequestEvents | undefined {
  if (events === undefined || typeof events?.emit === 'function') return events
  throw wrong('events', 'a stream of events', events, 'Use `createRequestEvents()`.')
}

/** What a function without a name is called. */
export const ANONYMOUS = 'anonymous'

/** What events and errors call a function. */
export function nameOf({ name }: PolicyOptions, fn: AnyFunction): string {
  if (name === undefined) return fn.name === '' ? ANONYMOUS : fn.name
  if (typeof name === 'string' && name !== '') return name
  throw wrong('name', 'a text', name, 'Leave it out for the name of the function.')
}
