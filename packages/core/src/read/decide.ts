/** What the end of a flight means for one caller. Pure: `read.ts` finds the facts out, and does what is decided. */
import type { Outcome } from '../flights/flight.ts'
import type { Found, Servable } from '../flights/found.ts'

/** How waiting for a flight ended. `late`: the soft timeout has passed, and there is something stale to serve. */
export type Landing<Value> = Outcome<Value> | { readonly type: 'late' }

/** What is known of a caller when its flight ends. */
export interface Facts<Value> {
  /** Whether it wants what a load returns, and nothing older. */
  readonly refresh: boolean
  /** Whether a record came after the flight began and before the call: what that outdates is not for this caller. */
  readonly calledAfterRecord: boolean
  /** Whether what a tier had may be served to it now. */
  readonly isValid: boolean
  /** What may be served in place of a load. */
  readonly fallback: Found<Value> | undefined
}

/** What is to be done. */
export type Decision<Value> =
  /** What a tier had; refreshed when it is due. */
  | { readonly type: 'serve'; readonly found: Servable<Value> }
  /** What is at hand, in place of a load. */
  | { readonly type: 'fall-back'; readonly found: Found<Value> }
  | { readonly type: 'answer'; readonly value: Value }
  | { readonly type: 'fail'; readonly error: unknown }
  /** Good for others, not for this caller. `previous`: what becomes of what was at hand before. */
  | { readonly type: 'again'; readonly previous: 'kept' | 'judged' | 'dropped'; readonly lookUp: boolean }

/** Decides how a flight ended for a caller. */
export function onLanded<Value>(outcome: Landing<Value>, facts: Facts<Value>): Decision<Value> {
  switch (outcome.type) {
    case 'found':
      if (facts.isValid && !facts.refresh) return { type: 'serve', found: outcome.found }
      return { type: 'again', previous: 'kept', lookUp: false }
    case 'value':
      // The record may have outdated what was at hand, too.
      if (/* rule: raced */ outcome.raced && facts.calledAfterRecord)
        return { type: 'again', previous: 'judged', lookUp: true }
      return { type: 'answer', value: outcome.value }
    case 'backoff':
    case 'late':
    case 'failed':
      if (facts.fallback !== undefined) return { type: 'fall-back', found: facts.fallback }
      if (outcome.type === 'failed') return { type: 'fail', error: outcome.error }
      return { type: 'again', previous: 'dropped', lookUp: false }
  }
}
