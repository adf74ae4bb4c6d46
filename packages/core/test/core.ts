/** The package as its tests use it: their tiers and logs are no adapters, so the shared half comes with the options. */
import { type Cache, type CacheOptions, createCache as create } from '../src/index.ts'
import { shared } from '../src/shared/index.ts'

export * from '../src/index.ts'
export * from '../src/shared/cells/index.ts'
export * from '../src/shared/index.ts'

/** Makes a cache that has the shared half at hand. */
export function createCache(options: CacheOptions): Cache {
  const isPlain = options?.constructor === Object && options.shared === undefined
  return create(isPlain ? { shared, ...options } : options)
}
