import type { CacheKey, FreshnessOptions, Token } from '@hotpath/contract'
import type { Dependencies, InvalidationScope } from './scope.ts'
import type { WarmOptions, WarmReport } from './warm.ts'
import type { FunctionOf, WrapArguments, Wrapped } from './wrap.ts'
import type { Saving, WriteThroughOptions, Written } from './write.ts'
import type { CacheEventType, CacheListener } from '../watch/events.ts'
import type { CacheEntry } from '../watch/entry-info.ts'
import type { Inspection } from '../watch/inspection.ts'
import type { LoadContext, ManyLoader } from '../read/loader.ts'
import type {
  ExpireOptions,
  InvalidateOptions,
  LoadOptions,
  ReadOptions,
  SetEntry,
  SetOptions,
  WriteOptions,
} from '../options.ts'
import type { CacheStats } from '../watch/stats.ts'

/**
 * A tiered, tagged cache, or one namespace of it.
 *
 * Every method that reads, loads or writes fails with a `ClosedError` once the cache is closed (those that do so at once
 * find nothing then: `peek`, `position` and `isCurrent`), and with a `KeyError`, `TagError`, `PatternError`
 * or `ConfigError` for bad input, before anything is read or stored.
 *
 * @typeParam Of - What the values are, where all are of one kind: `cache.namespace<City>('city')`.
 */
