import { type CacheKey, requiredFunction } from '@hotpath/contract'
import { encodedKey } from '@hotpath/core/inside'
import {
  type PageContext,
  type PagesObserver,
  type PagesOptions,
  type PagesSnapshot,
  observePages,
} from '@hotpath/observe/pages'
import { type MaybeRefOrGetter, getCurrentInstance, onServerPrefetch, toValue, watch } from 'vue'
import { type Fields, useFields } from './fields.ts'
import { cacheIn } from './provide.ts'
import { keyNow, optionsIn, optionsNow, unwrapped } from './unwrapped.ts'

/** What `useInfiniteCached` returns: refs of what there is to show. */
export interface CachedPages<Page, Cursor, Item>
  extends Fields<PagesSnapshot<Page, Cursor, Item>>,
    Pick<PagesObserver<Page, Cursor, Item>, 'fetchNext' | 'fetchPrevious' | 'refetch'> {}

/**
 * Shows a list that is loaded page by page, see `observePages` of `@hotpath/observe`. A server waits for its first page. The
 * key and the options may be refs or getters.
 *
 * @throws KeyError; ConfigError for a wrong option, or where there is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { cachePlugin, useInfiniteCached } from '@hotpath/vue'
 * import { createSSRApp, h } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const names = ['Aarau', 'Basel', 'Bern', 'Biel', 'Chur'] // in place of a server
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const app = createSSRApp({
 *   setup() {
 *     const load = async ({ cursor }: { readonly cursor: number }) => names.slice(cursor, cursor + 2)
 *     const { items, fetchNext } = useInfiniteCached('cities', load, {
 *       first: 0,
 *       next: (last, { pages }) => (last.length === 2 ? pages.flat().length : undefined),
 *     })
 *     return () => h('button', { onClick: fetchNext }, items.value.join())
 *   },
 * })
 * console.log(await renderToString(app.use(cachePlugin(cache)))) // <button>Aarau,Basel</button>
 * await cache.close()
 * ```
 */
export function useInfiniteCached<Page, Cursor, Item = Page extends readonly (infer Each)[] ? Each : unknown>(
  key: MaybeRefOrGetter<CacheKey>,
  load: (context: PageContext<Cursor>) => Page | Promise<Page>,
  options: MaybeRefOrGetter<PagesOptions<Page, Cursor, Item>>,
): CachedPages<Page, Cursor, Item> {
  const cache = cacheIn('useInfiniteCached')
  requiredFunction(load, 'load', '({ cursor, signal }) => fetchCities(cursor, signal)')
  const loadPage = async (context: PageContext<Cursor>): Promise<Page> => unwrapped(await load(context))
  const make = (): PagesObserver<Page, Cursor, Item> =>
    observePages<Page, Cursor, Item>(cache, keyNow(toValue(key)), loadPage, optionsNow(optionsIn(options)))
  let pages = make()
  const { fields, show } = useFields(pages)
  watch(
    // Looks into a key that is reactive.
    () => encodedKey(cache, toValue(key)),
    () => {
      pages = make()
      show(pages)
    },
    { flush: 'sync' },
  )
  watch(
    // Looks into options that are reactive.
    () => optionsNow(optionsIn(options)),
    (changed) => {
      pages.update(loadPage, changed)
      show(pages)
    },
    { flush: 'sync' },
  )
  if (getCurrentInstance() !== null) {
    onServerPrefetch(async () => {
      await pages.ready()
      show(pages)
    })
  }
  return {
    ...fields,
    fetchNext: () => pages.fetchNext(),
    fetchPrevious: () => pages.fetchPrevious(),
    refetch: () => pages.refetch(),
  }
}
