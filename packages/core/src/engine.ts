/** What all handles of a cache share: its tiers, log view, flights, counters and events, and their end. */
import {
  type Duration,
  type Entry,
  type EntryHead,
  type Freshness,
  type HotpathError,
  type InvalidationLog,
  LogError,
  type MaybePromise,
  NEVER_JUDGED,
  type Random,
  type TierContext,
  type TierStore,
  type TierUsage,
  ageOf,
  displayKey,
  resolveFreshness,
  DEFAULT_FRESHNESS,
  timeLimit,
  toMs,
} from '@hotpath/contract'
import { Backoff } from './flights/backoff.ts'
import { isPromise } from './time/chain.ts'
import { Coherence, type Judgement } from './shared/log/coherence.ts'
import { Events } from './watch/events.ts'
import { Faults } from './watch/faults.ts'
import { guardFirst } from './shared/tiers/first-tier.ts'
import { Flights, closedError } from './flights/flight.ts'
import { GuardedTier, type OpenTier } from './shared/tiers/lower-tiers.ts'
import { GuardedLease } from './shared/lease/guarded-lease.ts'
import { createMemoryLog } from './shared/memory-log.ts'
import { type CacheOptions, checkCacheOptions } from './options.ts'
import { type CacheStats, type Counters, Stats } from './watch/stats.ts'
import { systemClock } from './time/system-clock.ts'
import { Timeline } from './time/timeline.ts'

/** How long `close()` waits for writes under way. */
const CLOSE_MS = 5_000

export class Engine {
  readonly name: string
  readonly freshness: Freshness
  readonly timeline: Timeline
  readonly random: Random
  readonly clock: NonNullable<CacheOptions['clock']>
  readonly events: Events = new Events()
  readonly stats: Stats
  readonly tiers: readonly OpenTier[]
  /** The first tier, when it answers without a promise. */
  readonly memory: TierStore | undefined
  readonly lower: readonly GuardedTier[]
  readonly log: InvalidationLog
  /** Turns at loading across processes; `undefined` where no tier has leases, or they are turned off. */
  readonly lease: GuardedLease | undefined
  readonly coherence: Coherence
  readonly flights: Flights
  readonly backoff: Backoff = new Backoff()
  /** What writes do that say nothing of it. */
  readonly queue: boolean
  readonly evictions: number[]
  readonly faults: number[]
  readonly #faults: Faults
  /** Whether values are checked before they are stored. */
  readonly checksValues: boolean
  readonly #writes = new Set<Promise<unknown>>()
  #replacing = false
  #closing: Promise<void> | undefined

