import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, describeIn, type Engine, engines, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/index.ts'
import { createFakeLifecycle } from '../../src/testing/index.ts'
import type * as denied from './pages/denied.ts'
import type * as page from './pages/parts.ts'

type Page = typeof page

const site = {
  pages: {
    parts: join(import.meta.dirname, 'pages/parts.ts'),
    denied: join(import.meta.dirname, 'pages/denied.ts'),
  },
  // Requests that get no response.
  api: () => {},
}

/** What each engine has, as the documentation says: a difference that goes away makes this fail. */
function documented(engine: Engine): Partial<Capabilities> {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/web.md'), 'utf8')
  const column = ['chromium', 'firefox', 'webkit'].indexOf(engine)
  const rows = page.matchAll(/^\| (`.*`) \| (yes|no) \| (yes|no) \| (yes|no) \|$/gm)
  return Object.fromEntries(
    [...rows].flatMap(([, names = '', ...has]) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => [name, has[column] === 'yes']),
    ),
  )
}

/** What the fake emits, in the words of the page. */
function fakeEvents(move: (lifecycle: ReturnType<typeof createFakeLifecycle>) => void): readonly string[] {
  const lifecycle = createFakeLifecycle()
  const heard: string[] = []
  lifecycle.on('*', (event) => {
    const kept = event.type === 'pageshow' ? event.restored : event.type === 'pagehide' ? event.restorable : ''
    heard.push(`${event.type} ${lifecycle.state} ${kept}`.trim())
  })
  move(lifecycle)
  return heard
}

describe.concurrent('parts in every engine', () => {
  describeIn(engines, site, (stage, engine) => {
    async function open() {
      const tab = await stage().open('parts')
      return { tab, page: tab.page<Page>() }
    }

    it('has the capabilities that the documentation says', async () => {
      const { page } = await open()
      expect(await page.capabilities()).toEqual(documented(engine))
    })

    it('emits the events of the fake when the page is hidden, left and restored', async () => {
      const { tab, page } = await open()
      await page.followLifecycle()
      await page.takeHeard()
      await tab.hide()
      await until('it is hidden', async () => (await tab.evaluate('document.visibilityState')) === 'hidden')
      await tab.show()
      await until('it is visible', async () => (await tab.evaluate('document.visibilityState')) === 'visible')
      await tab.goto(stage().site.url('parts?next'))
      await tab.back()
      let heard: string[] = []
      await until('it is restored', async () => {
        heard = [...heard, ...(await page.takeHeard())]
        return heard.at(-1)?.startsWith('pageshow') === true
      })
      const inAllEngines = heard.filter((event) => !/frozen|resumed/.test(event))
      expect(inAllEngines).toEqual(
        fakeEvents((lifecycle) => {
          lifecycle.hide()
          lifecycle.show()
          lifecycle.leave()
          lifecycle.restore()
        }),
      )
      // A page in the back/forward cache is frozen in Chromium.
      expect(heard.length - inAllEngines.length).toBe(engine === 'chromium' ? 2 : 0)
    })

    it('finds out by requests and probes that the server is away and back, which `onLine` does not say', async () => {
      const { page } = await open()
      await page.connect('10ms')
      expect(await page.request()).toBe(true)
      await stage().site.stop()
      expect(await page.request()).toBe(false)
      expect(await page.isOnline()).toEqual([false, true])
      await stage().site.start()
      await until('a probe has succeeded', async () => (await page.isOnline())[0] === true)
      expect(await page.takeHeard()).toEqual(['offline', 'online'])
    })

    it('reports hints where there are some, and else that nothing is to be saved', async () => {
      const { page } = await open()
      const { saveData, isSlow, memoryGb, cores } = await page.hints()
      expect([saveData, isSlow, typeof cores]).toEqual([false, false, 'number'])
      expect(typeof memoryGb).toBe(engine === 'chromium' ? 'number' : 'undefined')
    })

    it('runs a task in idle time', async () => {
      const { page } = await open()
      const { remainingMs, didTimeout } = await page.whenIdle()
      // A busy machine may never be idle.
      expect(didTimeout || remainingMs > 0).toBe(true)
      expect(remainingMs).toBeLessThanOrEqual(50)
      expect(await page.takeHeard()).toEqual([])
    })

    it('watches the heap where the browser reports it, and says which level comes of what', async () => {
      const { page } = await open()
      expect(await page.watchHeap()).toEqual(engine === 'chromium' ? ['critical', 'heap'] : ['warning', 'used'])
    })

    it('ends what a scope holds', async () => {
      const { page } = await open()
      expect(await page.endScope()).toEqual({
        left: { listener: 1, timer: 1, observer: 1, objectUrl: 1, controller: 1, other: 0 },
        calls: ['url revoked: true', 'request: AbortError'],
      })
    })

    it('goes on when listeners throw: each becomes an event, and none an error of the page', async () => {
      const { page } = await open()
      await page.throwInListeners()
      expect(await page.takeHeard()).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
      expect(await page.unhandled()).toEqual([])
    })

    it('says of storage that is denied that there is none', async () => {
      const { page } = await open()
      expect(await page.inDeniedFrame()).toEqual({
        localStorage: false,
        put: 'ERR_STORAGE_UNAVAILABLE',
        get: 'ERR_STORAGE_UNAVAILABLE',
        transaction: 'ERR_STORAGE_UNAVAILABLE',
        destroy: 'ERR_STORAGE_UNAVAILABLE',
        isLeader: false,
      })
    })
  })
})

describe.concurrent('parts in a browser whose settings deny storage', () => {
  describeIn(engines, { ...site, settings: { deniesStorage: true } }, (stage, engine) => {
    it('say that there is none, and go on', async () => {
      const page = (await stage().open('denied')).page<typeof denied>()
      expect(await page.report()).toEqual({
        localStorage: false,
        put: 'ERR_STORAGE_UNAVAILABLE',
        get: 'ERR_STORAGE_UNAVAILABLE',
        transaction: 'ERR_STORAGE_UNAVAILABLE',
        destroy: 'ERR_STORAGE_UNAVAILABLE',
        // The settings of WebKit leave locks, so that it may lead by now.
        isLeader: engine === 'webkit' ? expect.any(Boolean) : false,
      })
    })
  })
})

describe.concurrent('parts in a browser that says more', () => {
  describeIn([chromium], site, (stage) => {
    it('emits the events of the fake when the page is frozen', async () => {
      const tab = await stage().open('parts')
      const page = tab.page<Page>()
      await page.followLifecycle()
      await page.takeHeard()
      await tab.hide()
      await tab.freeze()
      await tab.unfreeze()
      await tab.show()
      let heard: string[] = []
      await until('it is visible', async () => {
        heard = [...heard, ...(await page.takeHeard())]
        return heard.at(-1) === 'visible visible'
      })
      expect(heard).toEqual(
        fakeEvents((lifecycle) => {
          lifecycle.freeze()
          lifecycle.show()
        }),
      )
    })

    it('probes when the browser says that the network is back', async () => {
      const tab = await stage().open('parts')
      const page = tab.page<Page>()
      await page.connect('10ms')
      await stage().browser.setOffline(true)
      await until('requests fail', async () => !(await page.request()))
      await stage().browser.setOffline(false)
      await until('it is online', async () => (await page.isOnline())[0] === true)
      expect(await page.takeHeard()).toEqual(['offline', 'online'])
    })
  })
})
