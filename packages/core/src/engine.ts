/** What all handles of a cache share: its tiers, log view, flights, counters and events, and their end. */
import {
  type Duration,
  type Entry,
  type EntryHead,
  type Freshness,
  type HotpathError,
  MAX_KEY_BYTES,
  type MaybePromise,
  NEVER_JUDGED,
  type Random,
  type TierContext,
  type TierStore,
  type TierUsage,
  ageOf,
  resolveFreshness,
  DEFAULT_FRESHNESS,
  systemClock,
  toMs,
} from '@hotpath/contract'
import { Backoff } from './flights/backoff.ts'
import { isPromise } from './time/chain.ts'
import { Events, invalidatedEvent } from './watch/events.ts'
import { Flights, closedError } from './flights/flight.ts'
import type { Found } from './flights/found.ts'
import type { OpenTier } from './shared/tiers/lower-tiers.ts'
import type { SharedHost, SharedParts } from './shared/shared.ts'
import { type CacheOptions, checkCacheOptions } from './options.ts'
import { sharedHalfOf } from './shared-half.ts'
import { sizeOf } from './memory/size-of.ts'
import { type LocalHost, LocalView } from './view/local-view.ts'
import type { Judgement, LogView } from './view/log-view.ts'
import { type CacheStats, type Counters, Stats } from './watch/stats.ts'
import { PendingWrites } from './time/pending-writes.ts'
import { Timeline } from './time/timeline.ts'
import { ValueCheck } from './value-check.ts'

/** How long `close()` waits for writes under way. */
const CLOSE_MS = 5_000

export class Engine implements SharedHost, LocalHost {
  readonly name: string
  readonly freshness: Freshness
  readonly timeline: Timeline
  readonly random: Random
  readonly clock: NonNullable<CacheOptions['clock']>
  readonly events: Events = new Events()
  readonly stats: Stats
  /** Of each tier. */
  readonly contexts: readonly TierContext[]
  readonly tiers: readonly OpenTier[]
  /** The first tier, when it answers without a promise. */
  readonly memory: TierStore | undefined
  /** What lower tiers, shared logs and leases need; `undefined` for memory alone. */
  readonly shared: SharedParts | undefined
  readonly maxKeyBytes: number
  readonly view: LogView
  readonly flights: Flights
  readonly backoff: Backoff = new Backoff()
  /** What writes do that say nothing of it. */
  readonly queue: boolean
  /** Called when the cache closes: what follows it ends. */
  readonly endings: Set<() => void> = new Set()
  /** By tier. */
  readonly evictions: number[]
  /** By tier. */
  readonly faults: number[]
  readonly valueCheck: ValueCheck | undefined
  readonly writes: PendingWrites = new PendingWrites()
  #replacing = false
  #closing: Promise<void> | undefined
  /** Writes have arrived, or have had their time. */
  #isOver = false

