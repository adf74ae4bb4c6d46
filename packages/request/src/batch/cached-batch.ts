import { type CacheKey, type FreshnessOptions, type OptionTable, wrongOption } from '@hotpath/contract'
import { DEFAULT_FRESHNESS, callbackError, resolveFreshness, validateTags } from '@hotpath/contract'
import type { BatchStore } from './batcher.ts'
import type { BatchOptions } from './options.ts'
import { Call } from '../call/call.ts'
import type { CallKey } from '../share/call-key.ts'
import type { LoadingCache } from '../share/loading-cache.ts'
import { ANONYMOUS } from '../checks/policy-options.ts'

/** Options of `batch` with a cache behind it. */
export interface CachedBatchOptions<Key, Value>
  extends Omit<BatchOptions<Key>, 'key' | 'maxEntries' | 'timeout'>,
    Omit<FreshnessOptions, 'timeout'> {
  /** A cache of `@hotpath/core`, or a namespace of one: values are looked for there first, and stored there. */
  readonly cache: LoadingCache<Value>
  /** The key in the cache. Default: the name and the key. */
  readonly key?: ((key: Key) => CacheKey) | undefined
  /** Tags, or what makes them from a key and its value. When it throws the value is returned and not stored; a `fault` event of the cache says so. */
  readonly tags?: readonly string[] | ((key: Key, value: Value) => readonly string[]) | undefined
  /** How long a batch may take. Default `'30s'`. */
  readonly timeout?: BatchOptions<Key>['timeout']
}

/** What a batch with a cache knows beside what each batch does. */
export const CACHED_BATCH_OPTIONS: OptionTable<'cache' | 'tags'> = { cache: true, tags: true }

/** A batcher behind a cache. The cache shares loads and finds values; what it misses goes out in batches. */
export class CachedBatch<Key, Value> implements BatchStore<Key> {
  readonly #batcher: BatchStore<Key>
  readonly #cache: LoadingCache
  readonly #name: string
  readonly #keyOf: ((key: Key) => CacheKey) | undefined
  readonly #tagsOf: ((key: Key, value: Value) => readonly string[]) | undefined
  readonly #options: FreshnessOptions & { readonly tags?: readonly string[] | undefined }

  constructor(batcher: BatchStore<Key>, options: CachedBatchOptions<Key, Value>, name: string) {
    const { cache, key, tags } = options
    if (typeof cache?.getOrSet !== 'function') {
      throw wrongOption('cache', 'a cache', cache, 'Use `createCache()` of `@hotpath/core`.')
    }
    if (key === undefined && name === ANONYMOUS) {
      throw wrongOption(
        'name',
        'given where `loadMany` has none',
        undefined,
        "Give a `name`, or `key: (id) => ['user', id]`.",
      )
    }
    const { maxEntries } = options as BatchOptions<Key>
    if (maxEntries !== undefined) {
      throw wrongOption(
        'maxEntries',
        'left out with a `cache`',
        maxEntries,
        'The cache keeps the values, for its `ttl`.',
      )
    }
    this.#batcher = batcher
    this.#cache = cache
    this.#name = name
    this.#keyOf = key
    const { ttl, staleWhileRevalidate, staleIfError, jitter, refreshAhead } = options
    const { negativeTtl, maxEntryBytes, speculative, backoff } = options
    const freshness = {
      ttl,
      staleWhileRevalidate,
      staleIfError,
      jitter,
      refreshAhead,
      negativeTtl,
      maxEntryBytes,
      speculative,
      backoff,
    }
    // A wrong option should fail where it stands, not at the first load.
    resolveFreshness(DEFAULT_FRESHNESS, freshness)
    this.#tagsOf = typeof tags === 'function' ? tags : undefined
    if (tags !== undefined && typeof tags !== 'function') validateTags(tags, 'tags')
    // The batch has a timeout of its own, and waiting for its turn must not count.
    this.#options = { ...freshness, timeout: false, ...(typeof tags === 'object' && { tags }) }
  }

  /** A caller that asks the cache is within no run of ours. */
  joins(): void {}

  async load(key: Key, caller: Call | undefined): Promise<unknown> {
    if (caller !== undefined) this.#batcher.joins(key, caller)
    const options = caller?.abortable === true ? { ...this.#options, signal: caller.signal } : this.#options
    const value: unknown = await this.#cache.getOrSet(
      this.#key(key),
      async ({ signal, addTags, skip }) => {
        const value = await this.#batcher.load(
          key,
          new Call(undefined, { signal, priority: caller?.priority, origin: caller }),
        )
        try {
          if (this.#tagsOf !== undefined && value !== undefined)
            addTags(validateTags(this.#tagsOf(key, value as Value), 'tags'))
        } catch (cause) {
          // The value is there, and its callers want it. Without its tags it could not be invalidated.
          skip(callbackError('`tags`', 'The load', { cause }))
        }
        return value
      },
      options,
    )
    // Only `prime` stores one: a key that fails is not stored.
    if (value instanceof Error) throw value
    return value
  }

  prime(key: Key, value: unknown): Promise<unknown> {
    const tags =
      this.#tagsOf === undefined || value instanceof Error ? undefined : { tags: this.#tagsOf(key, value as Value) }
    const { timeout, ...freshness } = this.#options
    void this.#batcher.prime(key, value)
    return this.#cache.set(this.#key(key), value, { ...freshness, ...tags })
  }

  clear(key: Key): Promise<unknown> {
    void this.#batcher.clear(key)
    return this.#cache.delete(this.#key(key))
  }

  clearAll(): Promise<unknown> {
    void this.#batcher.clearAll()
    return this.#cache.clear()
  }

  #key(key: Key): CacheKey {
    return this.#keyOf === undefined ? [this.#name, key as Exclude<CallKey, string>] : this.#keyOf(key)
  }
}
