import {
  type Duration,
  type OptionTable,
  checkOptions,
  detach,
  signalOption,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { pause } from '../time/pause.ts'
import { type HeldLease, holdLease } from './held-lease.ts'

export type { HeldLease } from './held-lease.ts'

/** Options of `lease`. */
export interface LeaseOptions {
  /** How long the lease lasts without a word from its holder, which renews it three times within. Default `'30s'`. */
  readonly ttl?: Duration | undefined
  /** How long to wait for a lease that another has; `Infinity` for as long as it takes. Default `0`: to ask once. */
  readonly wait?: Duration | undefined
  /** Ends the waiting, not the lease. */
  readonly signal?: AbortSignal | undefined
}

const LEASE_OPTIONS: OptionTable<keyof LeaseOptions> = { ttl: true, wait: true, signal: signalOption }
/** Apart from the leases of loads: no key that is encoded begins like this. */
const PREFIX = '\u0001lease:'
/** A store that does not respond is asked again after this; one that forgot to wake us is asked after the other. */
const RETRY_MS = 1_000
const LOOK_MS = 60_000

/**
 * Takes a lease that at most one process has at a time, where a tier has leases (Redis, PostgreSQL, MySQL): for what one of many
 * processes has to do, such as a nightly job. It is renewed until it is released. Best effort, as any lease: a paused process
 * learns late that it has lost it, so give the `fencingToken` to what must not be written twice.
 *
 * @param name - What is leased, among all caches of the same name.
 * @returns `undefined` when another has it, when no tier has leases (or the cache has `lease: false`), and when the tier
 *   does not respond, which is a `fault` event.
 * @throws ConfigError for a wrong option; ClosedError; the reason of `signal`.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { lease } from '@hotpath/core/lease'
 * import { redis } from '@hotpath/redis'
 * import { Redis } from 'ioredis'
 *
 * const client = new Redis(process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379')
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 }), redis({ client })] })
 * const nightly = await lease(cache, 'nightly report', { ttl: '1m' })
 * if (nightly !== undefined) {
 *   try {
 *     console.log(nightly.fencingToken > 0, nightly.signal.aborted) // true false
 *   } finally {
 *     await nightly.release()
 *   }
 * }
 * await cache.close()
 * await client.quit()
 * ```
 */
export async function lease(cache: Cache, name: string, options: LeaseOptions = {}): Promise<HeldLease | undefined> {
  const engine = engineOf(cache)
  checkOptions(options, 'lease', LEASE_OPTIONS)
  const { ttl = '30s', wait = 0 } = options
  const ttlMs = toMs(ttl, 'ttl')
  const waitMs = toMs(wait, 'wait')
  if (typeof name !== 'string' || name === '')
    throw wrongOption('name', 'a string that is not empty', name, "Use for example `lease(cache, 'nightly report')`.")
  if (!Number.isFinite(ttlMs) || ttlMs < 1)
    throw wrongOption('ttl', 'finite and at least a millisecond', ttl, "Use for example `ttl: '30s'`.")
  if (engine.closed) throw closedError()
  const leases = engine.shared?.lease
  if (leases === undefined) return undefined
  const ending = new AbortController()
  const { signal } = options
  const abort = (): void => ending.abort(signal?.reason)
  const close = (): void => ending.abort(closedError())
  if (signal?.aborted === true) abort()
  signal?.addEventListener('abort', abort)
  engine.endings.add(close)
  const key = PREFIX + name
  try {
    return await acquire(engine, leases, engine.shared?.shortenKey(key) ?? key, {
      ttlMs,
      waitMs,
      signal: ending.signal,
    })
  } finally {
    signal?.removeEventListener('abort', abort)
    engine.endings.delete(close)
  }
}

/** Asks until the lease is granted, or the time is over. */
async function acquire(
  engine: Engine,
  leases: NonNullable<NonNullable<Engine['shared']>['lease']>,
  key: string,
  { ttlMs, waitMs, signal }: { readonly ttlMs: number; readonly waitMs: number; readonly signal: AbortSignal },
): Promise<HeldLease | undefined> {
  const until = engine.elapsed() + waitMs
  for (;;) {
    signal.throwIfAborted()
    const askedAt = engine.elapsed()
    const asking = leases.acquire(key, { ttlMs })
    const asked = await detach(asking, signal).catch((reason: unknown) => {
      // Granted to nobody any more.
      void asking.then(async (late) => {
        if (late.type === 'granted') await leases.release(key, late.grant)
      })
      throw reason
    })
    if (asked.type === 'granted') return holdLease(engine, { key, grant: asked.grant, ttlMs, askedAt })
    const leftMs = until - engine.elapsed()
    if (leftMs <= 0) return undefined
    const isTaken = asked.type === 'taken'
    const timeoutMs = Math.min(leftMs, LOOK_MS)
    if (!isTaken || !(await leases.released(key, { timeoutMs, signal })))
      await rest(engine, Math.min(leftMs, RETRY_MS), signal)
  }
}

async function rest({ clock }: Engine, ms: number, signal: AbortSignal): Promise<void> {
  const [over, cancel] = pause(clock, ms)
  await detach(over, signal).finally(cancel)
}
