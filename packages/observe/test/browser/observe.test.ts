import { join } from 'node:path'
import { chromium, describeIn, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import { createCityServers } from './city-server.ts'
import type * as page from './pages/cities.ts'

type Page = typeof page

const pages = { cities: join(import.meta.dirname, 'pages/cities.ts') }

describe('observers in every engine', () => {
  const servers = createCityServers()
  describeIn(engines, { pages, api: servers.api }, (stage) => {
    const open = async () => {
      const tab = await stage().open('cities')
      return { tab, page: tab.page<Page>() }
    }
    const shows = (page: Awaited<ReturnType<typeof open>>['page'], name: string) =>
      until(`${name} is shown`, async () => {
        const now = await page.now()
        return now.name === name && !now.isFetching && !now.isStale
      })

    it('show in two tabs what the server has, and optimistic changes in one', async () => {
      const server = servers.of(stage().site)
      server.rename('Bern')
      const [one, other] = [await open(), await open()]
      await Promise.all([one, other].map(({ page }) => page.follow()))
      // The other tab is hidden behind this one, or the other way round.
      await one.tab.show()
      await one.page.show()
      await shows(one.page, 'Bern')
      server.rename('Berne')
      await shows(one.page, 'Berne')
      expect(await one.page.startRename('Berna')).toBe('Berna')
      await until('it has succeeded', async () => (await one.page.renameStatus()) === 'ready')
      await shows(one.page, 'Berna')
      expect(await one.page.history()).toEqual(['Bern', 'Berne', 'Berna'])
      await other.tab.show()
      await other.page.show()
      await shows(other.page, 'Berna')
      server.refusesNext = true
      expect(await other.page.startRename('Nowhere')).toBe('Nowhere')
      await until('it has failed', async () => (await other.page.renameStatus()) === 'failed')
      await shows(other.page, 'Berna')
      for (const { page } of [one, other]) expect(await page.unhandled()).toEqual([])
    })

    it('abort the request when the last one leaves', async () => {
      const server = servers.of(stage().site)
      const { page } = await open()
      let release = (): void => {}
      server.hold = new Promise<void>((resolve) => (release = resolve))
      const { requests, aborted } = server.counts
      await page.show()
      await until('the request is there', () => server.counts.requests === requests + 1)
      await page.hideCity()
      await until('it is aborted', () => server.counts.aborted === aborted + 1)
      release()
      await page.show()
      await until('it is shown', async () => (await page.now()).name !== undefined)
      expect(await page.unhandled()).toEqual([])
    })
  })
})

describe('observers in Chromium', () => {
  const servers = createCityServers()
  describeIn([chromium], { pages, api: servers.api }, (stage) => {
    it('load in a hidden page when it is visible again', async () => {
      const server = servers.of(stage().site)
      const tab = await stage().open('cities')
      const page = tab.page<Page>()
      await page.show()
      await until('it is shown', async () => (await page.now()).name !== undefined)
      await tab.hide()
      await until('it is hidden', async () => (await tab.evaluate('document.visibilityState')) === 'hidden')
      const { requests } = server.counts
      await page.invalidate()
      await until('it is stale', async () => (await page.now()).isStale)
      expect([server.counts.requests, (await page.now()).isFetching]).toEqual([requests, false])
      await tab.show()
      await until('it is fresh', async () => !(await page.now()).isStale)
      expect(server.counts.requests).toBe(requests + 1)
    })

    it('are listed by the inspector, which invalidates what is selected', async () => {
      const tab = await stage().open('cities')
      const page = tab.page<Page>()
      await page.show()
      await until('it is shown', async () => (await page.now()).name !== undefined)
      const [row, isGone, lines] = await page.inspect()
      expect(row).toMatch(/^city:42fresh.*loadcities1$/)
      expect([isGone, Number(lines) > 0]).toEqual(['true', true])
      expect(await page.unhandled()).toEqual([])
    })

    it('are called twice for a tag of a thousand keys: it is invalid, and it is there', async () => {
      const tab = await stage().open('cities')
      expect(await tab.page<Page>().callsOfThousand()).toBe(2_000)
    })
  })
})
