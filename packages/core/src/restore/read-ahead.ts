import { SPECULATIVE, encodeKey } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { assertList } from '../door/input.ts'
import { memoryStoreOf } from '../memory/policy-front.ts'
import { lookUpMany } from '../read/look-up.ts'

/**
 * Reads keys into memory before somebody asks for them, by one read of many from each tier below. What the log rules out is
 * left out, as for any read; nothing is loaded. It ends when memory is full, and what is not used is the first to go when that
 * runs short.
 *
 * @param keys - Encoded, as `hotKeys` returned them, the hottest first.
 * @returns Resolves when that is done; where there is no log, nothing is. Rejects with ConfigError for what is no list or no
 *   cache; KeyError.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { hotKeys, readAhead } from '@hotpath/core/restore'
 * import { trim } from '@hotpath/core/retain'
 * import { shared } from '@hotpath/core/shared'
 *
 * const below = memory({ maxEntries: 1_000 }) // in place of a tier that outlives the process
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 100 }), below], shared })
 * await cache.set('theme', 'dark')
 * const hot = hotKeys(cache)
 * trim(cache, { toBytes: 0 })
 *
 * await readAhead(cache, hot)
 * console.log(cache.peek('theme')) // dark
 * await cache.close()
 * ```
 */
export async function readAhead(cache: Cache, keys: readonly string[]): Promise<void> {
  const engine = engineOf(cache)
  assertList(keys)
  const encoded = keys.map((key) => encodeKey(key))
  const store = memoryStoreOf(engine.memory)
  if (store === undefined || encoded.length === 0 || !(await cache.ready())) return
  const isMissing = (key: string): boolean => store.policy.peek(key) === undefined
  // None is stored as it is found: somebody may have asked for it meanwhile, and it would count as used.
  const found = await lookUpMany(engine, encoded.filter(isMissing), 0, () => false)
  let first: string | undefined
  for (const [key, { entry, age, tier }] of found) {
    const isFull = store.policy.size >= store.bounds.maxEntries || (first !== undefined && isMissing(first))
    if (isFull) break
    if (age === 'stale-if-error' || !isMissing(key)) continue
    entry.judgedAt = SPECULATIVE
    void engine.store([[key, entry]], tier)
    // One that is too large for memory is not there now.
    if (!isMissing(key)) first ??= key
  }
}
