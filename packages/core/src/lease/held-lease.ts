/**
 * A lease that this process has: renewed until it is given back, and lost at the latest when it may have ended.
 *
 * Invariant: the time that a lease has left is counted from before it was asked for, so that this process gives it up no
 * later than the store does. A paused process learns it late; that is what the fencing token is for.
 */
import { HotpathError, type LeaseGrant } from '@hotpath/contract'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'

/** A lease that was granted. */
export interface HeldLease extends AsyncDisposable {
  /** Grows with each grant of the same name: a store that has seen a larger one refuses what a late holder writes. */
  readonly fencingToken: number
  /** Aborted when the lease is lost: it could not be renewed in time, or the cache was closed. */
  readonly signal: AbortSignal
  /** Gives it back, so that the next one has it at once. Idempotent, and never rejects. */
  release(): Promise<void>
}

/** What was granted, and when it was asked for. */
export interface Granted {
  /** The lease as the store knows it. */
  readonly key: string
  readonly grant: LeaseGrant
  readonly ttlMs: number
  /** On the cache's timeline. */
  readonly askedAt: number
}

/** How often a lease is renewed within its time. */
const RENEWALS = 3

/** Renews a lease until it is released or lost. */
export function holdLease(engine: Engine, { key, grant, ttlMs, askedAt }: Granted): HeldLease {
  const lost = new AbortController()
  let cancelRenewal = (): void => {}
  let cancelEnd = (): void => {}
  let released: Promise<void> | undefined

  function stop(): void {
    cancelRenewal()
    cancelEnd()
    engine.endings.delete(close)
  }
  function lose(reason: unknown): void {
    stop()
    lost.abort(reason)
  }
  function lastFrom(at: number): void {
    cancelEnd()
    cancelEnd = engine.clock.after(Math.max(0, at + ttlMs - engine.elapsed()), () => lose(leaseLost()))
  }
  async function renew(): Promise<void> {
    const at = engine.elapsed()
    const isMine = await engine.shared?.lease?.renew(grant)
    if (released !== undefined || lost.signal.aborted) return
    if (isMine === false) return lose(leaseLost())
    // Without a response it may still be renewed before it ends.
    if (isMine === true) lastFrom(at)
    renewLater()
  }
  function renewLater(): void {
    cancelRenewal = engine.clock.after(ttlMs / RENEWALS, () => void renew())
  }
  function release(): Promise<void> {
    stop()
    released ??= engine.track(engine.shared?.lease?.release(key, grant) ?? Promise.resolve())
    return released
  }
  function close(): void {
    void release()
    lose(closedError())
  }

  engine.endings.add(close)
  lastFrom(askedAt)
  renewLater()
  return { fencingToken: grant.fencingToken, signal: lost.signal, release, [Symbol.asyncDispose]: release }
}

function leaseLost(): HotpathError {
  return new HotpathError(
    'ERR_LEASE_LOST',
    'The lease could not be renewed before it ended, so another process may have it now. Stop what it was for; raise `ttl` when that happens without a failure of the store.',
  )
}
