/** What only Chromium lets a test do to a page: freeze it, kill it, and take its disk away. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { chromium, describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import { expectAgreementWithout } from './agreement.ts'
import type * as page from './pages/cache.ts'

/** Requests of pages that hang until they are responded to. */
const hanging: ServerResponse[] = []
const site = {
  pages: { cache: join(import.meta.dirname, 'pages/cache.ts') },
  api: (_: IncomingMessage, response: ServerResponse) => void hanging.push(response),
}
const letGo = (): void => {
  for (const response of hanging.splice(0)) response.end()
}

describe('a cache of a page', () => {
  describeIn([chromium], site, (stage) => {
    async function tab() {
      const opened = await stage().open('cache')
      return { tab: opened, page: opened.page<typeof page>() }
    }

    it('goes on in memory when there is no room for its log, and stores again once there is', async () => {
      const [{ page }, other] = [await tab(), await tab()]
      const { browser, site } = stage()
      await browser.setQuota(site.origin, 1)
      try {
        await page.createHasty({ name: 'no-room' })
        // Chromium remembers for some seconds how much room there was.
        await until('it is full', async () => {
          expect([await page.set('a', 1), await page.peek('a')]).toEqual(['done', 1])
          return (await page.inspect()).indexedDb === 'full'
        })
        expect([await page.set('a', 1), await page.load('b', 2, ['t']), await page.peek('a')]).toEqual(['done', 2, 1])
        expect([await page.invalidate(['t']), await page.peek('b')]).toEqual(['done', null])
        expect([await page.inspect(), await page.faultCodes()]).toMatchObject([
          { outlivesPage: false, otherTabs: 'never' },
          ['ERR_STORAGE_QUOTA'],
        ])
      } finally {
        await browser.setQuota(site.origin, undefined)
      }
      await until('it stores again', async () => (await page.inspect()).indexedDb === 'in use')
      expect(await page.set('a', 3)).toBe('done')
      await other.page.create({ name: 'no-room' })
      expect([await other.page.get('a'), await page.faultCodes()]).toEqual([3, ['ERR_STORAGE_QUOTA']])
    })

    it('that slept through the end of its scope is ended when it goes on', async () => {
      const [sleeper, other] = [await tab(), await tab()]
      const options = { name: 'asleep', scope: 'ann' }
      await sleeper.page.create(options)
      await sleeper.page.set('a', 'secret')
      await other.page.create(options)
      expect(await other.page.get('a')).toBe('secret')
      await sleeper.tab.hide()
      await sleeper.tab.freeze()
      expect(await other.page.end()).toBe('done')
      await sleeper.tab.unfreeze()
      await sleeper.tab.show()
      await until('it has ended', async () => (await sleeper.page.endings()).length > 0)
      expect([await sleeper.page.peek('a'), await sleeper.page.set('a', 'late')]).toEqual([null, 'ERR_CACHE_CLOSED'])
      await until('nothing is left', async () =>
        (await other.page.databases()).every((name) => !name.includes(':asleep:')),
      )
    })

    it('that hangs while its scope ends keeps nobody waiting, and finds its database deleted when it goes on', async () => {
      const [hung, other] = [await tab(), await tab()]
      const options = { name: 'hung', scope: 'ann', localStorage: { keys: ['a'] } }
      await hung.page.create(options)
      await hung.page.set('a', 'secret')
      await other.page.create(options)
      expect(await other.page.get('a')).toBe('secret')
      const hangs = hung.page.hang()
      await until('it hangs', () => hanging.length === 1)
      try {
        // It is emptied; the tab that hangs still holds it open.
        expect(await other.page.end()).toBe('done')
      } finally {
        letGo()
      }
      await hangs
      await until('it has ended', async () => (await hung.page.endings()).length > 0)
      expect([await hung.page.peek('a'), await hung.page.set('a', 'late')]).toEqual([null, 'ERR_CACHE_CLOSED'])
      await until('nothing is left', async () =>
        [...(await other.page.databases()), ...(await other.page.items())].every(
          (name) => !name.includes(':hung:') || name.endsWith('ended'),
        ),
      )
    })

    it('whose load is under way is replaced when it freezes', async () => {
      const [winner, other] = [await tab(), await tab()]
      await winner.page.create({ name: 'winner' })
      await other.page.create({ name: 'winner' })
      await winner.page.beginSlowLoad('a')
      await until('it loads', () => hanging.length === 1)
      await winner.tab.hide()
      await winner.tab.freeze()
      expect(await other.page.load('a', 'loaded')).toBe('loaded')
      await winner.tab.unfreeze()
      letGo()
      await winner.tab.show()
      // What it has loaded itself is older.
      await until('it finds it', async () => (await winner.page.get('a')) === 'loaded')
    })

    it('that is killed amid its writes leaves a database in which all adds up', async () => {
      const [victim, witness] = [await tab(), await tab()]
      await witness.page.create({ name: 'killed', lease: false })
      await victim.page.create({ name: 'killed', lease: false, indexedDb: { window: 1 } })
      for (let round = 0; round < 5; round++) await victim.page.beginWrites(round, 400)
      await victim.tab.kill()
      const { entries, rows } = await witness.page.countStored()
      expect(rows).toBe(entries)
      await witness.page.set('after', 1)
      expect(await witness.page.countStored()).toEqual({ entries: entries + 1, rows: rows + 1 })
    })

    it('whose data the user deletes goes on, and keeps what comes then', async () => {
      const { page } = await tab()
      await page.create({ name: 'cleared' })
      await page.set('a', 1)
      await stage().browser.clearStorage(stage().site.origin)
      expect(await page.load('a', 2)).toBeDefined()
      await until('it stores again', async () => {
        await page.set('b', 3)
        return (await page.inspect()).stored?.entries !== undefined && (await page.countStored()).entries > 0
      })
    })

    it('agrees with other tabs again as soon as the user has deleted its data', async () => {
      const { browser, site } = stage()
      const [{ page: one }, { page: other }] = [await tab(), await tab()]
      const tabs = { name: 'cleared-tabs', one, other }
      await expectAgreementWithout(() => browser.clearStorage(site.origin), tabs)
    })

    it('whose log finds no room any more serves nothing that it cannot invalidate, nor does the next page', async () => {
      const [first, other] = [await tab(), await tab()]
      const { browser, site } = stage()
      await first.page.createHasty({ name: 'room-gone' })
      await other.page.create({ name: 'room-gone' })
      await first.page.load('a', 'old', ['t'])
      expect(await other.page.load('a', 'unused')).toBe('old')
      await browser.setQuota(site.origin, 1)
      try {
        // Chromium remembers for some seconds how much room there is.
        await until('it is full', async () => {
          expect(await first.page.invalidate(['t'])).toBe('done')
          return (await first.page.inspect()).indexedDb === 'full'
        })
        expect([await first.page.get('a'), await first.page.load('a', 'new', ['t'])]).toEqual([null, 'new'])
        expect(await first.page.faultCodes()).toEqual(['ERR_STORAGE_QUOTA'])
        await until('the other tab has heard of it', async () => (await other.page.inspect()).indexedDb === 'full')
        expect(await other.page.get('a')).toBeNull()
        await first.tab.reload()
        await first.page.create({ name: 'room-gone' })
        expect(await first.page.get('a')).toBeNull()
      } finally {
        await browser.setQuota(site.origin, undefined)
      }
    })

    it('goes on in memory when the browser grants less disk space than its budget', async () => {
      const { page } = await tab()
      // Before the first write: Chromium remembers for some seconds how much room there is.
      await stage().browser.setQuota(stage().site.origin, 400_000)
      try {
        await page.create({ name: 'quota' })
        for (let round = 0; round < 2; round++) expect(await page.writeLarge(round, 80)).toBe('done')
        expect(await page.faultCodes()).toEqual(['ERR_STORAGE_QUOTA'])
        expect([await page.load('more', 'value'), await page.peek('more')]).toEqual(['value', 'value'])
      } finally {
        await stage().browser.setQuota(stage().site.origin, undefined)
      }
    })
  })
})

describe('a cache of a page whose user denies storage', () => {
  const denying = engines.filter(({ engine }) => engine !== 'webkit')
  describeIn(denying, { ...site, settings: { deniesStorage: true } }, (stage) => {
    it('is one of memory alone, and says so', async () => {
      const opened = await stage().open('cache')
      const denied = opened.page<typeof page>()
      await denied.create({ name: 'denied', tierTimeout: '1s', localStorage: { keys: ['a'] }, persist: true })
      expect([await denied.load('a', 'value'), await denied.peek('a')]).toEqual(['value', 'value'])
      expect([await denied.set('c', 1), await denied.peek('c')]).toEqual(['done', 1])
      await denied.invalidateTags(['t'])
      expect(await denied.inspect()).toMatchObject({ outlivesPage: false })
      expect(await denied.load('b', 'other')).toBe('other')
      expect(await opened.evaluate('globalThis.unhandled')).toBeUndefined()
    })
  })
})
