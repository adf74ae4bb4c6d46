import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chromium, describeIn, engines, serveSite, type Tab, until } from '../../src/index.ts'
import type * as plain from './pages/plain.ts'

type Plain = typeof plain

const site = { pages: { plain: join(import.meta.dirname, 'pages/plain.ts') } }

describe.concurrent('every engine', () => {
  describeIn(engines, site, (stage, engine) => {
    // First, as all tabs are gone afterwards.
    it('finds what was stored after a restart, but for WebKit, whose automation always begins empty', async () => {
      const before = await stage().open('plain')
      await before.page<Plain>().remember('city', 'Bonn')
      await stage().browser.restart()
      const after = await stage().open('plain')
      expect((await after.page<Plain>().recall('city')) === 'Bonn').toBe(stage().browser.can.restart)
    })

    it('reports its version', () => {
      expect(stage().browser.engine).toBe(engine)
      expect(stage().browser.version).toMatch(/^\d+\.\d+/)
    })

    it('shares storage and locks between a page and six tabs', async () => {
      const tabs: Tab[] = []
      for (let index = 0; index < 7; index++) tabs.push(await stage().open('plain'))
      const pages = tabs.map((tab) => tab.page<Plain>())
      await pages[0]?.remember('city', 'Bonn')
      await Promise.all(pages.map((page, index) => page.takeLock(`lock${index}`)))
      for (const page of pages) {
        expect(new Set(await page.heldLocks())).toEqual(new Set(pages.map((_, index) => `lock${index}`)))
        await until('storage has reached the tab', async () => (await page.recall('city')) === 'Bonn')
      }
      await tabs[6]?.close()
      await until('the lock of the closed tab is free', async () => (await pages[0]?.heldLocks())?.length === 6)
    })

    it('has a fine clock in an isolated page', async () => {
      const isolated = await serveSite({ ...site, isIsolated: true })
      const tab = await stage().browser.open(isolated.url('plain'))
      expect(await tab.evaluate('crossOriginIsolated')).toBe(true)
      expect(await tab.page<Plain>().clockStepMs()).toBeLessThan(1.1)
      await tab.close()
      await isolated.close()
    })

    it('hides and shows a tab', async () => {
      const tab = await stage().open('plain')
      const isHidden = async () => (await tab.evaluate('document.visibilityState')) === 'hidden'
      await tab.hide()
      await until('the tab is hidden', isHidden)
      await tab.show()
      await until('the tab is visible', async () => !(await isHidden()))
    })

    it('restores a page as it was left', async () => {
      const tab = await stage().open('plain')
      await tab.evaluate('void (globalThis.left = "as it was")')
      await tab.goto(stage().site.url('plain?next'))
      expect(await tab.evaluate('globalThis.left')).toBeUndefined()
      await tab.back()
      expect(await tab.evaluate('globalThis.left')).toBe('as it was')
    })

    it('refuses connections while the site is stopped', async () => {
      const tab = await stage().open('plain')
      const reaches = () => tab.evaluate<boolean>("fetch('/plain').then(() => true, () => false)")
      expect(await reaches()).toBe(true)
      await stage().site.stop()
      expect(await reaches()).toBe(false)
      await stage().site.start()
      expect(await reaches()).toBe(true)
    })
  })
})

describe.concurrent('by its devtools alone', () => {
  describeIn([chromium], site, (stage) => {
    it('kills a tab', async () => {
      const [first, second] = [await stage().open('plain'), await stage().open('plain')]
      await first.page<Plain>().takeLock('killed')
      await first.kill()
      await until('its lock is free', async () => !(await second.page<Plain>().heldLocks()).includes('killed'))
    })

    it('freezes a tab, whose timers stop', async () => {
      const tab = await stage().open('plain')
      await tab.evaluate('void (globalThis.events = [])')
      await tab.evaluate(
        "void ['freeze', 'resume'].forEach((type) => document.addEventListener(type, () => events.push(type)))",
      )
      await tab.hide()
      await tab.freeze()
      await until('the event was fired', async () => (await tab.evaluate<unknown[]>('events')).length === 1)
      await tab.evaluate('void setTimeout(() => events.push("timer"))')
      await tab.unfreeze()
      await until('the timer has fired', async () => (await tab.evaluate<unknown[]>('events')).length === 3)
      expect(await tab.evaluate('events')).toEqual(['freeze', 'resume', 'timer'])
    })

    it('takes the network away', async () => {
      const tab = await stage().open('plain')
      await stage().browser.setOffline(true)
      expect(await tab.evaluate('navigator.onLine')).toBe(false)
      await stage().browser.setOffline(false)
      expect(await tab.evaluate('navigator.onLine')).toBe(true)
    })

    it('sets a quota', async () => {
      const tab = await stage().open('plain')
      const { store } = tab.page<Plain>()
      await stage().browser.setQuota(stage().site.origin, 10_000)
      expect(await store(50_000)).toBe('QuotaExceededError')
      await stage().browser.setQuota(stage().site.origin, undefined)
      expect(await store(50_000)).toBeUndefined()
    })
  })
})
