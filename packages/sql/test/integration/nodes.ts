/** Caches as several processes have them: of one name, each with a tier of its own. */
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import type { SqlTier } from '../../src/index.ts'
import { until } from './until.ts'

const open = new Set<Cache>()
let names = 0

/** Opens them, and waits until each has a view of the log. */
export async function openNodes(
  count: number,
  tier: () => SqlTier,
  options: Partial<CacheOptions> = {},
): Promise<Cache[]> {
  const name = `c${++names}`
  const caches = Array.from({ length: count }, () => {
    const cache = createCache({ name, tiers: [memory({ maxEntries: 1_000 }), tier()], ttl: '1h', ...options })
    open.add(cache)
    return cache
  })
  for (const cache of caches) await until('the view of the log', () => cache.now())
  return caches
}

export async function closeNodes(): Promise<void> {
  for (const cache of open) await cache.close()
  open.clear()
}
