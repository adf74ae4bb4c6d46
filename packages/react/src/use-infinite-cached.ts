import type { CacheKey } from '@hotpath/contract'
import { encodedKey } from '@hotpath/core/inside'
import {
  type PageContext,
  type PagesObserver,
  type PagesOptions,
  type PagesSnapshot,
  observePages,
} from '@hotpath/observe/pages'
import { useEffect, useMemo } from 'react'
import { useCacheIn } from './context.ts'
import { useMade } from './use-made.ts'
import { useSnapshot } from './use-snapshot.ts'

/** What `useInfiniteCached` returns. The component is rendered again when a field changes that it has read. */
export type CachedPages<Page, Cursor, Item> = PagesSnapshot<Page, Cursor, Item> &
  Pick<PagesObserver<Page, Cursor, Item>, 'fetchNext' | 'fetchPrevious' | 'refetch'>

/**
 * Shows a list that is loaded page by page, see `observePages` of `@hotpath/observe`. The function and the options are those
 * of the last render.
 *
 * @throws KeyError; ConfigError for a wrong option, or without a provider.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { CacheProvider, useInfiniteCached } from '@hotpath/react'
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 *
 * const names = ['Aarau', 'Basel', 'Bern', 'Biel', 'Chur'] // in place of a server
 * function Cities() {
 *   const cities = useInfiniteCached('cities', async ({ cursor }) => names.slice(cursor, cursor + 2), {
 *     first: 0,
 *     next: (last, { pages }) => (last.length === 2 ? pages.flat().length : undefined),
 *   })
 *   return createElement('button', { onClick: cities.fetchNext, disabled: !cities.hasNext }, cities.items.length)
 * }
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * console.log(renderToString(createElement(CacheProvider, { cache }, createElement(Cities)))) // <button disabled="">0</button>
 * await cache.close()
 * ```
 */
export function useInfiniteCached<Page, Cursor, Item = Page extends readonly (infer Each)[] ? Each : unknown>(
  key: CacheKey,
  load: (context: PageContext<Cursor>) => Page | Promise<Page>,
  options: PagesOptions<Page, Cursor, Item>,
): CachedPages<Page, Cursor, Item> {
  const cache = useCacheIn('useInfiniteCached')
  const pages = useMade([cache, encodedKey(cache, key)], () => observePages(cache, key, load, options))
  useEffect(() => pages.update(load, options))
  const actions = useMemo(() => {
    const { fetchNext, fetchPrevious, refetch } = pages
    return { fetchNext, fetchPrevious, refetch }
  }, [pages])
  return useSnapshot(pages, actions)
}
