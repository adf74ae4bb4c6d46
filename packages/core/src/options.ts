import {
  type CacheKey,
  type Clock,
  type Duration,
  FRESHNESS_OPTIONS,
  type FreshnessOptions,
  type InvalidationLog,
  type OptionTable,
  type Random,
  type SharedHalf,
  type Tier,
  type Token,
  booleanOption,
  checkOptions,
  clockOption,
  countOption,
  functionOption,
  signalOption,
  wrongOption,
} from '@hotpath/contract'
import type { ReadReport } from './watch/entry-info.ts'

/** Options of a cache. Freshness is inherited by its namespaces and calls. */
export interface CacheOptions extends FreshnessOptions {
  /** Namespace of all keys in every tier: 1 to 64 letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string
  /** Fastest first. */
  readonly tiers: readonly Tier[]
  /** Makes the invalidation log. Default: the lowest tier's that has one, else an in-process log. */
  readonly log?: (() => InvalidationLog) | undefined
  /**
   * How long a lower tier may take to answer before it counts as a miss, and how long callers wait for the first view
   * of a shared log. Default `'1s'`.
   */
  readonly tierTimeout?: Duration | false | undefined
  /**
   * How long entries are served without contact with a shared log; after that they are misses until it is back.
   * `false` serves on: availability before freshness; with the log away from the start, values are kept in memory and
   * judged by this process's own invalidations until it is there. Default `'30s'`.
   */
  readonly maxOffline?: Duration | false | undefined
  /** Whether only one process at a time loads a key, where a tier has leases. Default `true`. */
  readonly lease?: boolean | undefined
  /** `queue` of every write that says nothing of it. Default `false`. */
  readonly queue?: boolean | undefined
  /**
   * Refuse values that a store of bytes would refuse, also where there is memory alone: a write fails with
   * `ERR_CODEC_VALUE` and the path, a loaded value is returned, not stored, and reported. Costs a visit of each member
   * of what is stored. Default `false`.
   */
  readonly checkValues?: boolean | undefined
  /** What tiers and logs of your own need: `shared` of `@hotpath/core/shared`, where no tier brings it along. */
  readonly shared?: SharedHalf | undefined
  /** Time. Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Randomness of jitter, refresh-ahead and epochs. Default `Math.random`. */
  readonly random?: Random | undefined
}

/** Options of a read. */
export interface ReadOptions {
  /** A write that the read must see: the tiers are skipped when it cannot be made sure that it does. */
  readonly after?: Token | undefined
  /** Also accept a value in its `staleWhileRevalidate` window; nothing refreshes it. Default `false`. */
  readonly stale?: boolean | undefined
  /** Further tags that this read depends on: a value that one of them invalidates is a miss for it, and stays for others. Default: none. */
  readonly judgedBy?: readonly string[] | undefined
}

/** Options of a read with a loader. */
export interface LoadOptions extends FreshnessOptions {
  /** Tags of the value; the loader may add more. */
  readonly tags?: readonly string[] | undefined
  /** A write that the read must see. */
  readonly after?: Token | undefined
  /** Further tags that this read depends on, beside those of the value: what one of them invalidates is loaded anew. Default: none. */
  readonly judgedBy?: readonly string[] | undefined
  /**
   * Called once with how the read was served, of many once for each key, before the value is returned; not when the read
   * fails. What it throws becomes a `fault` event. Default: none.
   */
  readonly onRead?: ((report: ReadReport) => void) | undefined
  /** Detaches this caller; the loader is aborted when the last one has left. */
  readonly signal?: AbortSignal | undefined
  /**
   * Skip the look-up: load and store. The caller gets what that load returned or its error, never an older value;
   * `staleIfError` and `timeout.soft` are for other reads. What was stored before stays until it is replaced. Default `false`.
   */
  readonly refresh?: boolean | undefined
}

/** Options of an invalidation. */
export interface WriteOptions {
  /**
   * When the log does not answer, resolve instead of failing with `ERR_LOG_UNAVAILABLE`. Either way the invalidation
   * holds in this process at once and is appended until it is through; a value is not stored. A read `after` the token
   * of a queued write loads. Default: that of the cache, `false`.
   */
  readonly queue?: boolean | undefined
}

/** Options of a soft invalidation. */
export interface ExpireOptions extends WriteOptions {
  /**
   * What is stale is gone after this, if nothing has replaced it: its stale windows end then at the latest. Counted by
   * each process from when it hears of it; for one that starts later it is gone at once, as that cannot know how long ago it
   * was. `0` removes at once. Default: the stale windows of each value alone.
   */
  readonly for?: Duration | undefined
}

/** Options of `invalidate`. */
export interface InvalidateOptions extends ExpireOptions {
  /** Mark values as stale instead of removing them: they are served within their stale windows until they are refreshed. Default `false`. */
  readonly soft?: boolean | undefined
}

