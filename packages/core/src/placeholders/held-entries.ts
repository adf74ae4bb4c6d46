import { type CacheKey, type Token, toToken } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf, keyOf } from '../door/engine-of.ts'
import { assertList } from '../door/input.ts'
import { asStored } from '../memory/memory-store.ts'

/** What memory holds of a key. Times are in milliseconds. */
export interface HeldEntry {
  /** Encoded. */
  readonly key: string
  /** The value itself, not a copy. */
  readonly value: unknown
  /** Since it was loaded. */
  readonly ageMs: number
  /** How long it is fresh in all, then stale, then for a loader that fails. */
  readonly windowsMs: readonly [fresh: number, stale: number, error: number]
  /** Tags of the value. */
  readonly tags: readonly string[]
  /** Point of the log that the value is current at: `asOf` of a later `set`. */
  readonly asOf: Token
}

/**
 * What memory holds of some keys, fresh or stale, at once: to be saved for the next visit, which reads it as placeholders.
 * Nothing is counted as used, and what memory does not hold is left out.
 *
 * @throws ConfigError for what is no list or no cache; KeyError; ClosedError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { heldEntries, setPlaceholders } from '@hotpath/core/placeholders'
 *
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * await cache.set(['cart'], ['book'], { tags: ['carts'] })
 * const saved = JSON.stringify(heldEntries(cache, [['cart'], ['theme']])) // when the page is left
 *
 * for (const { key, value, tags } of JSON.parse(saved)) console.log(key, value, tags) // cart [ 'book' ] [ 'carts' ]
 * await cache.close()
 * ```
 */
export function heldEntries(cache: Cache, keys: readonly CacheKey[]): HeldEntry[] {
  const engine = engineOf(cache)
  assertList(keys)
  return keys.flatMap((given) => {
    const key = keyOf(cache, given)
    const entry = engine.memory?.peek?.(key)
    if (entry === undefined || !('value' in entry)) return []
    const found = engine.found(entry, 0, engine.view.judge(key, entry))
    if (found === undefined || found.age === 'stale-if-error') return []
    const { createdAt, freshMs, staleMs, errorMs, epoch, asOf, tags, value } = asStored(engine.memory, entry)
    const ageMs = engine.elapsed() - createdAt
    return [
      { key, value, ageMs, windowsMs: [freshMs, staleMs, errorMs], tags, asOf: toToken({ epoch, position: asOf }) },
    ]
  })
}
