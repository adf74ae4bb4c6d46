/** The cache of the components below a provider. */
import { ConfigError } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { type Context, type ReactNode, createContext, createElement, useContext } from 'react'

/** What `CacheProvider` gets. */
export interface CacheProviderProps {
  /** A cache, or a namespace of one. */
  readonly cache: Cache
  /** Components that use it. */
  readonly children?: ReactNode | undefined
}

/**
 * Gives components the cache that their hooks use. Where a provider is inside of another one, the inner one holds.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useCached } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * await cache.set(['city', 42], 'Bern')
 *
 * function City() {
 *   const { data } = useCached(['city', 42], async () => 'Bern')
 *   return createElement('h1', null, data)
 * }
 * console.log(renderToString(createElement(CacheProvider, { cache }, createElement(City)))) // <h1>Bern</h1>
 * await cache.close()
 * ```
 */
export function CacheProvider({ cache, children }: CacheProviderProps): ReactNode {
  insideOf(cache)
  return createElement(cacheContext().Provider, { value: cache }, children)
}

/**
 * The cache of the provider around a component: to invalidate, to set or to read in event handlers.
 *
 * @throws ConfigError `ERR_CONFIG_NO_CACHE` without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useCache } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * function Name() {
 *   return useCache().name
 * }
 * console.log(renderToString(createElement(CacheProvider, { cache }, createElement(Name)))) // geo
 * await cache.close()
 * ```
 */
export function useCache(): Cache {
  return useCacheIn('useCache')
}

const PROVIDER_WAY_OUT =
  ' There is none around this component, or it is of another copy of React: render `<CacheProvider cache={cache}>` above it.'

/**
 * The same for another hook, which an error names.
 *
 * @throws ConfigError `ERR_CONFIG_NO_CACHE`.
 */
export function useCacheIn(hook: string): Cache {
  const cache = useContext(cacheContext())
  if (cache !== undefined) return cache
  throw new ConfigError('ERR_CONFIG_NO_CACHE', needsProvider(hook) + PROVIDER_WAY_OUT, { context: { hook } })
}

/** Said in a build for production, too: this is what goes wrong in a page that was put together in another way. */
function needsProvider(hook: string): string {
  return `\`${hook}\` needs a \`CacheProvider\`.`
}

/** One for all copies of this package that use the same copy of React. */
function cacheContext(): Context<Cache | undefined> {
  const contexts = createContext as unknown as Record<symbol, Context<Cache | undefined> | undefined>
  return (contexts[Symbol.for('@hotpath/react/context')] ??= createContext<Cache | undefined>(undefined))
}