  constructor(options: CacheOptions) {
    checkCacheOptions(options)
    this.name = options.name
    this.checksValues = options.checkValues ?? false
    this.freshness = resolveFreshness(DEFAULT_FRESHNESS, options)
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? Math.random
    this.timeline = new Timeline(this.clock)
    this.queue = options.queue ?? false
    this.#faults = new Faults(this.events, () => this.timeline.elapsed())
    this.stats = new Stats(options.tiers.map((tier) => tier.type))
    this.evictions = options.tiers.map(() => 0)
    this.faults = options.tiers.map(() => 0)
    const timeoutMs = limitOf(options.tierTimeout, '1s', 'tierTimeout')
    const maxOfflineMs = limitOf(options.maxOffline, '30s', 'maxOffline')
    const contexts = options.tiers.map((tier, index) => this.#contextOf(tier.type, index))
    this.tiers = options.tiers.map((tier, index) => ({
      type: tier.type,
      index,
      store: tier.open(contexts[index] as TierContext),
    }))
    this.memory = this.#firstTier(this.tiers[0])
    const host = {
      clock: this.clock,
      timeoutMs,
      elapsed: () => this.timeline.elapsed(),
      fault: (error: HotpathError, tier: OpenTier) => this.#tierAway(error, tier.index),
      recovered: (tier: OpenTier) => this.#faults.recovered(`tier ${tier.index}`),
    }
    this.lower = this.tiers.slice(this.memory === undefined ? 0 : 1).map((tier) => new GuardedTier(tier, host))
    const logTier = options.tiers.findLastIndex((tier) => tier.openLog !== undefined)
    this.log =
      options.log?.() ??
      options.tiers[logTier]?.openLog?.(contexts[logTier] as TierContext) ??
      createMemoryLog({ random: this.random })
    const leaseTier = options.tiers.findLastIndex((tier) => tier.openLease !== undefined)
    const lease =
      options.lease === false ? undefined : options.tiers[leaseTier]?.openLease?.(contexts[leaseTier] as TierContext)
    this.lease =
      lease &&
      new GuardedLease(lease, {
        ...host,
        isAway: () => this.lower.find(({ tier }) => tier.index === leaseTier)?.isFailing ?? false,
        fault: (error) => this.#tierAway(error, leaseTier, 'lease'),
        recovered: () => this.#faults.recovered(`lease ${leaseTier}`),
      })
    this.coherence = new Coherence({
      log: this.log,
      clock: this.clock,
      keyChanged: (key) => this.#keyChanged(key),
      reset: () => {
        void this.memory?.clear()
        if (this.events.wants('reset')) this.events.emit({ type: 'reset' })
      },
      elapsed: () => this.timeline.elapsed(),
      maxOfflineMs,
      beginMs: timeoutMs,
      random: this.random,
      fault: (error, source) => this.#faults.report(source, error),
      recovered: (source) => this.#faults.recovered(source),
    })
    this.flights = new Flights(this.coherence)
    this.coherence.begin()
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  fault(error: HotpathError, tier?: number): void {
    if (tier !== undefined) this.faults[tier] = (this.faults[tier] ?? 0) + 1
    this.events.fault(error, tier === undefined ? undefined : this.tiers[tier]?.type)
  }

  /** A value could not be stored because there is no view of the log. */
  notStored(key: string): void {
    if (!this.closed) this.#faults.report('log', notStored(key))
  }

  /**
   * Judges an entry that memory holds, at most once per version of the log's view. Only for those: a record of one key
   * finds its entry in memory to take the mark away, and nowhere else.
   */
  judgeHeld(key: string, entry: Entry): Judgement {
    if (entry.judgedAt === this.coherence.version && !this.coherence.isOffline())
      return entry.expired ? 'expired' : 'valid'
    const judgement = this.coherence.judge(key, entry)
    if (judgement !== 'outdated') {
      entry.judgedAt = this.coherence.version
      entry.expired = judgement === 'expired'
    }
    return judgement
  }

  /**
   * Runs the append of a write. What the write replaces keeps its place in memory until then, outdated: to delete and
   * set anew would cost more than all the rest of a write.
   */
  replacing<Result>(append: () => Result): Result {
    this.#replacing = true
    try {
      return append()
    } finally {
      this.#replacing = false
    }
  }

  /** Stores in memory now and in the lower tiers above `upTo` behind; the promise, if any, tells when those are done. */
  store(
    entries: readonly (readonly [key: string, entry: Entry])[],
    upTo: number = this.tiers.length,
  ): MaybePromise<unknown> {
    if (this.closed || entries.length === 0) return undefined
    for (const [key, entry] of entries) void this.memory?.set(key, entry)
    const [first] = this.lower
    if (first === undefined || first.tier.index >= upTo || this.coherence.standsAlone) return undefined
    const lower = this.lower.filter(({ tier }) => tier.index < upTo)
    return this.track(Promise.all(lower.map((tier) => tier.setMany(entries))))
  }

  /** Keeps a write behind in sight, so that `close()` can wait for it. */
  track<Result>(write: Promise<Result>): Promise<Result> {
    this.#writes.add(write)
    void write.finally(() => this.#writes.delete(write))
    return write
  }

  /** Removes dead entries from all tiers, and answers how many. */
  async purge(owns: (key: string) => boolean): Promise<number> {
    const isDead = (key: string, entry: EntryHead): boolean => {
      // It may take long, and a cache that closes does not wait for it.
      if (this.closed) throw closedError()
      if (!owns(key)) return false
      const judgement = this.coherence.judge(key, entry)
      return judgement === 'outdated' || ageOf(entry, this.timeline.elapsed(), judgement === 'expired') === 'dead'
    }
    let purged = (await this.memory?.purge({ isDead })) ?? 0
    for (const tier of this.lower) purged += await tier.purge({ isDead })
    return purged
  }

  /** What was counted: of the whole cache, or of one namespace. */
  report(counters?: Counters): CacheStats {
    const counts = counters === undefined ? this.stats.total() : this.stats.of(counters)
    return {
      ...counts,
      evictions: this.evictions.reduce((total, number) => total + number, 0),
      namespaces: this.stats.namespaces(),
      tiers: counts.tiers.map((tier, index) => ({
        ...tier,
        evictions: this.evictions[index] ?? 0,
        faults: this.faults[index] ?? 0,
        usage: usageOf(this.tiers[index]),
      })),
    }
  }

  close(): Promise<void> {
    // First of all: from the call on, memory answers nothing.
    this.coherence.end()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.flights.close()
    await this.#settled()
    this.coherence.close()
    for (const tier of this.lower) tier.close()
    this.timeline.close()
    await Promise.allSettled([
      ...this.tiers.map(async ({ store }) => store.close()),
      (async () => this.log.close())(),
      (async () => this.lease?.close())(),
    ])
    this.events.clear()
  }

  /** When all that was written and appended has arrived, or has had its time. */
  async #settled(): Promise<void> {
    let cancel = (): void => {}
    const late = new Promise<void>((resolve) => {
      cancel = timeLimit(this.clock, CLOSE_MS, resolve)
    })
    const letExit = this.clock.hold?.()
    await Promise.race([Promise.all([...this.#writes, this.coherence.idle()]), late])
    cancel()
    letExit?.()
  }

  #tierAway(error: HotpathError, tier: number, what = 'tier'): void {
    this.faults[tier] = (this.faults[tier] ?? 0) + 1
    this.#faults.report(`${what} ${tier}`, error, this.tiers[tier]?.type)
  }

  #keyChanged(key: string): void {
    const memory = this.memory
    const entry = (memory?.peek === undefined ? memory?.get(key) : memory.peek(key)) as Entry | undefined
    if (entry === undefined) return
    entry.judgedAt = NEVER_JUDGED
    if (!this.#replacing && this.coherence.judge(key, entry) === 'outdated') void this.memory?.delete([key])
  }

  /** The tier that answers at once, if the first one does. The memory tier throws nothing, so it needs no guard. */
  #firstTier(first: OpenTier | undefined): TierStore | undefined {
    if (first?.store.sync !== true) return undefined
    return first.type === 'memory' ? first.store : guardFirst(first.type, first.store, (error) => this.fault(error, 0))
  }

  #contextOf(type: string, index: number): TierContext {
    return {
      name: this.name,
      clock: this.clock,
      elapsed: () => this.timeline.elapsed(),
      outdated: (key, entry) => this.coherence.judge(key, entry) === 'outdated',
      evicted: (key, reason) => {
        this.evictions[index] = (this.evictions[index] ?? 0) + 1
        if (this.events.wants('evict')) this.events.emit({ type: 'evict', key, tier: type, reason })
      },
      changed: (key) => this.#dropAbove(index, key),
      fault: (error) => this.fault(error, index),
    }
  }

  /** What the tiers above this one hold of a key, or all that they hold, may be another than what it holds. */
  #dropAbove(index: number, key: string | undefined): void {
    if (this.closed) return
    const drop = (store: TierStore): MaybePromise<void> => (key === undefined ? store.clear() : store.delete([key]))
    if (this.memory !== undefined && index > 0) void drop(this.memory)
    for (const guarded of this.lower) {
      if (guarded.tier.index < index) void this.track(guarded.run('delete', drop))
    }
  }
}

function notStored(key: string): LogError {
  return new LogError(
    'ERR_LOG_NO_VIEW',
    `The value of \`${displayKey(key)}\` was not stored, as the invalidation log cannot be seen: nobody could say when the value is outdated. Check the connection of the tier that brings the log; \`maxOffline: false\` keeps values in memory meanwhile.`,
    { context: { key: displayKey(key) } },
  )
}

function limitOf(given: Duration | false | undefined, otherwise: Duration, option: string): number {
  return given === false ? Number.POSITIVE_INFINITY : toMs(given ?? otherwise, option)
}

function usageOf(tier: OpenTier | undefined): TierUsage | undefined {
  const usage = tier?.store.sync === true ? tier.store.usage?.() : undefined
  return usage !== undefined && isPromise(usage) ? undefined : usage
}
