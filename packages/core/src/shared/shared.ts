/**
 * The half of the engine that only lower tiers, shared logs and leases need. An adapter hands it over with its tier, so
 * that a page with memory alone never loads it: outside of this folder only types are imported from it.
 */
import {
  type Clock,
  type Entry,
  type HotpathError,
  type InvalidationLog,
  type MaybePromise,
  type Random,
  type SharedHalf,
  type Tier,
  type TierContext,
  type TierStore,
  compilePattern,
  detach,
  shortenKey,
} from '@hotpath/contract'
import type { Flight, Flights } from '../flights/flight.ts'
import { pause } from '../time/pause.ts'
import type { Timeline } from '../time/timeline.ts'
import { LocalView } from '../view/local-view.ts'
import type { LogView, ViewHost } from '../view/log-view.ts'
import type { Events, TierOperation, TierOutcome } from '../watch/events.ts'
import { Faults } from '../watch/faults.ts'
import { GuardedLease } from './lease/guarded-lease.ts'
import { type LookBelow, type Turn, takeTurn } from './lease/turn.ts'
import { Coherence } from './log/coherence.ts'
import { Below, type BelowHost } from './tiers/below.ts'
import { guardFirst } from './tiers/first-tier.ts'
import { GuardedTier, type OpenTier } from './tiers/lower-tiers.ts'

/** The engine, as its shared half sees it. */
export interface SharedHost extends BelowHost, ViewHost {
  readonly clock: Clock
  readonly random: Random
  readonly events: Events
  /** Of each tier. */
  readonly contexts: readonly TierContext[]
  /** Each tier, opened. */
  readonly tiers: readonly OpenTier[]
  readonly flights: Pick<Flights, 'loading'>
  readonly timeline: Pick<Timeline, 'recent'>
  /** An operation of a tier failed. */
  countFault(tier: number): void
  /** Something went wrong. */
  fault(error: HotpathError, tier?: number): void
  /** Keeps a write in sight, so that `close()` can wait for it. */
  track(write: Promise<unknown>): unknown
}

/** What a cache was made with. */
export interface SharedOptions {
  readonly tiers: readonly Tier[]
  /** Makes the log. */
  readonly log?: (() => InvalidationLog) | undefined
  /** Whether loads take turns across processes. */
  readonly lease?: boolean | undefined
}

/** The bounds of waiting. */
export interface SharedBounds {
  readonly timeoutMs: number
  readonly maxOfflineMs: number
}

/** The shared half of one cache. */
export interface SharedParts {
  readonly view: LogView
  /** The first tier, when it responds without a promise. */
  readonly memory: TierStore | undefined
  readonly lower: readonly GuardedTier[]
  /** Look-ups in the lower tiers; `undefined` where there are none. */
  readonly below: Below | undefined
  /** Waits until this process may load; `undefined` without leases. */
  readonly takeTurn:
    | (<Value>(flight: Flight<Value>, look: LookBelow<Value>, lookedAt?: number) => Promise<Turn<Value>>)
    | undefined
  /** Leases; `undefined` where no tier has them, or they are turned off. */
  readonly lease: GuardedLease | undefined
  /** Shortens encoded keys that are too long for a store. */
  readonly shortenKey: (complete: string) => string
  /** Begins to follow the log. */
  begin(): void
  /** Stores in the lower tiers above one. */
  store(entries: readonly (readonly [key: string, entry: Entry])[], upTo: number): Promise<unknown> | undefined
  /** What the tiers above one hold of a key, or all that they hold, may be another than what it holds. */
  changed(index: number, key: string | undefined): void
  /** Waits for the end of a load that began too early for a caller whose token could not be reached. */
  waitForEarly(key: string, signal: AbortSignal | undefined): Promise<void>
  /** Ends the view, and what lower tiers are asked. */
  close(): void
  /** Closes the log and the leases. Never rejects. */
  release(): Promise<unknown>
}

/** The shared half as the engine knows it; for everybody else it is a thing to hand over. */
export interface SharedEngine extends SharedHalf {
  /** Says what it is. */
  readonly brand: '@hotpath/core/shared'
  /** Grows when it does not fit an engine of before any more. */
  readonly version: 1
  /** Called by the engine. */
  open(host: SharedHost, options: SharedOptions, bounds: SharedBounds): SharedParts
}

/**
 * What lower tiers, shared logs and leases need of the engine: put it on a tier or a log of your own, or give it to
 * `createCache`.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { createMemoryLog, shared } from '@hotpath/core/shared'
 *
 * const log = createMemoryLog() // for several caches of one process
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000 })], log: () => log, shared })
 * console.log(await cache.getOrSet('answer', () => 42)) // 42
 * await cache.close()
 * ```
 */
export const shared: SharedHalf = { brand: '@hotpath/core/shared', version: 1, open } as SharedEngine

