import type { Entry, EntryHead } from '../entry.ts'
import type { HotpathError } from '../errors.ts'
import type { Clock, Random } from './clock.ts'
import type { Lease } from './lease.ts'
import type { InvalidationLog, Mark, MaybePromise } from './log.ts'

/** Why a tier dropped an entry on its own; `trim`: memory was to be freed. */
export type EvictionReason = 'max-entries' | 'max-bytes' | 'max-entry-bytes' | 'trim'

/** What the engine gives a tier when it opens it for one cache. */
export interface TierContext {
  /** The cache's name: the namespace of all its keys. */
  readonly name: string
  /** Time. */
  readonly clock: Clock
  /** The cache's randomness. */
  readonly random?: Random | undefined
  /** Now on the cache's timeline (milliseconds); a tier with a clock of its own sets `createdAt` to request start minus age. */
  elapsed(): number
  /** Whether the log rules an entry out: to be asked before a payload is decoded for nothing. The engine judges anyway. */
  outdated?(key: string, entry: Pick<Entry, 'tags' | 'epoch' | 'asOf'>): boolean
  /** To be called for each entry that the tier drops, or refuses to store, on its own. */
  evicted(key: string, reason: EvictionReason): void
  /**
   * To be called when somebody who does not append to the log changed what lies under a key, or, without a key, may
   * have changed anything: the tiers above let go of it. A read that was under way meanwhile must not answer with what
   * it found before.
   */
  changed?(key?: string): void
  /** To be called for a fault that no method reports by rejecting: a payload that cannot be read, say. */
  fault(error: HotpathError): void
}

/** How much a tier holds. */
export interface TierUsage {
  /** How many. */ readonly entries: number
  /** Values, keys and bookkeeping; an estimate. `undefined` where the tier cannot know. */
  readonly bytes: number | undefined
}

/** What a purge looks at. */
export interface PurgeOptions {
  /** Tells which entries may go, by what is beside the value; what throws ends the purge. */
  readonly isDead: (key: string, entry: EntryHead) => boolean
}

/** Port: a store of entries for one cache name, see the conformance suite in `@hotpath/testkit`. */
export interface TierStore {
  /** `true`: no method ever answers with a promise. */
  readonly sync: boolean
  /** `true`: other processes read and write the same entries. */
  readonly shared: boolean
  /** Reads an entry, dead or alive; the engine judges. */
  get(key: string): MaybePromise<Entry | undefined>
  /** Reads an entry without counting it as used. Only where the tier has such an order. */
  peek?(key: string): MaybePromise<Entry | undefined>
  /** Reads many in as few round trips as the store allows; answers in the order of `keys`. */
  getMany(keys: readonly string[]): MaybePromise<readonly (Entry | undefined)[]>
  /** Tells which keys one round trip may ask for together: those of one group. Absent: any. */
  groupOf?(key: string): number
  /** How many keys of reads that come together to ask for at most in one round trip. Absent: all of them. */
  readonly maxBatch?: number | undefined
  /** Stores an entry, unless one of the same epoch and a larger `asOf` is there. */
  set(key: string, entry: Entry): MaybePromise<void>
  /** Stores many, as `set` does each. */
  setMany(entries: readonly (readonly [key: string, entry: Entry])[]): MaybePromise<void>
  /**
   * Removes entries. With `below` those of its epoch stay whose `asOf` is not below it: somebody has stored them since,
   * and a removal may arrive late. Only `shared` stores have to heed it.
   */
  delete(keys: readonly string[], below?: Mark): MaybePromise<void>
  /** Removes all entries of this name. May be O(n): coherence does not lean on it. */
  clear(): MaybePromise<void>
  /**
   * Removes entries that are dead, outdated ones included, and answers how many. O(n), some entries at a time: no
   * timeout of the cache applies to it.
   */
  purge(options: PurgeOptions): MaybePromise<number>
  /** How much is held, where the tier knows it without a scan. */
  usage?(): MaybePromise<TierUsage>
  /** Lets go of timers and connections of its own. Idempotent. */
  close(): MaybePromise<void>
}

/** What tiers, shared logs and leases need of the engine: `shared` of `@hotpath/core/shared`. */
export interface SharedHalf {
  /** Says what it is. */
  readonly brand: string
  /** Grows when it does not fit an engine of before any more. */
  readonly version: number
}

/** Port: what a user puts into `tiers`. One object may bring a store, a log and a lease. */
export interface Tier {
  /** Names the kind of tier in stats, events and `inspect`: `memory`, `redis`. */
  readonly type: string
  /** What the engine needs for it, so that a cache of memory alone does not carry it: `shared` of `@hotpath/core/shared`. */
  readonly shared?: SharedHalf | undefined
  /** Opens the store for one cache. */
  open(context: TierContext): TierStore
  /** Opens the invalidation log for one cache, where the tier has one. The lowest tier's log is used. */
  openLog?(context: TierContext): InvalidationLog
  /** Opens leases for one cache, where the tier has them. The lowest tier's are used. */
  openLease?(context: TierContext): Lease
}
