/** The cache of the components of an app, or of those below one. */
import { ConfigError } from '@hotpath/contract'
import type { Cache } from '@hotpath/core'
import { insideOf } from '@hotpath/core/inside'
import { type Plugin, hasInjectionContext, inject, provide } from 'vue'

/** The same for all copies of this package. */
const CACHE = '@hotpath/vue/cache'

/**
 * Makes a plugin that gives all components of an app the cache that their composables use.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { cachePlugin, useCached } from '@hotpath/vue'
 * import { createSSRApp, h } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
 * const app = createSSRApp({
 *   setup() {
 *     const { data } = useCached(['city', 42], async () => 'Bern')
 *     return () => h('h1', data.value)
 *   },
 * })
 * app.use(cachePlugin(cache))
 * console.log(await renderToString(app)) // <h1>Bern</h1>
 * await cache.close()
 * ```
 */
export function cachePlugin(cache: Cache): Plugin {
  insideOf(cache)
  return { install: (app) => void app.provide(CACHE, cache) }
}

/**
 * Gives the components below this one another cache, such as a namespace.
 *
 * @throws ConfigError for what is no cache.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { provideCache, useCache } from '@hotpath/vue'
 * import { createSSRApp, h } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const Name = { setup: () => () => useCache().name }
 * const app = createSSRApp({
 *   setup() {
 *     provideCache(cache)
 *     return () => h('p', h(Name))
 *   },
 * })
 * console.log(await renderToString(app)) // <p>geo</p>
 * await cache.close()
 * ```
 */
export function provideCache(cache: Cache): void {
  insideOf(cache)
  provide(CACHE, cache)
}

/**
 * The cache of the app, or of the component above: to invalidate, to set or to read in event handlers.
 *
 * @throws ConfigError `ERR_CONFIG_NO_CACHE` where there is none.
 *
 * @example
 * ```ts
 * import { createCache, memory } from '@hotpath/core'
 * import { cachePlugin, useCache } from '@hotpath/vue'
 * import { createSSRApp } from 'vue'
 * import { renderToString } from 'vue/server-renderer'
 *
 * const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })] })
 * const app = createSSRApp({
 *   setup() {
 *     const { name } = useCache()
 *     return () => name
 *   },
 * })
 * console.log(await renderToString(app.use(cachePlugin(cache)))) // geo
 * await cache.close()
 * ```
 */
export function useCache(): Cache {
  return cacheIn('useCache')
}

const SETUP_WAY_OUT = ' Vue knows the app only there: not in an event handler, nor after an `await`.'
const PLUGIN_WAY_OUT =
  ' This app has none: call `app.use(cachePlugin(cache))`, or `provideCache(cache)` in a component above.'

/**
 * The same for another composable, which an error names.
 *
 * @throws ConfigError `ERR_CONFIG_NO_CACHE`.
 */
export function cacheIn(composable: string): Cache {
  const context = { composable }
  if (!hasInjectionContext()) {
    throw new ConfigError('ERR_CONFIG_NO_CACHE', needs(composable, 'be called in `setup`') + SETUP_WAY_OUT, { context })
  }
  const cache = inject<Cache | undefined>(CACHE, undefined)
  if (cache !== undefined) return cache
  throw new ConfigError('ERR_CONFIG_NO_CACHE', needs(composable, 'have a cache') + PLUGIN_WAY_OUT, { context })
}

/** Said in a build for production, too: this is what goes wrong in a page that was put together in another way. */
function needs(composable: string, what: string): string {
  return `\`${composable}\` must ${what}.`
}