export interface Cache<Of = unknown> extends AsyncDisposable {
  /** Name of the cache. */
  readonly name: string
  /** Reads a fresh value. */
  get<Value extends Of = Of>(key: CacheKey, options?: ReadOptions): Promise<Value | undefined>
  /** Reads many, in the order of `keys`; `undefined` where there is none. */
  getMany<Value extends Of = Of>(keys: readonly CacheKey[], options?: ReadOptions): Promise<(Value | undefined)[]>
  /** Reads memory alone, at once, without counting the entry as used nor the read as a hit or miss. */
  peek<Value extends Of = Of>(key: CacheKey, options?: Pick<ReadOptions, 'stale'>): Value | undefined
  /**
   * Reads a value as `get` does, and all that is known of it. It counts as a read.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   * import { createFakeClock } from '@hotpath/testkit'
   *
   * const clock = createFakeClock()
   * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })], clock, ttl: '1m' })
   * await cache.set(['user', 42], 'Ann', { tags: ['users'] })
   * clock.advance(20_000)
   *
   * const entry = await cache.entry<string>(['user', 42])
   * console.log(entry?.value, entry?.state, entry?.ageMs, entry?.ttlLeftMs) // Ann fresh 20000 40000
   * console.log(entry?.tags, entry?.tier) // [ 'users' ] memory
   * await cache.close()
   * ```
   */
  entry<Value extends Of = Of>(key: CacheKey, options?: ReadOptions): Promise<CacheEntry<Value> | undefined>
  /** Whether `get` would find a value. */
  has(key: CacheKey, options?: ReadOptions): Promise<boolean>
  /** Stores a value that is current now, and outdates every older one. */
  set<Value extends Of>(key: CacheKey, value: Value, options?: SetOptions): Promise<Token>
  /** Stores many in one go; `options` hold for entries that say nothing else. */
  setMany(entries: Iterable<SetEntry<Of>>, options?: SetOptions): Promise<Token>
  /**
   * Writes through: saves a value where it belongs, then invalidates what the cache has of it and stores what was saved.
   * Saves of one key run one at a time in this process, in the order of the calls, and none is left out. When `save`
   * fails or takes longer than `timeout`, the outcome may be unknown: the key is invalidated, and the error passed on.
   *
   * What was saved is not stored when something else wrote the key meanwhile, or invalidated it or any tag, prefix or
   * pattern: the next read loads.
   *
   * @param save - Saves the value. What it returns is stored, the `value` itself when it returns `undefined`.
   * @throws What `save` throws; LoadError `ERR_LOAD_TIMEOUT`; ClosedError when the cache was closed and the save did not end
   *   within the 5 s that `close()` waits; LogError `ERR_LOG_UNAVAILABLE` when the value is saved and the
   *   log did not confirm the invalidation.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   *
   * const rows = new Map<number, { name: string; version: number }>() // in place of a database
   * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
   *
   * const { value } = await cache.write(['user', 42], { name: 'Ann' }, async ({ name }) => {
   *   const row = { name, version: (rows.get(42)?.version ?? 0) + 1 }
   *   rows.set(42, row)
   *   return row
   * })
   * console.log(value.version, await cache.get(['user', 42])) // 1 { name: 'Ann', version: 1 }
   * await cache.close()
   * ```
   */
  write<Value extends Of, Result extends Of | void | undefined = void>(
    key: CacheKey,
    value: Value,
    save: (value: Value, context: Saving) => Result | Promise<Result>,
    options?: WriteThroughOptions,
  ): Promise<Written<Result extends void | undefined ? Value : Result>>
  /**
   * Reads a value, or loads and stores it; concurrent callers share one load. The type is that of what the loader
   * answers; name it (`getOrSet<City>(…)`) where the loader looks at `previous`.
   */
  getOrSet<Value = Of, Result extends Of | undefined = Value & Of>(
    key: CacheKey,
    loader: (context: LoadContext<Value>) => Result | Promise<Result>,
    options?: LoadOptions,
  ): Promise<Result>
  /** Reads many, and loads those that are missing with one call, which gets them as they were given. */
  getOrSetMany<Value extends Of | undefined, const Key extends CacheKey = CacheKey>(
    keys: readonly Key[],
    loader: (...args: Parameters<ManyLoader<Value, Key>>) => readonly Value[] | Promise<readonly Value[]>,
    options?: LoadOptions,
  ): Promise<Value[]>
  /** With a Map, keys that are not in it are `undefined`. */
  getOrSetMany<Value extends Of, const Key extends CacheKey = CacheKey>(
    keys: readonly Key[],
    loader: ManyLoader<Value, Key>,
    options?: LoadOptions,
  ): Promise<(Value | undefined)[]>
  /** Removes a value everywhere. */
  delete(key: CacheKey, options?: WriteOptions): Promise<Token>
  /** Removes many values everywhere, up to 1,000 by one append; frees their places in the tiers. */
  deleteMany(keys: readonly CacheKey[], options?: WriteOptions): Promise<Token>
  /** Marks a value as stale: served within its stale windows until it is refreshed. */
  expire(key: CacheKey, options?: ExpireOptions): Promise<Token>
  /**
   * Invalidates all that several scopes name, by one append: no reader anywhere sees one of them without the others.
   * Beyond 1,000 keys, tags, prefixes and patterns further appends follow; all hold in this process from the call on.
   *
   * @param options - `soft: true` marks as stale instead; `for` says for how long at most.
   * @throws ConfigError for what is no scope; KeyError, TagError or PatternError for what is in it.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   *
   * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
   * await cache.set(['order', 7], 'open')
   * await cache.set(['orders', 'ann'], [7], { tags: ['customer:ann'] })
   * await cache.invalidate([{ key: ['order', 7] }, { tags: ['customer:ann'] }, { prefix: ['report'] }])
   * console.log(await cache.getMany([['order', 7], ['orders', 'ann']])) // [ undefined, undefined ]
   * await cache.close()
   * ```
   */
  invalidate(scopes: Iterable<InvalidationScope>, options?: InvalidateOptions): Promise<Token>
  /** Invalidates everything that carries one of the tags. One append, whatever the number of entries. */
  invalidateTags(tags: readonly string[], options?: WriteOptions): Promise<Token>
  /**
   * Marks everything that carries one of the tags as stale. `for` says for how long that may be: what is stale still is
   * gone then.
   *
   * @throws TagError, or ConfigError for what is no duration.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   * import { createFakeClock } from '@hotpath/testkit'
   *
   * const clock = createFakeClock()
   * const life = { ttl: '1d', staleWhileRevalidate: '7d' } as const
   * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })], clock, ...life })
   * await cache.set(['price', 7], 12, { tags: ['prices'] })
   * await cache.expireTags(['prices'], { for: '1h' }) // for a price, an hour is as stale as it may be
   *
   * console.log(await cache.get(['price', 7], { stale: true })) // 12
   * clock.advance(3_600_000)
   * console.log(await cache.get(['price', 7], { stale: true })) // undefined
   * await cache.close()
   * ```
   */
  expireTags(tags: readonly string[], options?: ExpireOptions): Promise<Token>
  /** Invalidates every key that begins with these parts. */
  invalidatePrefix(prefix: CacheKey, options?: WriteOptions): Promise<Token>
  /** Marks every key that begins with these parts as stale. */
  expirePrefix(prefix: CacheKey, options?: ExpireOptions): Promise<Token>
  /** Invalidates every encoded key that matches: `*` any characters, `?` one, `\` escapes. */
  invalidatePattern(pattern: string, options?: WriteOptions): Promise<Token>
  /** Marks every encoded key that matches as stale. */
  expirePattern(pattern: string, options?: ExpireOptions): Promise<Token>
  /** Invalidates everything. One append; memory is freed at once. */
  clear(options?: WriteOptions): Promise<Token>
  /** Marks everything as stale. */
  expireAll(options?: ExpireOptions): Promise<Token>
  /** Removes dead entries from all tiers, and answers how many. O(n). */
  purgeExpired(): Promise<number>
  /**
   * Resolves to whether the view of the invalidation log is there, within `tierTimeout`; at once without a shared log.
   * Never rejects. Reads and writes wait for the same by themselves: `ready` is for a health check, and for a process
   * that would rather not start without its log.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   *
   * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000 })] })
   * console.log(await cache.ready()) // true
   * await cache.close()
   * ```
   */
  ready(): Promise<boolean>
  /**
   * The point of the log that a read beginning now is current at; for `set(…, { asOf })`. `undefined` while there is no
   * view of the log: `await cache.ready()` first.
   */
  position(): Token | undefined
  /**
   * Whether what was read at a position still holds: nothing invalidated the key or one of the tags since, hard or soft.
   * `false` as well when nobody can say: before the view of the log is there, without contact with it for too long, or
   * for a token of another life of the log. Synchronous, and asks no tier.
   *
   * @param of - What it depends on. Without a `key`, records of keys, prefixes and patterns do not concern it.
   *
   * @example
   * ```ts
   * import { createCache, memory } from '@hotpath/core'
   *
   * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
   * const version = cache.position() // sent to a client along with a page, as its ETag
   *
   * console.log(version !== undefined && cache.isCurrent(version, { tags: ['prices'] })) // true
   * await cache.invalidateTags(['prices'])
   * console.log(version !== undefined && cache.isCurrent(version, { tags: ['prices'] })) // false
   * await cache.close()
   * ```
   */
  isCurrent(token: Token, of?: Dependencies): boolean
  /** Makes a cached twin of a function. */
  wrap<Fn extends FunctionOf<Of>>(fn: Fn, ...options: WrapArguments<Fn>): Wrapped<Fn>
  /** A handle whose keys begin with `name` and whose options are inherited from here. Two of one name share everything. */
  namespace<Value extends Of = Of>(name: string, defaults?: FreshnessOptions): Cache<Value>
  /** Fills the cache ahead of use, from keys (with `load`) or entries. */
  warm<Value extends Of = Of>(
    source: Iterable<CacheKey | SetEntry<Of>> | AsyncIterable<CacheKey | SetEntry<Of>>,
    options?: WarmOptions<Value>,
  ): Promise<WarmReport>
  /** Tells everything about a key, without touching it. */
  inspect(key: CacheKey): Promise<Inspection>
  /** What was counted so far. */
  stats(): CacheStats
  /** Listens to one event, or to all as `'*'`; the function that it returns ends that. */
  on<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void
  /** Listens to the next one alone; the function that it returns ends that before. */
  once<Type extends CacheEventType | '*'>(type: Type, listener: CacheListener<Type>): () => void
  /** Aborts loads, waits for writes behind, and lets go of everything. Idempotent. */
  close(): Promise<void>
}