function open(host: SharedHost, options: SharedOptions, { timeoutMs, maxOfflineMs }: SharedBounds): SharedParts {
  const { clock, random, contexts, tiers: opened } = host
  const { tiers } = options
  const elapsed = (): number => host.elapsed()
  const faults = new Faults(host.events, elapsed)
  /** What fails because it was ended is no fault. */
  let isClosed = false
  const tierAway = (error: HotpathError, tier: number, what = 'tier'): void => {
    if (isClosed) return
    host.countFault(tier)
    faults.report(`${what} ${tier}`, error, opened[tier]?.type)
  }
  const guard = {
    clock,
    timeoutMs,
    elapsed,
    fault: (error: HotpathError, tier: OpenTier) => tierAway(error, tier.index),
    recovered: (tier: OpenTier) => faults.recovered(`tier ${tier.index}`),
    measure({ type: tier }: OpenTier, operation: TierOperation, count: number) {
      if (!host.events.wants('tier')) return undefined
      const at = clock.monotonic()
      return (outcome: TierOutcome) =>
        host.events.emit({ type: 'tier', tier, operation, count, durationMs: clock.monotonic() - at, outcome })
    },
  }
  const memory = firstOf(host)
  const lower = opened.slice(memory === undefined ? 0 : 1).map((tier) => new GuardedTier(tier, guard))
  const logTier = tiers.findLastIndex((tier) => tier.openLog !== undefined)
  const log = options.log?.() ?? tiers[logTier]?.openLog?.(contexts[logTier] as TierContext)
  const leaseTier = tiers.findLastIndex((tier) => tier.openLease !== undefined)
  const lease = options.lease === false ? undefined : tiers[leaseTier]?.openLease?.(contexts[leaseTier] as TierContext)
  const guarded =
    lease &&
    new GuardedLease(lease, {
      ...guard,
      isAway: () => lower.find(({ tier }) => tier.index === leaseTier)?.isFailing ?? false,
      fault: (error) => tierAway(error, leaseTier, 'lease'),
      recovered: () => faults.recovered(`lease ${leaseTier}`),
    })
  const following =
    log &&
    new Coherence({
      log,
      clock,
      random,
      elapsed,
      recent: () => host.timeline.recent(),
      keyChanged: (key) => host.keyChanged(key),
      reset: () => {
        void memory?.clear()
        if (host.events.wants('reset')) host.events.emit({ type: 'reset' })
      },
      freeMemory: () => void memory?.clear(),
      maxOfflineMs,
      beginMs: timeoutMs,
      fault: (error, source) => void (!isClosed && faults.report(source, error)),
      recovered: (source) => faults.recovered(source),
    })
  return {
    view: following ?? new LocalView(host, compilePattern),
    memory,
    lower,
    below: lower.length === 0 ? undefined : new Below(host, lower),
    takeTurn:
      guarded && ((flight, look, lookedAt) => takeTurn({ lease: guarded, clock, elapsed }, flight, look, lookedAt)),
    lease: guarded,
    shortenKey,
    begin: () => following?.begin(),
    store(entries, upTo) {
      const above = following?.isStandIn === true ? [] : lower.filter(({ tier }) => tier.index < upTo)
      return above.length > 1 ? Promise.all(above.map((tier) => tier.setMany(entries))) : above[0]?.setMany(entries)
    },
    changed(index, key) {
      const drop = (store: TierStore): MaybePromise<void> => (key === undefined ? store.clear() : store.delete([key]))
      if (memory !== undefined && index > 0) void drop(memory)
      for (const guarded of lower) if (guarded.tier.index < index) void host.track(guarded.run('delete', drop))
    },
    waitForEarly: (key, signal) => waitForEarly(host, key, signal),
    close() {
      isClosed = true
      following?.close()
      for (const tier of lower) tier.close()
    },
    release: () => Promise.allSettled([(async () => log?.close())(), (async () => guarded?.close())()]),
  }
}

/** The tier that responds at once, if the first one does. The memory tier throws nothing, so it needs no guard. */
function firstOf(host: SharedHost): TierStore | undefined {
  const [first] = host.tiers
  if (first?.store.sync !== true) return undefined
  return first.type === 'memory' ? first.store : guardFirst(first.type, first.store, (error) => host.fault(error, 0))
}

/** How long a caller waits for the end of a load that it cannot join. */
const EARLY_MS = 1_000

/** All that wait share the next load, so that tokens that were made up cost one load at a time. Not for long, as it may hang. */
async function waitForEarly(
  { flights, clock }: SharedHost,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const early = flights.loading(key)
  if (early === undefined) return
  const [late, cancel] = pause(clock, EARLY_MS)
  await detach(Promise.race([early.promise, late]), signal).finally(cancel)
}
