import { type Entry, type EvictionBounds, type EvictionPolicyMaker, checkOptions } from '@hotpath/contract'
import { LRUCache } from 'lru-cache'

// lru-cache makes an options object per call unless it is given one.
const GET = {}

/**
 * Least recently used first, by the library lru-cache: for those who know its behaviour and want just that.
 *
 * @returns A policy for `memory({ policy })`.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { lru } from '@hotpath/core/lru'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 10_000, policy: lru() })] })
 * console.log(await cache.getOrSet('answer', () => 42)) // 42
 * await cache.close()
 * ```
 */
export function lru(): EvictionPolicyMaker
export function lru(options: object = {}): EvictionPolicyMaker {
  // Bounds: it was not called, but given as a policy, and `memory` says so.
  if (typeof (options as Partial<EvictionBounds> | null)?.random !== 'function') checkOptions(options, 'lru', {})
  return ({ maxEntries, maxBytes }) => {
    let report: (key: string) => void = () => {}
    const entries = new LRUCache<string, Entry>({
      // It reads 0 as "bounded by size alone".
      max: maxEntries === Number.POSITIVE_INFINITY ? 0 : maxEntries,
      maxSize: maxBytes,
      dispose: (_, key, reason) => void (reason === 'evict' && report(key)),
    })
    return {
      get: (key) => entries.get(key, GET),
      peek: (key) => entries.peek(key, GET),
      set: (key, entry, size, evicted) => {
        report = evicted
        entries.set(key, entry, { size })
      },
      shrink(toBytes, keep, evicted) {
        for (const key of [...entries.rkeys()]) {
          if (entries.calculatedSize <= toBytes) return
          if (!keep(key) && entries.delete(key)) evicted(key)
        }
      },
      delete: (key) => entries.delete(key),
      clear: () => entries.clear(),
      entries: () => entries.entries(),
      get size() {
        return entries.size
      },
      get bytes() {
        return entries.calculatedSize
      },
    }
  }
}
