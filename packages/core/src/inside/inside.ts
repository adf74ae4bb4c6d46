import { type CacheKey, type Clock, type Entry, type HotpathError, ageOf } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf, keyOf } from '../door/engine-of.ts'
import type { KeySpace } from '../door/key-space.ts'
import type { Engine } from '../engine.ts'
import { frontOf, memoryStoreOf } from '../memory/policy-front.ts'
import { describe } from '../read/report.ts'
import type { CacheEntry } from '../watch/entry-info.ts'
import { StoredKeys } from './stored-keys.ts'

/** How a load in progress ended. */
export interface LoadEnd {
  /** Whether it failed; then there is an `error`, which may be anything. */
  readonly failed: boolean
  /** What the loader threw. */
  readonly error?: unknown
}

/** What a package that is built on a cache needs of it, beside its methods. The same for all namespaces. */
export interface CacheInside {
  /** That of the cache. */
  readonly clock: Clock
  /** Whether its log is shared with other processes or tabs: then what is written holds some time after the call. */
  readonly hasSharedLog: boolean
  /** Whether the cache is closed. */
  readonly isClosed: boolean
  /** Milliseconds on the cache's timeline: it goes on while the machine sleeps, and never back. */
  elapsed(): number
  /** What memory has under an encoded key, fresh or stale; at once, and without counting as a read. */
  entry<Value = unknown>(encoded: string): CacheEntry<Value> | undefined
  /** The load of an encoded key that callers may join now, until it ends. Never rejects. */
  loading(encoded: string): Promise<LoadEnd> | undefined
  /**
   * Calls each time something is stored in memory under an encoded key, until the function that it returns is called. The
   * listener is called in the midst of the cache's work: it must not throw, nor use the cache. Without a memory tier never.
   */
  onStored(encoded: string, listener: () => void): () => void
  /** Calls when the cache closes, unless the function that it returns was called before. */
  onClose(listener: () => void): () => void
  /** Emits a `fault` event. */
  fault(error: HotpathError): void
  /** What a package keeps for this cache: made when it is first asked for. */
  part<Part>(name: symbol, make: () => Part): Part
}

/**
 * Opens a cache for a package that is built on it, such as `@hotpath/observe`. Applications have no use for it.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { encodedKey, insideOf } from '@hotpath/core/inside'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const inside = insideOf(cache)
 * const key = encodedKey(cache.namespace('user'), [42])
 * inside.onStored(key, () => console.log('stored')) // stored
 *
 * await cache.set(['user', 42], 'Ann', { tags: ['users'] })
 * console.log(key, inside.entry(key)?.value, inside.entry(key)?.tags) // user:42 Ann [ 'users' ]
 * await cache.close()
 * ```
 */
export function insideOf(cache: Cache): CacheInside {
  const engine = engineOf(cache)
  return partOf(engine, Symbol.for('@hotpath/core/inside'), () => makeInside(engine))
}

/**
 * A key as a cache or namespace encodes it, and as events name it; that of a closed cache, too.
 *
 * @throws KeyError; ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { encodedKey } from '@hotpath/core/inside'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * console.log(encodedKey(cache.namespace('user'), [42])) // user:42
 * await cache.close()
 * ```
 */
export function encodedKey(cache: Cache, key: CacheKey): string {
  const { closed } = engineOf(cache)
  return closed ? (cache as unknown as { readonly keys: KeySpace }).keys.encode(key) : keyOf(cache, key)
}

function makeInside(engine: Engine): CacheInside {
  return {
    clock: engine.clock,
    get hasSharedLog() {
      return engine.view.stream !== undefined
    },
    get isClosed() {
      return engine.closed
    },
    elapsed: () => engine.elapsed(),
    entry: (encoded) => entryOf(engine, encoded),
    loading: (encoded) =>
      engine.flights
        .joinable(encoded)
        ?.promise.then((end) => (end.type === 'failed' ? { failed: true, error: end.error } : { failed: false })),
    onStored(encoded, listener) {
      const store = memoryStoreOf(engine.memory)
      return store === undefined ? () => {} : frontOf(store, StoredKeys).follow(encoded, listener)
    },
    onClose(listener) {
      engine.endings.add(listener)
      return () => void engine.endings.delete(listener)
    },
    fault: (error) => engine.fault(error),
    part: (name, make) => partOf(engine, name, make),
  }
}

function entryOf<Value>(engine: Engine, encoded: string): CacheEntry<Value> | undefined {
  const entry = engine.memory?.peek?.(encoded) as Entry<Value> | undefined
  if (entry === undefined || engine.judgeHeld(encoded, entry) === 'outdated') return undefined
  const now = engine.timeline.recent()
  const age = ageOf(entry, now, entry.expired)
  if (now >= engine.view.offlineAt || (age !== 'fresh' && age !== 'stale')) return undefined
  return describe(engine, entry, age, 0)
}

/** Kept on the engine: two copies of a package share what they keep for a cache. */
function partOf<Part>(engine: Engine, name: symbol, make: () => Part): Part {
  const parts = engine as unknown as Record<symbol, Part | undefined>
  return (parts[name] ??= make())
}
