/**
 * One load per key across processes, where a shared tier has leases: who is granted the lease loads, the others wait
 * for his value to arrive in the tier. Best effort: nobody waits longer than a bound, a lease that is not renewed ends
 * by itself, and without an answer everybody loads for himself. Correctness does not lean on it: values are judged.
 */
import type { Clock, LeaseGrant, MaybePromise } from '@hotpath/contract'
import type { Flight } from '../../flights/flight.ts'
import type { GuardedLease } from './guarded-lease.ts'
import { type Found, type Servable, isServable } from '../../flights/found.ts'

/** A lease is kept this long without a word from its holder. */
const LEASE_MS = 5_000
const RENEW_MS = 1_500
/** How long others wait for a value before they load for themselves. */
const WAIT_MS = 10_000
/** After a look-up that began longer ago, another process may have loaded, stored and given its lease back meanwhile. */
const LOOK_AGAIN_MS = 2

/** What taking turns needs. */
export interface TurnParts {
  readonly lease: GuardedLease
  readonly clock: Clock
  /** Now on the cache's timeline. */
  readonly elapsed: () => number
}

/** Looks into the lower tiers for what the caller that began the flight may have. */
export type LookBelow<Value> = () => MaybePromise<Found<Value> | undefined>

/** What waiting for a turn came to. */
export type Turn<Value> =
  | { readonly type: 'load'; end(): Promise<void> }
  | { readonly type: 'found'; readonly found: Servable<Value> }

const UNLEASED: Turn<never> = { type: 'load', end: async () => {} }

/**
 * Waits until this process may load, or somebody else's value is there. Never rejects, save when the flight is aborted.
 *
 * @param lookedAt - When the lower tiers were asked last; `undefined`: they were not.
 */
export async function takeTurn<Value>(
  parts: TurnParts,
  flight: Flight<Value>,
  look: LookBelow<Value>,
  lookedAt: number = Number.POSITIVE_INFINITY,
): Promise<Turn<Value>> {
  const { lease, elapsed } = parts
  const { key } = flight
  const until = elapsed() + WAIT_MS
  for (;;) {
    // A load of our own that this one may not join: to wait for it would be to wait for what is outdated.
    if (lease.holds(key)) return UNLEASED
    const asking = lease.acquire(key, { ttlMs: LEASE_MS, isFenced: false })
    const asked = await flight.guard(asking).catch((cause: unknown) => {
      // Whoever asked is gone.
      void asking.then(async (late) => {
        if (late.type === 'granted') await lease.release(key, late.grant)
      })
      throw cause
    })
    if (asked.type === 'granted') {
      const turn: Turn<Value> = { type: 'load', end: hold(parts, flight, asked.grant) }
      // What is at hand is being replaced; to find it once more is nothing new.
      if (elapsed() - lookedAt <= LOOK_AGAIN_MS || flight.mustLoad || flight.fallback !== undefined) return turn
      const stored = await flight.guard(Promise.resolve(look())).catch(async (cause: unknown) => {
        await turn.end()
        throw cause
      })
      if (!isServable(stored)) return turn
      void turn.end()
      return { type: 'found', found: stored }
    }
    const timeoutMs = until - elapsed()
    if (asked.type === 'unavailable' || timeoutMs <= 0) return UNLEASED
    if (!(await flight.guard(lease.released(key, { timeoutMs, signal: flight.signal })))) return UNLEASED
    if (flight.mustLoad) continue
    lookedAt = elapsed()
    const found = await flight.guard(Promise.resolve(look()))
    if (isServable(found)) return { type: 'found', found }
  }
}

/** Renews a lease until it is given back, which is when the value has arrived in the tiers. */
function hold<Value>({ lease, clock }: TurnParts, flight: Flight<Value>, grant: LeaseGrant): () => Promise<void> {
  let cancel = (): void => {}
  const renewLater = (): void => {
    cancel = clock.after(RENEW_MS, () => {
      // A lease that was lost, or cannot be renewed, costs a second load elsewhere and nothing else.
      grant.renew().then(
        (isMine) => void (isMine && !flight.settled && renewLater()),
        () => {},
      )
    })
  }
  renewLater()
  return async () => {
    cancel()
    await flight.stored
    await lease.release(flight.key, grant)
  }
}
