import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { createFakeClock, createRandom, type FakeClock } from '@hotpath/testkit'
import { configureDecorators } from '../src/index.ts'
import { onTestFinished } from 'vitest'

/** A cache on virtual time and seeded chance, for all decorators of the test at hand. */
export function make(options: Partial<CacheOptions> = {}): { readonly cache: Cache; readonly clock: FakeClock } {
  const clock = createFakeClock()
  const cache = createCache({
    name: 'test',
    tiers: [memory({ maxEntries: 1_000 })],
    clock,
    random: createRandom(1),
    backoff: false,
    ...options,
  })
  onTestFinished(configureDecorators({ cache }))
  return { cache, clock }
}
