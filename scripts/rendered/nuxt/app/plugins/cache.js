import { dehydrate, hydrate } from '@hotpath/observe/server-rendering'
import { cachePlugin } from '@hotpath/vue'
import { makeCache } from '../../city.js'

/** One cache for each request on the server, whose values Nuxt's payload brings to the page. */
export default defineNuxtPlugin((nuxtApp) => {
  const cache = makeCache()
  nuxtApp.vueApp.use(cachePlugin(cache))
  if (import.meta.client) hydrate(cache, nuxtApp.payload.cache)
  else {
    nuxtApp.hook('app:rendered', async () => {
      const { json } = await dehydrate(cache, ['city'])
      nuxtApp.payload.cache = json
      await cache.close()
    })
  }
})
