import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { chromium, describeIn, engines } from '@hotpath/browsers'
import { createCache, memory } from '@hotpath/core'
import { observe } from '@hotpath/observe'
import { dehydrate } from '@hotpath/observe/server-rendering'
import { CacheProvider } from '@hotpath/react'
import { createElement } from 'react'
import { renderToPipeableStream } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { App, CITY, NOTES } from './apps.tsx'
import type * as cached from './pages/cached.tsx'
import type * as hooks from './pages/hooks.tsx'
import type * as hydrated from './pages/hydrated.tsx'

const pageAt = (name: string): string => join(import.meta.dirname, `pages/${name}.tsx`)
const site = { pages: { hooks: pageAt('hooks'), hydrated: pageAt('hydrated') } }

/** What a server sends: the stream of a page, and the values that are in it. */
async function rendered() {
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 100 })], ttl: '5m' })
  await observe(cache, CITY, async () => 'Bern of the server').ready()
  const page = createElement(CacheProvider, { cache }, createElement(App, { where: 'server' }))
  const stream = renderToPipeableStream(page)
  const html = await text(stream.pipe(new PassThrough()))
  const { json } = await dehydrate(cache, [CITY, NOTES])
  await cache.close()
  return { html, json }
}

describe('hooks in Chromium', () => {
  describeIn([chromium], site, (stage) => {
    it('take over what a server streamed, without a complaint and without a load', async () => {
      const page = (await stage().open('hydrated')).page<typeof hydrated>()
      const { html, json } = await rendered()
      expect(html).toContain('note of the server')
      expect(await page.takeOver(html, json)).toEqual({
        after: 'Bern of the server note of the server',
        errors: [],
        complaints: [],
      })
      expect(await page.takeOver(html, json, 'Bern of another tab')).toEqual({
        after: 'Bern of another tab note of the server',
        errors: [],
        complaints: [],
      })
    })

    it('suspend, and are gone before anything is there, or get a value that `select` throws on', async () => {
      const page = (await stage().open('hooks')).page<typeof hooks>()
      expect(await page.suspenseLeft()).toEqual([])
      expect(await page.suspenseSelect()).toEqual({ shown: 'BERN', complaints: [] })
    })
  })
})

const folderOf = (file: string): string => dirname(fileURLToPath(file))

describe('hooks with React 18', () => {
  const alias = {
    react: folderOf(import.meta.resolve('react-18')),
    'react-dom': folderOf(import.meta.resolve('react-dom-18')),
  }
  const pages = { cached: pageAt('cached'), hooks: pageAt('hooks') }
  describeIn([chromium], { pages, alias }, (stage) => {
    it('load, keep what was shown, change, list, load ahead and listen', async () => {
      const cachedPage = (await stage().open('cached')).page<typeof cached>()
      expect(await cachedPage.version()).toMatch(/^18\./)
      expect(await cachedPage.hundred()).toEqual({ loads: 2, renders: 200, complaints: [] })
      expect(await cachedPage.strict()).toMatchObject({ afterUnmount: { loads: 1, aborted: 1 }, complaints: [] })
      expect(await cachedPage.keyChanges()).toMatchObject({ text: 'n3', complaints: [] })
      const page = (await stage().open('hooks')).page<typeof hooks>()
      expect(await page.mutations()).toEqual([])
      expect(await page.lists()).toEqual([])
      expect(await page.ahead()).toMatchObject({ loaded: ['hover', 'idle', 'visible'], complaints: [] })
      // It says itself what a boundary has caught.
      expect(await page.suspense()).toMatchObject({ failed: 1, count: 3 })
    })
  })
})

describe('hooks in every engine', () => {
  describeIn(engines, site, (stage) => {
    it('suspend, change, list, load ahead and listen', async () => {
      const page = (await stage().open('hooks')).page<typeof hooks>()
      expect(await page.suspense()).toEqual({ failed: 1, count: 3, complaints: [] })
      expect(await page.mutations()).toEqual([])
      expect(await page.lists()).toEqual([])
      expect(await page.ahead()).toEqual({ loaded: ['hover', 'idle', 'visible'], events: ['tag'], complaints: [] })
    })
  })
})
