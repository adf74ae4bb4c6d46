import { join } from 'node:path'
import { chromium, describeIn, engines } from '@hotpath/browsers'
import { createCache, memory } from '@hotpath/core'
import { dehydrate } from '@hotpath/observe/server-rendering'
import { cachePlugin } from '@hotpath/vue'
import { describe, expect, it } from 'vitest'
import { createSSRApp, h } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { CITY, Page } from './apps.ts'
import type * as composables from './pages/composables.ts'

const site = { pages: { composables: join(import.meta.dirname, 'pages/composables.ts') } }

/** What a server sends: a page that waited for its values, and these. */
async function rendered(): Promise<{ readonly html: string; readonly json: string }> {
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })], ttl: '5m' })
  const html = await renderToString(createSSRApp(() => h(Page, { where: 'server' })).use(cachePlugin(cache)))
  const { json } = await dehydrate(cache, [CITY])
  await cache.close()
  return { html, json }
}

describe('composables in Chromium', () => {
  describeIn([chromium], site, (stage) => {
    it('load once for a hundred components, which run again for what they use alone', async () => {
      const page = (await stage().open('composables')).page<typeof composables>()
      expect(await page.hundred()).toEqual({ loads: 2, renders: 200, complaints: [] })
    })

    it('take one object of key, loader and options, keys and options that are reactive, and loaders that fail', async () => {
      const page = (await stage().open('composables')).page<typeof composables>()
      expect(await page.subjects()).toEqual({ keys: [1, 2, 3], complaints: [] })
      expect(await page.reactiveOptions()).toEqual([])
      expect(await page.bad()).toEqual([])
    })

    it('take over what a server rendered, without a complaint and without a load', async () => {
      const page = (await stage().open('composables')).page<typeof composables>()
      const { html, json } = await rendered()
      expect(html).toBe('<h1 class="whole">Bern of the server</h1>')
      expect(await page.takeOver(html, json)).toEqual({ after: 'Bern of the server', complaints: [] })
      const after = 'Bern of another tab'
      expect(await page.takeOver(html, json, after)).toEqual({ after, complaints: [] })
    })
  })
})

describe('composables in every engine', () => {
  describeIn(engines, site, (stage) => {
    it('follow their key, abort, wait in setup, are kept, change and list', async () => {
      const page = (await stage().open('composables')).page<typeof composables>()
      expect(await page.keyChanges()).toEqual({
        seen: ['undefined', 'n1', 'n1?', 'n3'],
        aborted: [2],
        complaints: [],
      })
      expect(await page.leaveAwaitAndProxies()).toEqual({
        aborted: 1,
        stored: { city: { name: 'Bern' } },
        complaints: [],
      })
      expect(await page.keptAlive()).toEqual({ hidden: 1, loads: 2, complaints: [] })
      expect(await page.mutations()).toEqual([])
      expect(await page.lists()).toEqual([])
    })
  })
})
