/** What all handles of a cache share: its tiers, log view, flights, counters and events, and their end. */
import {
  type Duration,
  type Entry,
  type Freshness,
  type HotpathError,
  type Invalidation,
  MAX_KEY_BYTES,
  type Mark,
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
import { Flights } from './flights/flight.ts'
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
   * Appends the claims of a write. What the write replaces keeps its place in memory until then, outdated: to delete and
   * set anew would cost more than all the rest of a write.
   */
  claim(claims: readonly Invalidation[], queue: boolean): MaybePromise<readonly Mark[]> {
    this.#replacing = true
    try {
      return this.view.append(claims, queue)
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

  /** What was counted: of the whole cache, or of one namespace. */
  report(counters?: Counters): CacheStats {
    return this.stats.report(this.tiers.map(usageOf), counters)
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
    this.stats.failed(tier)
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
        this.stats.evicted(index)
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

function usageOf({ store }: OpenTier): TierUsage | undefined {
  const usage = store.sync ? store.usage?.() : undefined
  return usage !== undefined && isPromise(usage) ? undefined : usage
}
