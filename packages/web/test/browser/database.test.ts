import { join } from 'node:path'
import { chromium, describeIn, engines, type SuiteOptions, type Tab, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as page from './pages/database.ts'

type Page = typeof page

const site = { pages: { database: join(import.meta.dirname, 'pages/database.ts') } }
const stores = ['entries']

describe.concurrent('a database in every engine', () => {
  describeIn(engines, site, (stage, engine) => {
    async function tab() {
      const opened: Tab = await stage().open('database')
      return { tab: opened, page: opened.page<Page>() }
    }

    it('keeps what was written for the next page', async () => {
      const { tab: first, page } = await tab()
      await page.open({ name: 'kept', stores })
      expect(await page.putMany('kept', ['a', 'b', 'c', 'd'])).toEqual(['done', 'done', 'done', 'done'])
      await first.reload()
      await page.open({ name: 'kept', stores })
      expect(await page.getMany('kept', ['b', 'e'])).toEqual(['value of b', null])
      expect(await page.keysWithout('kept', ['b', 'c'])).toEqual(['a', 'd'])
    })

    it('writes what comes in 50 ms in one transaction, and reads in one what comes in one turn', async () => {
      const { page } = await tab()
      await page.open({ name: 'batches', stores, durability: 'strict' })
      await page.putMany('batches', ['a', 'b', 'c'])
      const [written, ...others] = await page.takeTransactions()
      expect(others).toEqual([])
      expect(written?.mode).toBe('readwrite')
      expect(written?.durability).toBe('strict')
      await page.getMany('batches', ['a', 'b', 'c'])
      expect((await page.takeTransactions()).map(({ mode }) => mode)).toEqual(['readonly'])
    })

    it('lets a tab write what another one has read that hangs', async () => {
      const [reader, writer] = [await tab(), await tab()]
      for (const { page } of [reader, writer]) await page.open({ name: 'hangs', stores, durability: 'strict' })
      await writer.page.put('hangs', 'a', 'before')
      expect(await reader.page.get('hangs', 'a')).toBe('before')
      await writer.page.putWhenHanging('hangs', 'a', 'after')
      const [read, hungUntil] = await reader.page.getAndHang('hangs', 'a', 2_000)
      expect(read).toBe('before')
      // WebKit ends a transaction of reads once the page has heard of them.
      expect((await writer.page.whenWritten()) < hungUntil).toBe(engine !== 'webkit')
    })

    it('runs a transaction that is all or nothing', async () => {
      const { page } = await tab()
      await page.open({ name: 'transactions', stores })
      expect(await page.increase('transactions', false)).toBe(1)
      expect(await page.increase('transactions', true)).toBe('RangeError')
      expect(await page.increase('transactions', false)).toBe(2)
      expect(await page.putFunction('transactions')).toEqual(['ERR_STORAGE_FAILED', 'done'])
      expect(await page.get('transactions', 'beside')).toBe(1)
    })

    it('stores many at once, but for those that cannot be cloned, or none of them', async () => {
      const { page } = await tab()
      await page.open({ name: 'at once', stores })
      expect(await page.putManyAtOnce('at once')).toEqual([
        [
          ['bad', 'DataCloneError'],
          ['worse', 'DataCloneError'],
        ],
        'ERR_STORAGE_FAILED',
      ])
      expect(await page.getMany('at once', ['a', 'b', 'c', 'bad'])).toEqual([1, 2, null, null])
    })

    it('says what is wrong with a call, and does what is asked beside it', async () => {
      const { page } = await tab()
      await page.open({ name: 'misused', stores: ['entries', 'log'] })
      expect(await page.misuse('misused')).toEqual([1, 'ERR_STORAGE_FAILED', [], 'ERR_CONFIG_OPTION', 1])
    })

    it('says of a transaction that ended before its work that a part is stored, and runs the work once', async () => {
      const { page } = await tab()
      await page.open({ name: 'early', stores })
      expect(await page.awaitInTransaction('early', 'put')).toBe('ERR_STORAGE_FAILED after 1')
      expect(await page.awaitInTransaction('early', 'throw')).toBe('ERR_STORAGE_FAILED after 1')
      expect(await page.getMany('early', ['before', 'after'])).toEqual([1, null])
    })

    it('takes back an upgrade that throws, and tries it again', async () => {
      const { tab: first, page } = await tab()
      const settings = { name: 'fails', stores, recordsUpgrade: true }
      await page.open({ ...settings, upgradeFails: 'throws' })
      expect(await page.put('fails', 'a', 1)).toBe('RangeError: mine')
      await page.open({ ...settings, name: 'fails late', upgradeFails: 'awaits' })
      expect(await page.put('fails late', 'a', 1)).toBe('ERR_STORAGE_FAILED')
      await first.reload()
      await page.open(settings)
      expect(await page.put('fails', 'a', 1)).toBe('done')
      expect(await page.getMany('fails', ['a', 'upgraded from', 'upgraded'])).toEqual([1, 0, 1])
      expect(await first.evaluate('globalThis.unhandled')).toBeUndefined()
    })

    it('says that another tab blocks its upgrade, and is upgraded when that tab is done', async () => {
      const [first, second] = [await tab(), await tab()]
      await first.page.openRaw('blocked', 1)
      await second.page.open({ name: 'blocked', stores, version: 2, openTimeout: 500, recordsUpgrade: true })
      expect(await second.page.get('blocked', 'upgraded from')).toBe('ERR_STORAGE_BLOCKED')
      expect(await second.page.events('blocked')).toContain('blocked')
      await first.page.closeRaw('blocked')
      await until('the upgrade', async () => (await second.page.get('blocked', 'upgraded from')) === 1)
    })

    it('makes way for an upgrade: writes that were pending are stored before', async () => {
      const [older, newer] = [await tab(), await tab()]
      await older.page.open({ name: 'upgraded', stores, window: '1h' })
      expect(await older.page.get('upgraded', 'pending')).toBeNull()
      await older.page.beginPut('upgraded', 'pending', 'stored')
      await newer.page.open({ name: 'upgraded', stores, version: 2 })
      expect(await newer.page.get('upgraded', 'pending')).toBe('stored')
      expect(await older.page.events('upgraded')).toEqual(['closed upgraded'])
      expect(await older.page.get('upgraded', 'pending')).toBe('ERR_STORAGE_UNAVAILABLE')
    })

    it('goes on empty when another tab deletes it underneath', async () => {
      const [first, second] = [await tab(), await tab()]
      await first.page.open({ name: 'deleted', stores })
      await first.page.throwOnClose('deleted')
      await first.page.put('deleted', 'a', 1)
      await second.page.deleteRaw('deleted')
      await until('the event', async () => (await first.page.events('deleted')).length > 0)
      // A listener that throws is a fault, and nothing else.
      expect(await first.page.events('deleted')).toEqual(['fault', 'closed deleted'])
      expect(await first.page.get('deleted', 'a')).toBeNull()
      expect(await first.page.put('deleted', 'b', 2)).toBe('done')
      expect(await first.page.get('deleted', 'b')).toBe(2)
    })

    it('is opened again when its connection was closed, once for all that wait', async () => {
      const { page } = await tab()
      await page.open({ name: 'closed', stores })
      await page.put('closed', 'a', 1)
      await page.closeConnections()
      expect(await page.get('closed', 'a')).toBe(1)
      await page.closeConnections()
      expect(await page.increase('closed', false)).toBe(1)
      await page.closeConnections()
      expect(await page.putMany('closed', ['b', 'c'])).toEqual(['done', 'done'])
      expect(await page.getMany('closed', ['b', 'c'])).toEqual(['value of b', 'value of c'])
    })

    it('reports a write that finds no room, and stores the others', async () => {
      const { page } = await tab()
      await page.open({ name: 'full', stores })
      await page.fillDisk()
      expect(await page.putMany('full', ['a', 'b'])).toEqual(['ERR_STORAGE_QUOTA', 'done'])
      expect(await page.get('full', 'b')).toBe('value of b')
    })

    it('stores what is pending when the page is hidden, and when it is left', async () => {
      const [first, second] = [await tab(), await tab()]
      await second.page.open({ name: 'hidden', stores })
      // The last tab that was opened is in front.
      await first.tab.show()
      await first.page.open({ name: 'hidden', stores, window: '1h' })
      expect(await first.page.get('hidden', 'hidden')).toBeNull()
      await first.page.beginPut('hidden', 'hidden', 'stored')
      await first.tab.hide()
      await until('it is stored', async () => (await second.page.get('hidden', 'hidden')) === 'stored')
      await first.page.beginPut('hidden', 'while hidden', 'stored')
      await until('it is stored', async () => (await second.page.get('hidden', 'while hidden')) === 'stored')
      await first.tab.show()
      await until('it is visible', async () => (await first.tab.evaluate('document.visibilityState')) === 'visible')
      await first.page.beginPut('hidden', 'left', 'stored')
      await first.tab.goto(stage().site.url('database?next'))
      await until('it is stored', async () => (await second.page.get('hidden', 'left')) === 'stored')
    })

    it('goes on in a page that is restored after an hour, also when it was deleted meanwhile', async () => {
      const [first, second] = [await tab(), await tab()]
      for (const name of ['restored', 'restored and deleted']) {
        await first.page.open({ name, stores })
        expect(await first.page.put(name, 'a', 1)).toBe('done')
      }
      await first.tab.evaluate('void (globalThis.isRestored = true)')
      await first.page.jumpAheadWhenLeft()
      await first.tab.goto(stage().site.url('database?next'))
      await second.page.deleteRaw('restored and deleted')
      await first.tab.back()
      // The others give up the page rather than keep the other tab waiting; Firefox a moment after it has closed its connection,
      // so that it may be loaded anew when it had already been restored.
      await until('the page is there', () => first.tab.evaluate<boolean>("'page' in globalThis").catch(() => false))
      const isRestored = (await first.tab.evaluate('globalThis.isRestored')) === true
      if (engine !== 'firefox') expect(isRestored).toBe(engine === 'webkit')
      if (!isRestored) for (const name of ['restored', 'restored and deleted']) await first.page.open({ name, stores })
      expect(await first.page.get('restored', 'a')).toBe(1)
      expect(await first.page.get('restored and deleted', 'a')).toBeNull()
      expect(await first.page.put('restored and deleted', 'b', 2)).toBe('done')
    })

    it('does not care for the clock of the page', async () => {
      const { page } = await tab()
      await page.open({ name: 'clock', stores })
      await page.setClockBack(3_600_000)
      expect(await page.put('clock', 'a', 1)).toBe('done')
      expect(await page.get('clock', 'a')).toBe(1)
    })

    it('is deleted by destroy, and made again by the next use', async () => {
      const [first, second] = [await tab(), await tab()]
      for (const { page } of [first, second]) {
        await page.open({ name: 'destroyed', stores })
        await page.put('destroyed', 'a', 1)
      }
      expect(await first.page.destroy('destroyed')).toBe('done')
      expect(await second.page.get('destroyed', 'a')).toBeNull()
      expect(await second.page.events('destroyed')).toEqual(['closed deleted'])
      await second.page.close('destroyed')
      expect(await second.page.put('destroyed', 'b', 1)).toBe('ERR_CACHE_CLOSED')
    })
  })
})

describe.concurrent('a database whose browser fails', () => {
  const reports: string[] = []
  const reported: SuiteOptions = {
    ...site,
    api({ url = '' }, response) {
      reports.push(decodeURIComponent(url.slice('/api/'.length)))
      response.end()
    },
    // Its driver gives it up with the process.
    settings: {},
  }
  describeIn(
    engines.filter(({ engine }) => engine === 'webkit'),
    reported,
    (stage) => {
      it('says that it was lost with the process for databases, and works again when the page is reloaded', async () => {
        const tab = await stage().open('database')
        await tab.page<Page>().writeAndReport('server lost')
        await until('a write', () => reports.includes('done'))
        await stage().browser.endStorageProcess()
        // WebKit opens none for this page any more: https://github.com/WebKit/WebKit/pull/60094
        await until('its loss', () =>
          reports.some((report) => report.startsWith('ERR_STORAGE_UNAVAILABLE closed lost')),
        )
        await until('a write after the reload', () => reports.at(-1) === 'reloaded: done')
      })
    },
  )
  describeIn([chromium], site, (stage) => {
    it('fails all writes of a transaction when the disk is full, and goes on when there is room', async () => {
      const { browser, site } = stage()
      const tab = await stage().open('database')
      const page = tab.page<Page>()
      await page.open({ name: 'quota', stores, window: '2s' })
      await browser.setQuota(site.origin, 50_000)
      const written = [page.putBytes('quota', 'large', 500_000), page.put('quota', 'beside', 1)]
      expect(await Promise.all(written)).toEqual(['ERR_STORAGE_QUOTA', 'ERR_STORAGE_QUOTA'])
      expect(await page.get('quota', 'beside')).toBeNull()
      await browser.setQuota(site.origin, undefined)
      expect(await page.putBytes('quota', 'large', 500_000)).toBe('done')
    })

    it('has what was acknowledged after its tab was killed', async () => {
      const [first, second] = [await stage().open('database'), await stage().open('database')]
      const page = first.page<Page>()
      await page.open({ name: 'killed', stores, durability: 'relaxed' })
      expect(await page.put('killed', 'acknowledged', 1)).toBe('done')
      await page.open({ name: 'killed pending', stores, window: '1h' })
      // A hidden page sends it at once.
      await first.show()
      await page.beginPut('killed pending', 'pending', 'lost')
      await first.kill()
      const other = second.page<Page>()
      await other.open({ name: 'killed', stores })
      await other.open({ name: 'killed pending', stores })
      expect(await other.get('killed', 'acknowledged')).toBe(1)
      // What is pending when the tab goes may have been sent, if the tab was hidden before.
      expect([null, 'lost']).toContain(await other.get('killed pending', 'pending'))
    })

    it('is opened again after the browser closed it by itself, and says so', async () => {
      const tab = await stage().open('database')
      const page = tab.page<Page>()
      await page.open({ name: 'cleared', stores })
      expect(await page.put('cleared', 'a', 1)).toBe('done')
      await stage().browser.clearStorage(stage().site.origin)
      expect(await page.get('cleared', 'a')).toBeNull()
      await until('the event', async () => (await page.events('cleared')).length > 0)
      expect(await page.events('cleared')).toEqual(['closed lost'])
      expect(await page.put('cleared', 'b', 2)).toBe('done')
    })
  })
})
