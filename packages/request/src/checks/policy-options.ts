/** Options that all policies share, and the checks of options. Everything is checked once, when a policy is made. */
import { type Clock, type OptionTable, checkOptions, clockOption, wrongOption } from '@hotpath/contract'
import type { RequestEvents } from '../call/events.ts'
import type { AnyFunction } from '../call/function.ts'
import { systemClock } from '../time/system-clock.ts'

/** Options of every policy. */
export interface PolicyOptions {
  /** What events and errors call it. Default: the name of the function. */
  readonly name?: string | undefined
  /** Where it reports what happens. Default: nowhere. */
  readonly events?: RequestEvents | undefined
  /** Time. Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** A policy may know less of these than all; their checks are where they are used. */
const POLICY_OPTIONS: OptionTable<keyof PolicyOptions> = { name: true, events: true, clock: true }

/** Refuses options that are no object, and those that a policy does not know. */
export function assertOptions(options: unknown, policy: string, own: readonly OptionTable[] = []): void {
  checkOptions(options, policy, ...own, POLICY_OPTIONS)
}

/** The clock that was given, or the machine's. */
export function clockOf({ clock }: PolicyOptions): Clock {
  if (clock !== undefined) clockOption(clock, 'clock')
  return clock ?? systemClock
}

/** The events that were given. */
export function eventsOf({ events }: PolicyOptions): RequestEvents | undefined {
  if (events === undefined || typeof events?.emit === 'function') return events
  throw wrongOption('events', 'a stream of events', events, 'Use `createRequestEvents()`.')
}

/** What a function without a name is called. */
export const ANONYMOUS = 'anonymous'

/** What events and errors call a function. */
export function nameOf({ name }: PolicyOptions, fn: AnyFunction): string {
  if (name === undefined) return fn.name === '' ? ANONYMOUS : fn.name
  if (typeof name === 'string' && name !== '') return name
  throw wrongOption('name', 'a text', name, 'Leave it out for the name of the function.')
}
