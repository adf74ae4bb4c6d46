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
  for (const cache of caches) await until('the view of the log', () => cache.position())
  return caches
}

/** A cache and the faults that it has reported: errors, their codes and their messages. */
export interface Watched {
  readonly cache: Cache
  readonly errors: Error[]
  readonly faults: string[]
  readonly messages: string[]
}

/** Opens a cache on a tier alone, and notes its faults. */
export function openWatched(tier: SqlTier, options: Partial<CacheOptions> = {}): Watched {
  const cache = createCache({ name: `w${++names}`, tiers: [tier], ttl: '1h', ...options })
  const errors: Error[] = []
  const faults: string[] = []
  const messages: string[] = []
  cache.on('fault', ({ error }) => {
    errors.push(error)
    faults.push(error.code)
    messages.push(error.message)
  })
  open.add(cache)
  return { cache, errors, faults, messages }
}

export async function closeNodes(): Promise<void> {
  for (const cache of open) await cache.close()
  open.clear()
}
