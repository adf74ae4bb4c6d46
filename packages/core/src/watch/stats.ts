import type { TierUsage } from '@hotpath/contract'
import { type Histogram, type LoadTimes, createHistogram, loadTimesOf } from './histogram.ts'

/** Beyond this many namespaces further ones are counted together. */
const MAX_NAMESPACES = 1_000

/** What one namespace, or a whole cache, has done since it was made. */
export interface Counts {
  /** Reads answered by a fresh value. */
  readonly hits: number
  /** Reads answered by a stale value. */
  readonly staleHits: number
  /** Reads that no tier could answer. Each read is a hit, a stale hit, a miss or coalesced, and counts once. */
  readonly misses: number
  /** Hits and stale hits among all reads: 0..1, 0 before the first read. */
  readonly hitRate: number
  /** Loads that succeeded. */
  readonly loads: number
  /** Loads that failed. */
  readonly loadFailures: number
  /** Reads that were answered by a load in progress. */
  readonly coalesced: number
  /** Values stored by `set`. */
  readonly sets: number
  /** Records appended to the log. */
  readonly invalidations: number
  /** How long loads took, failed ones included. */
  readonly loadTimes: LoadTimes
  /** By tier, in the order of `tiers`. */
  readonly tiers: readonly TierCounts[]
}

/** What one tier has done. */
export interface TierCounts {
  /** Kind of the tier. */
  readonly type: string
  /** Reads answered by a fresh value. */ readonly hits: number
  /** Reads answered by a stale value. */ readonly staleHits: number
}

/** What one tier of a whole cache has done and holds. */
export interface TierStats extends TierCounts {
  /** Entries the tier dropped, or refused, on its own. */
  readonly evictions: number
  /** Operations that failed or took too long. */
  readonly faults: number
  /** What it holds, where that is known without asking a server. */
  readonly usage: TierUsage | undefined
}

/** Everything a cache has counted since it was made. */
export interface CacheStats extends Counts {
  readonly tiers: readonly TierStats[]
  /** Entries the tiers dropped on their own. */
  readonly evictions: number
  /** By namespace; the cache itself is not among them. */
  readonly namespaces: Readonly<Record<string, Counts>>
}

/** What is counted by one number, and summed up. */
const COUNTED = ['misses', 'loads', 'loadFailures', 'coalesced', 'sets', 'invalidations'] as const

/** The counters of one namespace: plain numbers, so that counting costs an increment. */
export class Counters {
  misses = 0
  loads = 0
  loadFailures = 0
  coalesced = 0
  sets = 0
  invalidations = 0
  /** How long loads took, failed ones included. */ readonly loadTimes: Histogram = createHistogram()
  /** Reads answered by a fresh value. */ readonly hits: number[]
  /** Reads answered by a stale value. */ readonly staleHits: number[]

  constructor(tiers: number) {
    this.hits = new Array<number>(tiers).fill(0)
    this.staleHits = new Array<number>(tiers).fill(0)
  }

  hit(tier: number, stale: boolean): void {
    const counts = stale ? this.staleHits : this.hits
    counts[tier] = (counts[tier] ?? 0) + 1
  }

  add(other: Counters): void {
    for (const name of COUNTED) this[name] += other[name]
    this.loadTimes.add(other.loadTimes)
    addTo(this.hits, other.hits)
    addTo(this.staleHits, other.staleHits)
  }

  snapshot(types: readonly string[]): Counts {
    const hits = sum(this.hits)
    const staleHits = sum(this.staleHits)
    const reads = hits + staleHits + this.misses + this.coalesced
    return {
      ...this,
      hits,
      staleHits,
      hitRate: reads === 0 ? 0 : (hits + staleHits) / reads,
      loadTimes: loadTimesOf(this.loadTimes),
      tiers: types.map((type, tier) => ({ type, hits: this.hits[tier] ?? 0, staleHits: this.staleHits[tier] ?? 0 })),
    }
  }
}

/** The counters of a cache: one set for each namespace and one for what belongs to none; the cache's own numbers are their sum. */
export class Stats {
  readonly #types: readonly string[]
  readonly #namespaces = new Map<string, Counters>()
  readonly #others: Counters
  readonly root: Counters
  /** By tier. */ readonly #evictions: number[]
  /** By tier. */ readonly #faults: number[]

  constructor(types: readonly string[]) {
    this.#types = types
    this.#evictions = types.map(() => 0)
    this.#faults = types.map(() => 0)
    this.root = new Counters(types.length)
    this.#others = new Counters(types.length)
  }

  namespace(name: string): Counters {
    const known = this.#namespaces.get(name)
    if (known !== undefined) return known
    if (this.#namespaces.size >= MAX_NAMESPACES) return this.#others
    const counters = new Counters(this.#types.length)
    this.#namespaces.set(name, counters)
    return counters
  }

  /** A tier dropped an entry on its own. */
  evicted(tier: number): void {
    this.#evictions[tier] = (this.#evictions[tier] ?? 0) + 1
  }

  /** An operation of a tier failed. */
  failed(tier: number): void {
    this.#faults[tier] = (this.#faults[tier] ?? 0) + 1
  }

  /**
   * What was counted: of the whole cache, or of one namespace.
   *
   * @param usages - By tier.
   */
  report(usages: readonly (TierUsage | undefined)[], counters: Counters = this.#total()): CacheStats {
    const counts = counters.snapshot(this.#types)
    return {
      ...counts,
      evictions: sum(this.#evictions),
      namespaces: Object.fromEntries([...this.#namespaces].map(([name, one]) => [name, one.snapshot(this.#types)])),
      tiers: counts.tiers.map((tier, index) => ({
        ...tier,
        evictions: this.#evictions[index] ?? 0,
        faults: this.#faults[index] ?? 0,
        usage: usages[index],
      })),
    }
  }

  #total(): Counters {
    const total = new Counters(this.#types.length)
    for (const counters of [this.root, this.#others, ...this.#namespaces.values()]) total.add(counters)
    return total
  }
}

function addTo(numbers: number[], others: readonly number[]): void {
  for (const [index, other] of others.entries()) numbers[index] = (numbers[index] ?? 0) + other
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
