import { type Cache, createCache, memory } from '@hotpath/core'
import { deferredTier } from '@hotpath/core/deferred'
import { setPlaceholders } from '@hotpath/core/placeholders'
import { hasIndexedDb } from '../database/has-indexed-db.ts'
import { localStorageOf } from '../placeholders/saved.ts'
import { type BrowserCacheOptions, checkBrowserOptions } from './options.ts'
import { CachePage } from './page.ts'
import { attendedBy } from './pages.ts'

/**
 * Makes a cache of a page: memory, then IndexedDB, which outlives the page and is shared by all tabs, with one invalidation log
 * for all of them, and one load of a key at a time in all of them. What is missing here, or denied by settings, is done without;
 * `inspectStorage` says what.
 *
 * What is not needed before the first paint is a chunk of its own, which is loaded at once; reads wait for it.
 *
 * @throws ConfigError naming the option, the value seen and the way out; KeyError for a key of `localStorage`.
 *
 * @example
 * ```ts
 * import { createBrowserCache } from '@hotpath/browser'
 *
 * const cache = createBrowserCache({
 *   name: 'shop',
 *   schema: 3,
 *   scope: 'user-42',
 *   memory: { maxBytes: '20mb' },
 *   indexedDb: { maxBytes: '100mb' },
 *   localStorage: { keys: ['settings', 'theme'] },
 *   ttl: '5m',
 *   staleWhileRevalidate: '1h',
 * })
 * console.log(await cache.getOrSet('theme', () => 'dark')) // dark
 * await cache.close()
 * ```
 */
export function createBrowserCache(options: BrowserCacheOptions): Cache {
  checkBrowserOptions(options)
  const {
    schema,
    scope,
    memory: bounds = { maxBytes: '20mb' },
    indexedDb,
    localStorage,
    memoryOnly,
    encryption,
    persist,
    ...others
  } = options
  const page = new CachePage(options)
  const front = page.attended(memory(bounds))
  const isStored = indexedDb !== false && hasIndexedDb()
  const rest = isStored || localStorageOf() !== undefined ? import('./rest.ts') : undefined
  const below = deferredTier({
    type: 'indexeddb',
    load: async (goOn) => (await import('./rest.ts')).openTier(page, goOn),
  })
  // The log of a page is out of reach only where its storage is: then each tab goes on by itself.
  const cache = page.made(createCache({ ...others, tiers: isStored ? [front, below] : [front], maxOffline: false }))
  if (page.saved.length > 0) showSaved(page)
  attendedBy(
    page,
    rest?.then(({ attend }) => attend(page)),
  )
  return cache
}

/** What an earlier visit saved is read at once, and stays unjudged. */
function showSaved({ cache, saved, openedAt }: CachePage): void {
  setPlaceholders(
    cache,
    saved.map(({ key, value, createdAtWall, tags }) => ({ key, value, age: openedAt - createdAtWall, tags })),
  )
}
