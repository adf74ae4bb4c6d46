import type { CacheLoadContext, CacheLoadOptions, CachePort, CacheSetOptions } from '@hotpath/contract'

/**
 * The part of a Hotpath cache that keeps responses: whatever `createCache()` makes fits, and a namespace that was not made
 * for values of another kind.
 */
export type HttpCache = Pick<CachePort<object>, 'getOrSet' | 'set' | 'delete' | 'invalidateTags' | 'position'>

/** What a loader is told, and may decide. */
export type HttpLoadContext<Value> = CacheLoadContext<Value>

/** How a response is stored. */
export type HttpSetOptions = CacheSetOptions

/** How a response is read or loaded. */
export type HttpLoadOptions = CacheLoadOptions
