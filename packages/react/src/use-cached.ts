import type { CacheKey } from '@hotpath/contract'
import type { LoadContext, Loader } from '@hotpath/core'
import { type ObserveOptions, type Snapshot, type Subject, subjectOf } from '@hotpath/observe'
import { useMemo } from 'react'
import { useCacheIn } from './context.ts'
import { useObserver } from './use-observer.ts'
import { useSnapshot } from './use-snapshot.ts'

/** What `useCached` returns: what there is to show. The component is rendered again when a field changes that it has read. */
export type Cached<Data> = Snapshot<Data> & CachedActions<Data>

/** What can be done with what `useCached` shows. */
export interface CachedActions<Data> {
  /** Loads, whatever there is. The same function in each render. Resolves to what there is to show then; never rejects. */
  readonly refetch: () => Promise<Snapshot<Data>>
}

/**
 * Shows a key of the cache. However many components show it, it is loaded once; when it is invalidated, by whomever, it is
 * loaded anew, and all of them show it. The loader and the options are those of the last render. Options beside an object that is
 * shared take the place of its own.
 *
 * @throws KeyError; ConfigError for a wrong option, or without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { observe } from '@hotpath/observe'
 * import { CacheProvider, useCached } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * const loadCity = async () => ({ name: 'Bern' })
 * function City() {
 *   const { data, status } = useCached(['city', 42], loadCity, { tags: ['cities'] })
 *   return status === 'pending' ? 'Loading' : data?.name
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const page = createElement(CacheProvider, { cache }, createElement(City))
 * console.log(renderToString(page)) // Loading
 * await observe(cache, ['city', 42], loadCity).ready()
 * console.log(renderToString(page)) // Bern
 * await cache.close()
 * ```
 */
export function useCached<Value, Data = Value, Previous = Value>(
  key: CacheKey,
  loader: (context: LoadContext<Previous>) => Value | Promise<Value>,
  options?: ObserveOptions<Value, Data>,
): Cached<Data>
export function useCached<Value, Data = Value, Previous = Value, Shown = Data>(
  subject: Subject<Value, Data, Previous>,
  options?: ObserveOptions<Value, Shown>,
): Cached<Shown>
export function useCached<Value, Data>(
  first: CacheKey | Subject<Value, Data>,
  second?: Loader<Value> | ObserveOptions<Value, Data>,
  options?: ObserveOptions<Value, Data>,
): Cached<Data> {
  const { onScreen, rendered } = useObserver(useCacheIn('useCached'), subjectOf(first, second, options))
  const actions = useMemo(() => ({ refetch: onScreen.refetch }), [onScreen])
  const { snapshot, serverSnapshot } = rendered
  return useSnapshot({ subscribe: onScreen.subscribe, snapshot, serverSnapshot }, actions)
}
