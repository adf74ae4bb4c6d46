import { type CacheKey, ConfigError, type Duration, type OptionTable, checkOptions, toMs } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf, keyOf } from '../door/engine-of.ts'
import { assertEntry, assertIterable, ownTags } from '../door/input.ts'
import type { Engine } from '../engine.ts'
import { closedError } from '../flights/flight.ts'
import { frontOf, memoryStoreOf } from '../memory/policy-front.ts'
import { KeptPlaceholders } from './kept-placeholders.ts'

export { heldEntries } from './held-entries.ts'
export type { HeldEntry } from './held-entries.ts'

/** A value from elsewhere, to be shown until there is one that was judged. */
export interface PlaceholderEntry {
  /** Key of the value. */
  readonly key: CacheKey
  /** Never `undefined`. */
  readonly value: unknown
  /** How old it is. Default 0. */
  readonly age?: Duration | undefined
  /** Tags of the value: it goes when one of them is invalidated. Default: none. */
  readonly tags?: readonly string[] | undefined
}

/** A value to be shown for now; it counts as stale, whatever its age. */
export interface Placeholder<Value = unknown> {
  /** The value. */
  readonly value: Value
  /** Since it was loaded, in milliseconds, as far as the caller of `setPlaceholders` knew. */
  readonly ageMs: number
  /** Tags of the value. */
  readonly tags: readonly string[]
}

const ENTRY: OptionTable<keyof PlaceholderEntry> = { key: true, value: true, age: true, tags: true }

/**
 * Keeps values that nobody judged, such as those of an earlier visit or of a page that a server rendered: `placeholder`
 * reads them, and `get`, `peek` and `getOrSet` never return them. One goes when something is stored under its key in
 * memory, when its key, one of its tags or a prefix or pattern of its key is invalidated, by any process, or when this
 * process has missed records of the log. 1,000 are kept at most; beyond that the oldest goes.
 *
 * @throws ConfigError for what is no entry, a wrong option, or a cache without a memory tier; KeyError; TagError;
 *   ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { placeholder, setPlaceholders } from '@hotpath/core/placeholders'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * setPlaceholders(cache, [{ key: ['cart'], value: ['book'], age: '2h' }])
 *
 * console.log(placeholder(cache, ['cart'])?.value, cache.peek(['cart'])) // [ 'book' ] undefined
 * await cache.getOrSet(['cart'], () => ['book', 'pen'])
 * console.log(placeholder(cache, ['cart'])) // undefined
 * await cache.close()
 * ```
 */
export function setPlaceholders(cache: Cache, entries: Iterable<PlaceholderEntry>): void {
  const engine = engineOf(cache)
  const added = Array.from(assertIterable(entries, 'setPlaceholders'), (entry) => {
    assertEntry(entry)
    checkOptions(entry, 'an entry of setPlaceholders', ENTRY)
    const { key, value, age = 0, tags } = entry
    const createdAt = engine.elapsed() - toMs(age, 'age')
    return { key: keyOf(cache, key), value, createdAt, tags: ownTags(tags) }
  })
  if (engine.closed) throw closedError()
  keptBy(engine).add(added)
}

/**
 * Reads a placeholder, at once. It is marked stale by being one: load the value as well.
 *
 * @returns `undefined` where there is none, or something better was stored.
 * @throws KeyError; ClosedError; ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { placeholder, setPlaceholders } from '@hotpath/core/placeholders'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * setPlaceholders(cache, [{ key: 'theme', value: 'dark', age: '1s', tags: ['settings'] }])
 * const { value, tags } = placeholder<string>(cache, 'theme') ?? { value: 'light', tags: [] }
 * console.log(value, tags) // dark [ 'settings' ]
 * await cache.close()
 * ```
 */
export function placeholder<Value = unknown>(cache: Cache, key: CacheKey): Placeholder<Value> | undefined {
  const engine = engineOf(cache)
  const encoded = keyOf(cache, key)
  if (memoryStoreOf(engine.memory) === undefined) return undefined
  const kept = keptBy(engine).find(encoded)
  if (kept === undefined) return undefined
  const { value, createdAt, tags } = kept
  return { value: value as Value, ageMs: engine.elapsed() - createdAt, tags }
}

function keptBy(engine: Engine): KeptPlaceholders {
  const store = memoryStoreOf(engine.memory)
  if (store !== undefined) return frontOf(store, KeptPlaceholders).follow(engine)
  throw new ConfigError(
    'ERR_CONFIG_OPTION',
    'Placeholders are kept beside a memory tier, and this cache has none in front. Use `tiers: [memory({ maxEntries: 10_000 }), …]`.',
  )
}