  constructor(options: CacheOptions) {
    checkCacheOptions(options)
    const { tiers } = options
    this.name = options.name
    this.valueCheck = options.checkValues === true ? new ValueCheck() : undefined
    this.freshness = resolveFreshness(DEFAULT_FRESHNESS, options)
    this.clock = options.clock ?? systemClock
    this.random = options.random ?? Math.random
    this.timeline = new Timeline(this.clock)
    this.queue = options.queue ?? false
    this.stats = new Stats(tiers.map((tier) => tier.type))
    this.evictions = tiers.map(() => 0)
    this.faults = tiers.map(() => 0)
    const timeoutMs = limitOf(options.tierTimeout, '1s', 'tierTimeout')
    const maxOfflineMs = limitOf(options.maxOffline, '30s', 'maxOffline')
    const half = sharedHalfOf(options)
    this.contexts = tiers.map((tier, index) => this.#contextOf(tier.type, index))
    this.tiers = tiers.map((tier, index) => ({
      type: tier.type,
      index,
      store: tier.open(this.contexts[index] as TierContext),
    }))
    const shared = half?.open(this, options, { timeoutMs, maxOfflineMs })
    this.shared = shared
    this.memory = shared === undefined ? this.tiers[0]?.store : shared.memory
    this.maxKeyBytes = shared === undefined ? Number.POSITIVE_INFINITY : MAX_KEY_BYTES
    this.view = shared?.view ?? new LocalView(this)
    this.flights = new Flights(this.view)
    this.view.followers.add((record) => {
      if (!this.events.wants('invalidated')) return
      this.events.emit(invalidatedEvent(record, this.view.isOwn(record)))
    })
    shared?.begin()
  }

  get closed(): boolean {
    return this.#closing !== undefined
  }

  /** Now on the cache's timeline. */
  elapsed(): number {
    return this.timeline.elapsed()
  }

  fault(error: HotpathError, tier?: number): void {
    if (tier !== undefined) this.countFault(tier)
    this.events.fault(error, tier === undefined ? undefined : this.tiers[tier]?.type)
  }

  /** Whether a value is larger than its freshness allows; reported then. One that cannot be measured is left to the tiers. */
  isTooLarge(key: string, value: unknown, maxBytes: number): boolean {
    if (maxBytes === Number.POSITIVE_INFINITY) return false
    try {
      if (sizeOf(value) <= maxBytes) return false
    } catch {
      return false
    }
    this.contexts[0]?.evicted(key, 'max-entry-bytes')
    return true
  }

  /** A value was not stored, or its write is queued. */
  notStored(key: string, tags: readonly string[], isUnseen: boolean): void {
    if (!this.#isOver) this.view.notStored(key, tags, isUnseen)
  }

  /**
   * Judges an entry that memory holds, at most once per version of the log's view. Only for those: a record of one key
   * finds its entry in memory to take the mark away, and nowhere else.
   */
  judgeHeld(key: string, entry: Entry): Judgement {
    const { view } = this
    if (entry.judgedAt === view.version && !view.isOffline()) {
      if (!entry.expired) return 'valid'
      if (!view.isDue()) return 'expired'
    }
    const judgement = view.judge(key, entry)
    if (judgement !== 'outdated') {
      entry.judgedAt = view.version
      entry.expired = judgement === 'expired'
    }
    return judgement
  }

  /** What a tier has, as far as it may be used. */
  judge<Value>(
    key: string,
    entry: Entry<Value> | undefined,
    tier: number,
    after: number | undefined,
  ): Found<Value> | undefined {
    return entry && this.found(entry, tier, this.view.judge(key, entry, after))
  }

  /** What was judged, as far as its age allows. */
  found<Value>(entry: Entry<Value>, tier: number, judgement: Judgement): Found<Value> | undefined {
    if (judgement === 'outdated') return undefined
    const age = ageOf(entry, this.timeline.recent(), judgement === 'expired')
    return age === 'dead' ? undefined : { entry, age, tier }
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
    if (this.#isOver || entries.length === 0) return undefined
    if (!this.closed) for (const [key, entry] of entries) void this.memory?.set(key, entry)
    const stored = this.shared?.store(entries, upTo)
    return stored && this.track(stored)
  }

  /** Keeps a write in the background in sight, so that `close()` can wait for it. */
  track<Result>(write: Promise<Result>): Promise<Result> {
    return this.writes.track(write)
  }

  /** Removes dead entries from all tiers, and answers how many. */
  async purge(owns: (key: string) => boolean): Promise<number> {
    const isDead = (key: string, entry: EntryHead): boolean => {
      // It may take long, and a cache that closes does not wait for it.
      if (this.closed) throw closedError()
      if (!owns(key)) return false
      const judgement = this.view.judge(key, entry)
      return judgement === 'outdated' || ageOf(entry, this.elapsed(), judgement === 'expired') === 'dead'
    }
    let purged = (await this.memory?.purge({ isDead })) ?? 0
    for (const tier of this.shared?.lower ?? []) purged += await tier.purge({ isDead })
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
    this.view.end()
    for (const end of this.endings) end()
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.flights.close()
    await this.writes.settled(this.clock, CLOSE_MS, this.view.idle())
    this.#isOver = true
    this.shared?.close()
    this.timeline.close()
    await Promise.allSettled([...this.tiers.map(async ({ store }) => store.close()), this.shared?.release()])
    this.events.clear()
  }

  /** An operation of a tier failed. */
  countFault(tier: number): void {
    this.faults[tier] = (this.faults[tier] ?? 0) + 1
  }

  /** A record names exactly this key: judge it again in memory. */
  keyChanged(key: string): void {
    const memory = this.memory
    const entry = (memory?.peek === undefined ? memory?.get(key) : memory.peek(key)) as Entry | undefined
    if (entry === undefined) return
    entry.judgedAt = NEVER_JUDGED
    if (!this.#replacing && this.view.judge(key, entry) === 'outdated') void this.memory?.delete([key])
  }

  #contextOf(type: string, index: number): TierContext {
    return {
      name: this.name,
      clock: this.clock,
      random: this.random,
      elapsed: () => this.elapsed(),
      outdated: (key, entry) => this.view.judge(key, entry) === 'outdated',
      evicted: (key, reason) => {
        this.evictions[index] = (this.evictions[index] ?? 0) + 1
        if (this.events.wants('evict')) this.events.emit({ type: 'evict', key, tier: type, reason })
      },
      changed: (key) => void (!this.closed && this.shared?.changed(index, key)),
      fault: (error) => this.fault(error, index),
    }
  }
}

function limitOf(given: Duration | false | undefined, otherwise: Duration, option: string): number {
  return given === false ? Number.POSITIVE_INFINITY : toMs(given ?? otherwise, option)
}

function usageOf(tier: OpenTier | undefined): TierUsage | undefined {
  const usage = tier?.store.sync === true ? tier.store.usage?.() : undefined
  return usage !== undefined && isPromise(usage) ? undefined : usage
}
