import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import type { Browser, Engine, LaunchOptions, Tab } from './browser.ts'
import type { InstalledEngine } from './engines.ts'
import { type Site, type SiteOptions, serveSite } from './server.ts'
import { acquire, sharedBrowser, withTabs } from './shared-browser.ts'
import type { TabPool } from './tab-pool.ts'

/** What the tests of a suite have: the browser that all suites of the run share, and a site of its own, whose storage is empty. */
export interface Stage {
  readonly engine: Engine
  readonly browser: Browser
  readonly site: Site
  /** Opens a tab in front, with a page of the site. What a test leaves open is taken away after it. */
  open(page: string): Promise<Tab>
}

/** The site of a suite, and the browser. */
export interface SuiteOptions extends SiteOptions {
  /** A browser of its own, with these settings. Default: the one that all suites share. */
  readonly settings?: LaunchOptions
}

/** A suite may have to wait for all others of its file. */
const TURN_MS = 600_000

/**
 * Declares a suite once for each engine. Engines run beside each other, and so do suites with `settings`; the others of an engine
 * run one after another, as they share its browser. In `describe.concurrent` an engine does not wait for the others before its next
 * suite. A suite is skipped with the reason where the engine is not installed.
 *
 * @param suite - Gets the stage by a function, as there is none before the tests run.
 */
export function describeIn(
  engines: readonly InstalledEngine[],
  { settings, ...site }: SuiteOptions,
  suite: (stage: () => Stage, engine: Engine) => void,
): void {
  describe.each(engines)('$engine', { concurrent: true }, (installed) => {
    const { engine, missing } = installed
    // The reason is the name, as that is what reporters print.
    describe.skipIf(missing !== undefined)(missing ?? 'installed', { concurrent: false }, () => {
      let stage: Stage | undefined
      let tabs: TabPool | undefined
      let release = (): void => {}
      beforeAll(async () => {
        const served = await serveSite(site)
        if (settings === undefined) release = await acquire(engine)
        const shared = await (settings === undefined ? sharedBrowser(installed) : withTabs(installed.launch(settings)))
        tabs = shared.tabs
        stage = { engine, browser: shared.browser, site: served, open: (page) => shared.tabs.open(served.url(page)) }
      }, TURN_MS)
      afterEach(async () => tabs?.recycle(stage?.site.origin))
      afterAll(async () => {
        release()
        if (settings !== undefined) await stage?.browser.close()
        await stage?.site.close()
      })
      suite(() => {
        if (stage === undefined) throw new Error(`${engine} did not start.`)
        return stage
      }, engine)
    })
  })
}
