import { join } from 'node:path'
import { chromium, describeIn, engines, type SuiteOptions } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as page from './pages/lease.ts'

type Page = typeof page

const site: SuiteOptions = {
  pages: { lease: join(import.meta.dirname, 'pages/lease.ts') },
  api({ url = '' }, response) {
    const ms = Number(new URL(url, 'http://127.0.0.1').searchParams.get('ms'))
    setTimeout(() => response.end(), ms)
  },
}

describe('the leases of all tabs, in every engine', () => {
  describeIn(engines, site, (stage) => {
    it('hold the conformance suite', async () => {
      const tab = await stage().open('lease')
      expect(await tab.page<Page>().runCases()).toEqual([expect.stringMatching(/^\d cases hold$/)])
    })

    it('let six tabs that start at once load each key once', async () => {
      const tabs = []
      for (let count = 0; count < 6; count++) tabs.push(await stage().open('lease'))
      const loads = await Promise.all(tabs.map((tab) => tab.page<Page>().readCold('cold', 25, 200)))
      const all = loads.reduce((sum, count) => sum + count)
      expect(all).toBeGreaterThanOrEqual(25)
      // A look-up that is a moment older than the lease may cost another one.
      expect(all).toBeLessThanOrEqual(28)
    })

    it('are free when their tab is closed or left', async () => {
      const [closed, left, other] = [
        await stage().open('lease'),
        await stage().open('lease'),
        await stage().open('lease'),
      ]
      const page = other.page<Page>()
      expect(await closed.page<Page>().acquire('closed')).toBe(true)
      expect(await left.page<Page>().acquire('left')).toBe(true)
      expect([await page.acquire('closed'), await page.acquire('left')]).toEqual([false, false])
      await closed.close()
      await left.goto(stage().site.url('lease?next'))
      await page.released('closed')
      await page.released('left')
      expect([await page.acquire('closed'), await page.acquire('left')]).toEqual([true, true])
    })
  })
})

describe('the lease of a tab that is frozen or killed', () => {
  describeIn([chromium], site, (stage) => {
    it('is free', async () => {
      const [frozen, killed, other] = [
        await stage().open('lease'),
        await stage().open('lease'),
        await stage().open('lease'),
      ]
      const page = other.page<Page>()
      expect(await frozen.page<Page>().acquire('frozen')).toBe(true)
      expect(await killed.page<Page>().acquire('killed')).toBe(true)
      expect([await page.acquire('frozen'), await page.acquire('killed')]).toEqual([false, false])
      await frozen.hide()
      await frozen.freeze()
      await killed.kill()
      await page.released('frozen')
      await page.released('killed')
      expect([await page.acquire('frozen'), await page.acquire('killed')]).toEqual([true, true])
      await frozen.unfreeze()
      expect(await frozen.page<Page>().renew('frozen')).toBe(false)
    })
  })
})