/** Options of a write of values. */
export interface SetOptions extends FreshnessOptions, WriteOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Where the value came from: what a read noted before it (`cache.position()`). The value is then judged like a load. */
  readonly asOf?: Token | undefined
}

/** One entry of `setMany` and `warm`. */
export interface SetEntry<Value = unknown> extends Omit<SetOptions, 'queue'> {
  /** Key of the value. */ readonly key: CacheKey
  /** Never `undefined`. */ readonly value: Value
}

/** Options beside those of freshness. */
type Own<Options extends FreshnessOptions> = OptionTable<Exclude<keyof Options & string, keyof FreshnessOptions>>

const CACHE_OPTIONS: Own<CacheOptions> = {
  name: "'shop'",
  tiers: '[memory({ maxEntries: 10_000 })]',
  log: functionOption,
  tierTimeout: true,
  maxOffline: true,
  lease: booleanOption,
  queue: booleanOption,
  checkValues: booleanOption,
  shared: sharedOption,
  clock: clockOption,
  random: functionOption,
}

/** The options of a read without a loader. */
export const READ_OPTIONS: OptionTable<keyof ReadOptions> = { after: true, stale: booleanOption, judgedBy: true }
/** Those of `peek`. */
export const PEEK_OPTIONS: OptionTable<'stale'> = { stale: booleanOption }
/** Those of a read with a loader, beside freshness. */
export const LOAD_OPTIONS: Own<LoadOptions> = {
  tags: true,
  after: true,
  judgedBy: true,
  onRead: functionOption,
  signal: signalOption,
  refresh: booleanOption,
}
/** What `isCurrent` takes. */
export const DEPENDENCIES: OptionTable<'key' | 'tags'> = { key: true, tags: true }
/** Those of an invalidation. */
export const WRITE_OPTIONS: OptionTable<keyof WriteOptions> = { queue: booleanOption }
/** Those of a soft invalidation. */
export const EXPIRE_OPTIONS: OptionTable<keyof ExpireOptions> = { ...WRITE_OPTIONS, for: true }
/** Those of `invalidate`. */
export const INVALIDATE_OPTIONS: OptionTable<keyof InvalidateOptions> = { ...EXPIRE_OPTIONS, soft: booleanOption }
/** Those of `write`, beside freshness and `WRITE_OPTIONS`. */
export const WRITE_THROUGH_OPTIONS: OptionTable<'tags' | 'rejected'> = { tags: true, rejected: functionOption }
/** Those of a write of values, beside freshness and `WRITE_OPTIONS`. */
export const SET_OPTIONS: OptionTable<'tags' | 'asOf'> = { tags: true, asOf: true }
/** The members of an entry to write, beside freshness and `SET_OPTIONS`. */
export const SET_ENTRY: OptionTable<'key' | 'value'> = { key: true, value: true }

/** The options of `warm`, beside freshness. */
export const WARM_OPTIONS: OptionTable<'load' | 'tags' | 'concurrency' | 'onProgress' | 'signal'> = {
  load: loaderOption,
  tags: true,
  concurrency: countOption,
  onProgress: functionOption,
  signal: signalOption,
}

const TIERS_WAY_OUT = 'Use for example `tiers: [memory({ maxEntries: 10_000 })]`.'
const NAME = /^[\w./-]{1,64}$/

/** @throws ConfigError for options that no cache can be made from. */
export function checkCacheOptions(options: CacheOptions): void {
  checkOptions(options, 'createCache', CACHE_OPTIONS, FRESHNESS_OPTIONS)
  const { name, tiers } = options
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw wrongOption(
      'name',
      '1 to 64 letters, digits, `_`, `-`, `.` or `/`',
      name,
      "Use for example `createCache({ name: 'shop', … })`.",
    )
  }
  if (!Array.isArray(tiers)) throw wrongOption('tiers', 'a list of tiers', tiers, TIERS_WAY_OUT)
  if (tiers.length === 0) throw wrongOption('tiers.length', '1 or more', 0, TIERS_WAY_OUT)
  for (const [index, tier] of tiers.entries()) {
    if (!isTier(tier)) throw wrongOption(`tiers[${index}]`, 'a tier', tier, TIERS_WAY_OUT)
  }
}

/** Which version of it will do is said where it is needed. */
function sharedOption(value: unknown, option: string): void {
  if ((value as SharedHalf | null)?.brand === '@hotpath/core/shared') return
  throw wrongOption(
    option,
    "`shared` of '@hotpath/core/shared'",
    value,
    "Use `import { shared } from '@hotpath/core/shared'`.",
  )
}

function loaderOption(value: unknown, option: string): void {
  if (typeof value === 'function') return
  throw wrongOption(
    option,
    'a function',
    value,
    'Use for example `({ key }) => db.find(key)`, or pass entries `{ key, value }`.',
  )
}

function isTier(tier: unknown): boolean {
  return typeof tier === 'object' && tier !== null && typeof (tier as Tier).open === 'function'
}
