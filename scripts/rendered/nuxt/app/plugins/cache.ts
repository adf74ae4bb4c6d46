import { createCache, memory } from '@hotpath/core'
import { observedKeys } from '@hotpath/observe'
import { dehydrate, hydrate } from '@hotpath/observe/server-rendering'
import { cachePlugin } from '@hotpath/vue'

/** One cache for each request on the server, whose values Nuxt's payload brings to the page. */
export default defineNuxtPlugin((nuxtApp) => {
  const cache = createCache({ name: 'geo', tiers: [memory({ maxEntries: 1_000 })], ttl: '5m' })
  nuxtApp.vueApp.use(cachePlugin(cache))
  if (import.meta.client) hydrate(cache, nuxtApp.payload.cache)
  else {
    nuxtApp.hook('app:rendered', async () => {
      nuxtApp.payload.cache = (await dehydrate(cache, observedKeys(cache))).json
      await cache.close()
    })
  }
})

declare module '#app' {
  interface NuxtPayload {
    cache?: string
  }
}
