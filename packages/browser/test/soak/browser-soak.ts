/** Six tabs of one browser read and write the same keys, while tabs are reloaded, closed, killed, hidden and frozen. */
import { join } from 'node:path'
import { chromium, serveSite, type Tab, until } from '@hotpath/browsers'
import type * as page from './page.ts'
import { type Counts, Truth } from './truth.ts'

type Page = typeof page

const TABS = 6
const FAULT_EVERY_MS = 1_500

/** What came of a soak. */
export interface SoakReport extends Counts {
  /** Reads that saw less than they had to. */
  readonly stale: readonly string[]
  /** Entries that a page did not find again after a reload, although nothing had invalidated them. */
  readonly lost: readonly string[]
  /** How often each was done to a tab. */
  readonly faults: Readonly<Record<string, number>>
}

/** Soaks for some seconds. */
export async function soakBrowser(seconds: number): Promise<SoakReport> {
  const truth = new Truth()
  const site = await serveSite({
    pages: { soak: join(import.meta.dirname, 'page.ts') },
    api: (request, response) => truth.respond(request, response),
  })
  const browser = await chromium.launch()
  const tabs: Tab[] = []
  const faults: Record<string, number> = {}

  async function openTab(): Promise<void> {
    const tab = await browser.open(site.url('soak'))
    await tab.page<Page>().play('soak')
    tabs.push(tab)
  }
  const leave = async (end: (tab: Tab) => Promise<void>): Promise<void> => {
    await end(tabs.shift() as Tab)
    await openTab()
  }
  const done: Readonly<Record<string, () => Promise<void>>> = {
    kill: () => leave((tab) => tab.kill()),
    close: () => leave((tab) => tab.close()),
    async reload() {
      await tabs[0]?.reload()
      await tabs[0]?.page<Page>().play('soak')
      tabs.push(tabs.shift() as Tab)
    },
    async freeze() {
      const tab = tabs[0] as Tab
      await tab.hide()
      await tab.freeze()
      await pause(FAULT_EVERY_MS)
      await tab.unfreeze()
      await tab.show()
      tabs.push(tabs.shift() as Tab)
    },
    async hide() {
      await tabs[0]?.hide()
      tabs.push(tabs.shift() as Tab)
    },
  }

  try {
    for (let count = 0; count < TABS; count++) await openTab()
    const end = performance.now() + seconds * 1_000
    for (let round = 0; performance.now() < end; round++) {
      await pause(FAULT_EVERY_MS)
      const names = Object.keys(done)
      const name = names[round % names.length] as string
      await done[name]?.()
      faults[name] = (faults[name] ?? 0) + 1
    }
    return { ...truth.counts, stale: truth.stale, lost: await lostAfter(tabs), faults }
  } finally {
    await browser.close()
    await site.close()
  }
}

/** Lets the tabs come to rest, and looks for what is not found again. */
async function lostAfter(tabs: readonly Tab[]): Promise<readonly string[]> {
  for (const tab of tabs) await tab.page<Page>().pause()
  await pause(500)
  const [first] = tabs as readonly [Tab]
  await first.page<Page>().fill()
  await until('all is stored', async () => (await first.page<Page>().missing()).length === 0)
  await pause(500)
  await first.reload()
  await first.page<Page>().play('soak')
  await first.page<Page>().pause()
  return first.page<Page>().missing()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
