import {
  type CacheKey,
  type Clock,
  ConfigError,
  type Duration,
  type FreshnessOptions,
  type InvalidationLog,
  type Random,
  type Tier,
  type Token,
} from '@hotpath/contract'

/** Options of a cache. Freshness is inherited by its namespaces and calls. */
export interface CacheOptions extends FreshnessOptions {
  /** Namespace of all keys in every tier: 1 to 64 letters, digits, `_`, `-`, `.` and `/`. */
  readonly name: string
  /** Fastest first. */
  readonly tiers: readonly Tier[]
  /** Makes the invalidation log. Default: the lowest tier's that has one, else an in-process log. */
  readonly log?: (() => InvalidationLog) | undefined
  /** How long a lower tier may take to answer before it counts as a miss. Default `'1s'`. */
  readonly tierTimeout?: Duration | false | undefined
  /**
   * How long entries are served without contact with a shared log; after that they are misses until it is back.
   * `false` serves on: availability before freshness. Default `'30s'`.
   */
  readonly maxOffline?: Duration | false | undefined
  /** Whether only one process at a time loads a key, where a tier has leases. Default `true`. */
  readonly lease?: boolean | undefined
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
}

/** Options of a read with a loader. */
export interface LoadOptions extends FreshnessOptions {
  /** Tags of the value; the loader may add more. */
  readonly tags?: readonly string[] | undefined
  /** A write that the read must see. */
  readonly after?: Token | undefined
  /** Detaches this caller; the loader is aborted when the last one has left. */
  readonly signal?: AbortSignal | undefined
  /** Skip the look-up: load and store. Default `false`. */
  readonly refresh?: boolean | undefined
}

/** Options of an invalidation. */
export interface WriteOptions {
  /**
   * When the log does not answer, resolve instead of failing with `ERR_LOG_UNAVAILABLE`. Either way the invalidation
   * holds in this process at once and is appended until it is through; a value is not stored. A read `after` the token
   * of a queued write loads. Default `false`.
   */
  readonly queue?: boolean | undefined
}

/** Options of a write of values. */
export interface SetOptions extends FreshnessOptions, WriteOptions {
  /** Tags of the value. */
  readonly tags?: readonly string[] | undefined
  /** Where the value came from: what a read noted before it (`cache.now()`). The value is then judged like a load. */
  readonly asOf?: Token | undefined
}

/** One entry of `setMany` and `warm`. */
export interface SetEntry<Value = unknown> extends SetOptions {
  /** Key of the value. */ readonly key: CacheKey
  /** Never `undefined`. */ readonly value: Value
}

const NAME = /^[\w./-]{1,64}$/

/** @throws ConfigError for options that no cache can be made from. */
export function validateCacheOptions(options: CacheOptions): void {
  if (typeof options?.name !== 'string' || !NAME.test(options.name)) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      "`name` must be 1 to 64 letters, digits, `_`, `-`, `.` or `/`. Use for example `createCache({ name: 'shop', … })`.",
    )
  }
  if (!Array.isArray(options.tiers) || options.tiers.length === 0 || !options.tiers.every(isTier)) {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      '`tiers` must be a list of one or more tiers. Use for example `tiers: [memory({ maxEntries: 10_000 })]`.',
    )
  }
  if (options.log !== undefined && typeof options.log !== 'function') {
    throw new ConfigError(
      'ERR_CONFIG_OPTION',
      `\`log\` must be a function that makes a log, received ${typeof options.log}. Use for example \`log: () => createMemoryLog()\`, or leave it out.`,
    )
  }
}

/** @throws ConfigError for what is no signal. */
export function signalOf(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined || typeof signal?.addEventListener === 'function') return signal
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    `\`signal\` must be an AbortSignal, received ${signal === null ? 'null' : typeof signal}. Pass \`controller.signal\`, or \`AbortSignal.timeout(500)\`.`,
  )
}

function isTier(tier: unknown): boolean {
  return typeof tier === 'object' && tier !== null && typeof (tier as Tier).open === 'function'
}
