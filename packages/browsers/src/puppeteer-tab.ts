/** A tab of Chromium or Firefox. */
import type { CDPSession, KeyInput, Page } from 'puppeteer-core'
import { tabWithout } from './abilities.ts'
import { type Engine, LOADED, pageApi, type Tab } from './browser.ts'
import { longestTaskMs } from './longest-task.ts'
import { patiently, until } from './patience.ts'

/** A tab as its driver sees it. */
interface PuppeteerPage {
  readonly page: Page
  /** A tab that no test uses. */
  readonly other: Page
  readonly devtools?: CDPSession
}

/** Makes a tab of a page; `devtools` in Chromium. */
export function puppeteerTab(engine: Engine, { page, other, devtools }: PuppeteerPage): Tab {
  const evaluate = <Value>(expression: string): Promise<Value> =>
    patiently(`\`${expression}\` in ${engine}`, page.evaluate(expression) as Promise<Value>)
  return {
    ...tabWithout(engine),
    ...(devtools !== undefined && devtoolsOf(page, devtools)),
    evaluate,
    page: () => pageApi(evaluate),
    async goto(url) {
      await patiently(`Loading ${url}`, page.goto(url, { waitUntil: 'load' }))
    },
    async press(key) {
      await patiently(`Pressing ${key}`, page.keyboard.press((key === 'Space' ? ' ' : key) as KeyInput))
    },
    async reload() {
      await patiently('Reloading', page.reload({ waitUntil: 'load' }))
    },
    async back() {
      // A page that is restored as it was does not load, which is what the driver would wait for.
      const here = await evaluate<string>('location.href')
      await evaluate('void setTimeout(() => history.back())')
      await until(`leaving ${here}`, async () => ((await evaluate(LOADED).catch(() => null)) ?? here) !== here)
    },
    async hide() {
      await patiently('Hiding a tab', other.bringToFront())
    },
    async show() {
      await patiently('Showing a tab', page.bringToFront())
    },
    async close() {
      await patiently('Closing a tab', page.close())
    },
  }
}

/** What the devtools of Chromium can do to a tab. */
function devtoolsOf(
  page: Page,
  devtools: CDPSession,
): Pick<Tab, 'freeze' | 'unfreeze' | 'kill' | 'metrics' | 'longestTaskMs'> {
  return {
    longestTaskMs: (action) => longestTaskMs(devtools, action),
    async freeze() {
      await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    },
    async unfreeze() {
      await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    },
    async kill() {
      const gone = new Promise<void>((resolve) => void page.once('error', () => resolve()))
      // The process that would reply is the one that ends.
      devtools.send('Page.crash').catch(() => {})
      await patiently('Killing a tab', gone)
      await page.close().catch(() => {})
    },
    async metrics() {
      // By the time of the processor, as the machine may have other work to do.
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
      await devtools.send('HeapProfiler.collectGarbage')
      const { metrics } = await devtools.send('Performance.getMetrics')
      const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? 0
      const [scriptMs, heapBytes] = [of('ScriptDuration') * 1_000, of('JSHeapUsedSize')]
      return { scriptMs, heapBytes, nodes: of('Nodes'), listeners: of('JSEventListeners') }
    },
  }
}
