/** What engines do that the documentation says they do. A test that fails here is news for it. */
import { join } from 'node:path'
import { describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as databasePage from './pages/database.ts'
import type * as partsPage from './pages/parts.ts'

const pages = {
  parts: join(import.meta.dirname, 'pages/parts.ts'),
  database: join(import.meta.dirname, 'pages/database.ts'),
}

describe.concurrent('every engine', () => {
  describeIn(engines, { pages }, (stage, engine) => {
    it('slows timers of hidden tabs down, and draws no frames there', async () => {
      const tab = await stage().open('parts')
      const page = tab.page<typeof partsPage>()
      await tab.hide()
      await until('it is hidden', async () => (await tab.evaluate('document.visibilityState')) === 'hidden')
      // Frames that were on their way are drawn.
      await page.countTimers(1_000)
      const { timers, frames } = await page.countTimers(3_000)
      expect(timers).toBeLessThan(30)
      // One a second in Firefox.
      expect(frames).toBeLessThan(engine === 'firefox' ? 10 : 1)
    })

    it('never hands over a lock of a tab that is busy', async () => {
      const [busy, other] = [await stage().open('parts'), await stage().open('parts')]
      await busy.evaluate('void navigator.locks.request("busy", () => new Promise(() => {}))')
      await until(
        'it holds the lock',
        async () => await other.evaluate('navigator.locks.query().then(({ held }) => held.length === 1)'),
      )
      await busy.evaluate(
        'void setTimeout(() => { const end = performance.now() + 2000; while (performance.now() < end); })',
      )
      const isGranted = await other.evaluate(
        'Promise.race([navigator.locks.request("busy", () => true), new Promise((r) => setTimeout(r, 1500, false))])',
      )
      expect(isGranted).toBe(false)
    })

    it('restores a page with its connections and channels', async () => {
      const tab = await stage().open('database')
      const page = tab.page<typeof databasePage>()
      await page.open({ name: 'kept open', stores: ['entries'] })
      expect(await page.put('kept open', 'a', 1)).toBe('done')
      await tab.evaluate(`void (
        (globalThis.channel = new BroadcastChannel('kept')).onmessage = ({ data }) => (globalThis.message = data)
      )`)
      await tab.goto(stage().site.url('database?next'))
      await tab.back()
      expect(await page.events('kept open')).toEqual([])
      expect(await page.get('kept open', 'a')).toBe(1)
      await tab.evaluate('void new BroadcastChannel("kept").postMessage("still there")')
      await until('the message', async () => (await tab.evaluate('globalThis.message')) === 'still there')
    })

    it('restores a page that holds a lock, but for Firefox', async () => {
      const tab = await stage().open('parts')
      await tab.evaluate(`new Promise((resolve) => {
        void navigator.locks.request('kept', () => { resolve(); return new Promise(() => {}) })
      })`)
      await tab.evaluate('void (globalThis.isRestored = true)')
      await tab.goto(stage().site.url('parts?next'))
      await tab.back()
      expect((await tab.evaluate('globalThis.isRestored')) === true).toBe(engine !== 'firefox')
    })

    it('restores a page that listens to `unload` in WebKit alone, and fires it in no page that it keeps', async () => {
      const tab = await stage().open('parts')
      await tab.page<typeof partsPage>().followUnload()
      await tab.evaluate('void (globalThis.isRestored = true)')
      await tab.goto(stage().site.url('parts?next'))
      await tab.back()
      const isRestored = (await tab.evaluate('globalThis.isRestored')) === true
      expect(isRestored).toBe(engine === 'webkit')
      if (isRestored) expect(await tab.page<typeof partsPage>().takeHeard()).toEqual(['pagehide'])
    })
  })
})
