/**
 * The half of the engine that only lower tiers, shared logs and leases need. An adapter hands it over with its tier, so
 * that a page with memory alone never loads it: outside of this folder only types are imported from it.
 */
import {
  type Clock,
  type HotpathError,
  type InvalidationLog,
  type Random,
  type SharedHalf,
  type Tier,
  type TierContext,
  type TierStore,
  shortenKey,
} from '@hotpath/contract'
import type { Flight } from '../flights/flight.ts'
import type { LogView } from '../view/log-view.ts'
import type { Events } from '../watch/events.ts'
import { Faults } from '../watch/faults.ts'
import { GuardedLease } from './lease/guarded-lease.ts'
import { type LookBelow, type Turn, takeTurn } from './lease/turn.ts'
import { Coherence } from './log/coherence.ts'
import { createMemoryLog } from './memory-log.ts'
import { guardFirst } from './tiers/first-tier.ts'
import { GuardedTier, type OpenTier } from './tiers/lower-tiers.ts'

/** What the engine gives its shared half. */
export interface SharedHost {
  readonly clock: Clock
  readonly random: Random
  readonly events: Events
  readonly tiers: readonly Tier[]
  /** Of each tier. */
  readonly contexts: readonly TierContext[]
  /** Each tier, opened. */
  readonly opened: readonly OpenTier[]
  /** Makes the log, where the cache was given one. */
  readonly log: (() => InvalidationLog) | undefined
  /** Whether loads take turns across processes. */
  readonly hasLeases: boolean
  readonly timeoutMs: number
  readonly maxOfflineMs: number
  /** Now on the cache's timeline. */
  elapsed(): number
  /** A record names exactly this key: judge it again in memory. */
  keyChanged(key: string): void
  /** Nothing in memory can be judged any more. */
  reset(): void
  /** An operation of a tier failed. */
  countFault(tier: number): void
  /** The first tier, which responds at once, failed. */
  firstFailed(error: HotpathError): void
}

/** The shared half of one cache. */
export interface SharedParts {
  readonly view: LogView
  /** The first tier, when it responds without a promise. */
  readonly memory: TierStore | undefined
  readonly lower: readonly GuardedTier[]
  /** Waits until this process may load; `undefined` without leases. */
  readonly takeTurn: (<Value>(flight: Flight<Value>, look: LookBelow<Value>) => Promise<Turn<Value>>) | undefined
  /** Shortens encoded keys that are too long for a store. */
  readonly shortenKey: (complete: string) => string
  /** Begins to follow the log. */
  begin(): void
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
  open(host: SharedHost): SharedParts
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

function open(host: SharedHost): SharedParts {
  const { clock, random, tiers, contexts, opened, timeoutMs, maxOfflineMs } = host
  const elapsed = (): number => host.elapsed()
  const faults = new Faults(host.events, elapsed)
  const tierAway = (error: HotpathError, tier: number, what = 'tier'): void => {
    host.countFault(tier)
    faults.report(`${what} ${tier}`, error, opened[tier]?.type)
  }
  const guard = {
    clock,
    timeoutMs,
    elapsed,
    fault: (error: HotpathError, tier: OpenTier) => tierAway(error, tier.index),
    recovered: (tier: OpenTier) => faults.recovered(`tier ${tier.index}`),
  }
  const memory = firstOf(host)
  const lower = opened.slice(memory === undefined ? 0 : 1).map((tier) => new GuardedTier(tier, guard))
  const logTier = tiers.findLastIndex((tier) => tier.openLog !== undefined)
  const log = host.log?.() ?? tiers[logTier]?.openLog?.(contexts[logTier] as TierContext) ?? createMemoryLog({ random })
  const leaseTier = tiers.findLastIndex((tier) => tier.openLease !== undefined)
  const lease = host.hasLeases ? tiers[leaseTier]?.openLease?.(contexts[leaseTier] as TierContext) : undefined
  const guarded =
    lease &&
    new GuardedLease(lease, {
      ...guard,
      isAway: () => lower.find(({ tier }) => tier.index === leaseTier)?.isFailing ?? false,
      fault: (error) => tierAway(error, leaseTier, 'lease'),
      recovered: () => faults.recovered(`lease ${leaseTier}`),
    })
  const view = new Coherence({
    log,
    clock,
    random,
    elapsed,
    keyChanged: (key) => host.keyChanged(key),
    reset: () => host.reset(),
    maxOfflineMs,
    beginMs: timeoutMs,
    fault: (error, source) => faults.report(source, error),
    recovered: (source) => faults.recovered(source),
  })
  return {
    view,
    memory,
    lower,
    takeTurn: guarded && ((flight, look) => takeTurn({ lease: guarded, clock, elapsed }, flight, look)),
    shortenKey,
    begin: () => view.begin(),
    close() {
      view.close()
      for (const tier of lower) tier.close()
    },
    release: () => Promise.allSettled([(async () => log.close())(), (async () => guarded?.close())()]),
  }
}

/** The tier that responds at once, if the first one does. The memory tier throws nothing, so it needs no guard. */
function firstOf({ opened, firstFailed }: SharedHost): TierStore | undefined {
  const [first] = opened
  if (first?.store.sync !== true) return undefined
  return first.type === 'memory' ? first.store : guardFirst(first.type, first.store, firstFailed)
}
