import type { Browser, Engine } from './browser.ts'
import type { InstalledEngine } from './engines.ts'
import { TabPool } from './tab-pool.ts'

/** A browser with tabs that one suite hands on to the next. */
export interface SharedBrowser {
  readonly browser: Browser
  readonly tabs: TabPool
}

/**
 * The browsers of this process. Starting one takes longer than most suites, and opening a tab longer than most tests, so all
 * suites share both: each has a site of its own, and with it storage, locks and channels of its own. The guard stops them
 * when the process ends.
 */
const started = new Map<Engine, Promise<SharedBrowser>>()

/** For each engine the suite that began to wait last; the next one waits for its end. */
const lastUse = new Map<Engine, Promise<void>>()

/** Waits until no other suite uses the shared browser of an engine; the function that it resolves to releases it. */
export function acquire(engine: Engine): Promise<() => void> {
  const before = lastUse.get(engine) ?? Promise.resolve()
  return new Promise((resolve) => {
    lastUse.set(engine, new Promise((release) => void before.then(() => resolve(release))))
  })
}

/** The browser of an engine as it comes, started when it is first needed. */
export function sharedBrowser(installed: InstalledEngine): Promise<SharedBrowser> {
  const shared = started.get(installed.engine) ?? withTabs(installed.launch())
  started.set(installed.engine, shared)
  return shared
}

/** A browser, and no tabs yet. */
export async function withTabs(launched: Promise<Browser>): Promise<SharedBrowser> {
  const browser = await launched
  return { browser, tabs: new TabPool(browser) }
}
