import { createFakeClock, createRandom, type FakeClock } from '@hotpath/testkit'
import { type Cache, type CacheOptions, createCache, memory } from './core.ts'

/** A cache on virtual time and seeded chance. */
export function make(options: Partial<CacheOptions> = {}): { readonly cache: Cache; readonly clock: FakeClock } {
  const clock = createFakeClock()
  const cache = createCache({
    name: 'test',
    tiers: [memory({ maxEntries: 1_000 })],
    clock,
    random: createRandom(1),
    ...options,
  })
  return { cache, clock }
}
