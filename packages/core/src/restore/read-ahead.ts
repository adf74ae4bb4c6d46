import { NEVER_JUDGED, SPECULATIVE, encodeKey } from '@hotpath/contract'
import type { Cache } from '../cache/cache.ts'
import { engineOf } from '../door/engine-of.ts'
import { assertList } from '../door/input.ts'
import { memoryStoreOf } from '../memory/policy-front.ts'
import { lookUpMany } from '../read/look-up.ts'

/**
 * Reads keys into memory before somebody asks for them, by one read of many from each tier below. What the log rules out is
 * left out, as for any read; nothing is loaded. What is not used is the first to go when memory runs short.
 *
 * @param keys - Encoded, as `hotKeys` returned them.
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
  const missing = encoded.filter((key) => store.policy.peek(key) === undefined)
  await lookUpMany(engine, missing, 0, ({ age }) => age !== 'stale-if-error')
  for (const key of missing) {
    const entry = store.policy.peek(key)
    // Somebody may have asked for it meanwhile.
    if (entry?.judgedAt !== NEVER_JUDGED) continue
    entry.judgedAt = SPECULATIVE
    store.speculative.add(key)
  }
}
