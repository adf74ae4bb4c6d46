/** Where a value comes from first, by the names that service workers gave to it, for any loader. */
import {
  type CacheKey,
  type CacheLoadContext,
  type CacheLoadOptions,
  checkOptions,
  type Clock,
  clockOption,
  type Duration,
  FRESHNESS_OPTIONS,
  type OptionTable,
  signalOption,
  systemClock,
  toMs,
  wrongOption,
} from '@hotpath/contract'

/** As much of a cache as strategies use: a `Cache`, or a namespace of one. */
export interface StrategyCache {
  /** See `Cache`. */
  get(key: CacheKey, options?: { readonly stale?: boolean | undefined }): Promise<unknown>
  /** See `Cache`. */
  getOrSet<Value>(
    key: CacheKey,
    loader: (context: CacheLoadContext<Value>) => Value | Promise<Value>,
    options?: CacheLoadOptions,
  ): Promise<Value>
}

/** Loads a value, from the network as a rule. */
export type StrategyLoader<Value> = (context: CacheLoadContext<Value>) => Value | Promise<Value>

/** How the value is stored. */
export type StrategyOptions = Omit<CacheLoadOptions, 'refresh'>

/** Options of `networkFirst`. */
export interface NetworkFirstOptions extends StrategyOptions {
  /** How long the network may take before what is stored is returned, where there is something. Default: as long as it takes. */
  readonly wait?: Duration | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** @throws ConfigError for what is none. */
function assertCache(cache: StrategyCache): void {
  if (typeof (cache as Partial<StrategyCache> | undefined)?.getOrSet !== 'function')
    throw wrongOption('cache', 'a cache', cache, 'Pass on what `createCache` returned.')
}

const STRATEGY_OPTIONS: OptionTable<'tags' | 'signal'> = { tags: true, signal: signalOption }

/**
 * Returns what is stored while it is fresh, and loads otherwise: for what seldom changes. As `getOrSet`.
 *
 * @throws ConfigError for a wrong option; what the loader throws.
 *
 * @example
 * ```ts
 * import { cacheFirst } from '@hotpath/browser/strategies'
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(await cacheFirst(cache, 'logo', async () => 'logo.svg')) // logo.svg
 * await cache.close()
 * ```
 */
export async function cacheFirst<Value>(
  cache: StrategyCache,
  key: CacheKey,
  loader: StrategyLoader<Value>,
  options: StrategyOptions = {},
): Promise<Value> {
  assertCache(cache)
  checkOptions(options, 'cacheFirst', STRATEGY_OPTIONS, FRESHNESS_OPTIONS)
  return cache.getOrSet(key, loader, options)
}

/**
 * Loads, and stores the value; returns what is stored when the loader fails (within `staleIfError`) or takes longer than
 * `wait` (within `staleWhileRevalidate`): for what has to be new, and is better old than missing.
 *
 * @throws ConfigError for a wrong option; what the loader throws, where nothing is stored.
 *
 * @example
 * ```ts
 * import { networkFirst } from '@hotpath/browser/strategies'
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * const options = { ttl: '1m', staleIfError: '1d', wait: '3s' } as const
 * console.log(await networkFirst(cache, 'prices', async () => [5, 7], options)) // [ 5, 7 ]
 * const offline = async (): Promise<number[]> => { throw new Error('offline') }
 * console.log(await networkFirst(cache, 'prices', offline, options)) // [ 5, 7 ]
 * await cache.close()
 * ```
 */
export async function networkFirst<Value>(
  cache: StrategyCache,
  key: CacheKey,
  loader: StrategyLoader<Value>,
  options: NetworkFirstOptions = {},
): Promise<Value> {
  assertCache(cache)
  checkOptions(options, 'networkFirst', { ...STRATEGY_OPTIONS, wait: true, clock: clockOption }, FRESHNESS_OPTIONS)
  const { wait = Number.POSITIVE_INFINITY, clock = systemClock, ...stored } = options
  const waitMs = toMs(wait, 'wait')
  const loading = cache.getOrSet(key, loader, { ...stored, refresh: true }).catch((error: unknown) =>
    // What is stored may be returned when a loader fails; this one has.
    cache.getOrSet(
      key,
      (): Value => {
        throw error
      },
      stored,
    ),
  )
  if (waitMs === Number.POSITIVE_INFINITY) return loading
  // It may fail after its caller has gone with what is stored.
  loading.catch(() => {})
  let cancel = (): void => {}
  const late = new Promise<'late'>((resolve) => (cancel = clock.after(waitMs, () => resolve('late'))))
  const first = await Promise.race([loading.then((value) => ({ value })), late]).finally(cancel)
  if (first !== 'late') return first.value
  const found = (await cache.get(key, { stale: true })) as Value | undefined
  // A stored `null` is a value.
  return found === undefined ? loading : found
}

/**
 * Returns what is stored, fresh or within `staleWhileRevalidate`, and loads in the background each time; loads where
 * nothing is stored: for what may be a little old. A failure in the background is a `load-error` event of the cache.
 *
 * @throws ConfigError for a wrong option; what the loader throws, where nothing is stored.
 *
 * @example
 * ```ts
 * import { staleWhileRevalidate } from '@hotpath/browser/strategies'
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * let visits = 0
 * const load = async () => ++visits
 * console.log(await staleWhileRevalidate(cache, 'visits', load)) // 1
 * console.log(await staleWhileRevalidate(cache, 'visits', load), visits) // 1 2
 * await cache.close()
 * ```
 */
export async function staleWhileRevalidate<Value>(
  cache: StrategyCache,
  key: CacheKey,
  loader: StrategyLoader<Value>,
  options: StrategyOptions = {},
): Promise<Value> {
  assertCache(cache)
  checkOptions(options, 'staleWhileRevalidate', STRATEGY_OPTIONS, FRESHNESS_OPTIONS)
  const found = (await cache.get(key, { stale: true })) as Value | undefined
  const loading = cache.getOrSet(key, loader, { ...options, refresh: true })
  if (found === undefined) return loading
  loading.catch(() => {})
  return found
}

/**
 * Returns what is stored, fresh or within `staleWhileRevalidate`, and never loads; `undefined` where nothing is.
 *
 * @example
 * ```ts
 * import { cacheOnly } from '@hotpath/browser/strategies'
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(await cacheOnly(cache, 'cart')) // undefined
 * await cache.close()
 * ```
 */
export async function cacheOnly<Value>(cache: StrategyCache, key: CacheKey): Promise<Value | undefined> {
  assertCache(cache)
  return (await cache.get(key, { stale: true })) as Value | undefined
}

/**
 * Loads each time, and stores nothing: for what must never be old.
 *
 * @throws ConfigError for a wrong option; what the loader throws.
 *
 * @example
 * ```ts
 * import { networkOnly } from '@hotpath/browser/strategies'
 * import { createCache, memory } from '@hotpath/core'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(await networkOnly(cache, 'balance', async () => 100), await cache.get('balance')) // 100 undefined
 * await cache.close()
 * ```
 */
export async function networkOnly<Value>(
  cache: StrategyCache,
  key: CacheKey,
  loader: StrategyLoader<Value>,
  options: Pick<StrategyOptions, 'signal' | 'timeout'> = {},
): Promise<Value> {
  assertCache(cache)
  checkOptions(options, 'networkOnly', { signal: signalOption, timeout: true })
  return cache.getOrSet(key, loader, { ...options, ttl: 0, staleWhileRevalidate: 0, staleIfError: 0, refresh: true })
}
