import type { Call } from './call.ts'
import type { MapKey } from './call-key.ts'

type Resolve = (value: unknown) => void
type Reject = (error: unknown) => void

let resolveLast: Resolve
let rejectLast: Reject

// One function for all promises, where a closure for each would be garbage at once.
function capture(resolve: Resolve, reject: Reject): void {
  resolveLast = resolve
  rejectLast = reject
}

/** What an item is under way with, or what it waits for to be loaded again. */
export interface Carrier {
  /** The call of `loadMany`, while there is one. */
  readonly call?: Call | undefined
  /** Nobody waits for one of its items any more. */
  leave(reason: unknown): void
}

/** Not in a lane: sent, or given up. */
export const NO_LANE = -1

/** A key that is to be loaded, and those who wait for it. */
export class Item<Key> {
  readonly key: Key
  /** What it is found by. */
  readonly id: MapKey
  readonly promise: Promise<unknown>
  readonly resolve: Resolve
  readonly reject: Reject
  /** Where it waits: index of its priority. */
  lane: number
  /** How many wait for it. Who cannot leave is never subtracted. */
  waiters = 0
  /** What it is sent with. */
  run: Carrier | undefined = undefined

  constructor(key: Key, id: MapKey, lane: number) {
    this.key = key
    this.id = id
    this.lane = lane
    this.promise = new Promise(capture)
    this.resolve = resolveLast
    this.reject = rejectLast
  }
}
