import { join } from 'node:path'
import { chromium, describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as page from './pages/log.ts'

type Page = typeof page

const site = { pages: { log: join(import.meta.dirname, 'pages/log.ts') } }

describe('the log in every engine', () => {
  describeIn(engines, site, (stage) => {
    const openTab = async () => {
      const tab = await stage().open('log')
      return { tab, page: tab.page<Page>() }
    }

    it('holds the conformance suite', async () => {
      const { page } = await openTab()
      expect(await page.runCases()).toEqual([expect.stringMatching(/^\d\d cases hold$/)])
    })

    it('reaches all tabs in one order', async () => {
      const tabs = [await openTab(), await openTab(), await openTab()]
      for (const { page } of tabs) await page.open('tabs')
      const keys = ['a', 'b', 'c', 'd', 'e', 'f']
      await Promise.all(keys.map(async (key, index) => tabs[index % tabs.length]?.page.append(key)))
      for (const { page } of tabs) await until('all records', async () => (await page.told()).length === keys.length)
      const [first, ...others] = await Promise.all(tabs.map(({ page }) => page.told()))
      expect(new Set(first)).toEqual(new Set(keys))
      for (const other of others) expect(other).toEqual(first)
    })

    it('reaches another tab in a moment', async () => {
      const [one, other] = [await openTab(), await openTab()]
      for (const { page } of [one, other]) await page.open('moment')
      expect(await one.page.medianMs(20)).toBeLessThan(500)
    })

    it('reaches a tab that has no channel within its next look', async () => {
      const [one, other] = [await openTab(), await openTab()]
      await one.page.open('looks')
      await other.page.open('looks', false)
      await one.page.append('a')
      await until('the record', async () => (await other.page.told()).includes('a'))
    })

    it('reaches other tabs from a page that is left while it appends', async () => {
      const [leaving, other] = [await openTab(), await openTab()]
      for (const { page } of [leaving, other]) await page.open('left')
      await leaving.page.append('before')
      await until('the first record', async () => (await other.page.told()).includes('before'))
      // It is stored or it is not: the other tab knows.
      await leaving.page.appendAndLeave('leaving', stage().site.url('log?next'))
      await until('it has left', () => leaving.tab.evaluate<boolean>("location.search === '?next'").catch(() => false))
      await other.page.append('after')
      await until('the last record', async () => (await other.page.told()).includes('after'))
      expect(await other.page.holds('leaving')).toBe((await other.page.told()).includes('leaving'))
    })

    it('goes on while a page is kept for a way back that was left in the middle of appends', async () => {
      const other = await openTab()
      await other.page.open('kept')
      for (const round of [1, 2, 3]) {
        const { tab, page } = await openTab()
        await page.open('kept')
        await page.appendOnAndOn()
        await until('some appends', async () => (await page.told()).length > 5 * round)
        await tab.goto(stage().site.url('log?next'))
        expect(await other.page.append('other')).toBeGreaterThan(0)
      }
    })

    it('makes a page begin anew that was restored', async () => {
      const [first, second] = [await openTab(), await openTab()]
      for (const { page } of [first, second]) await page.open('restored')
      await first.tab.evaluate('void (globalThis.isRestored = true)')
      await first.tab.goto(stage().site.url('log?next'))
      await second.page.append('meanwhile')
      await first.tab.back()
      await until('the page is there', () => first.tab.evaluate<boolean>("'page' in globalThis").catch(() => false))
      // Where the engine has given it up it is a new page, which has nothing to forget.
      if ((await first.tab.evaluate('globalThis.isRestored')) === true)
        await until('it was interrupted', async () => (await first.page.told()).includes('interrupted'))
      else await first.page.open('restored')
      expect(await first.page.holds('meanwhile')).toBe(true)
    })
  })
})

describe('a tab that is frozen or killed', () => {
  describeIn([chromium], site, (stage) => {
    const openTab = async () => {
      const tab = await stage().open('log')
      return { tab, page: tab.page<Page>() }
    }

    it('begins anew when it goes on', async () => {
      const [frozen, other] = [await openTab(), await openTab()]
      for (const { page } of [frozen, other]) await page.open('frozen')
      await frozen.tab.hide()
      await frozen.tab.freeze()
      await other.page.append('meanwhile')
      await frozen.tab.unfreeze()
      await until('it was interrupted', async () => (await frozen.page.told()).includes('interrupted'))
      expect(await frozen.page.holds('meanwhile')).toBe(true)
    })

    it('has appended what was acknowledged', async () => {
      const [killed, other] = [await openTab(), await openTab()]
      for (const { page } of [killed, other]) await page.open('killed')
      await killed.page.append('acknowledged')
      await killed.tab.kill()
      await until('the record', async () => (await other.page.told()).includes('acknowledged'))
      expect(await other.page.holds('acknowledged')).toBe(true)
      expect(await other.page.append('after')).toBeGreaterThan(1)
    })
  })
})
