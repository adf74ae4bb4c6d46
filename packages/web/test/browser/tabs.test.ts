import { join } from 'node:path'
import { chromium, describeIn, engines, type SiteOptions, type Stage, type Tab, until } from '@hotpath/browsers'
import { describe, expect, it } from 'vitest'
import type * as page from './pages/tabs.ts'

type Page = typeof page

/** Ends the hang of a tab, by the host of its site. */
const wake = new Map<string, () => void>()

const site: SiteOptions = {
  pages: { tabs: join(import.meta.dirname, 'pages/tabs.ts') },
  api({ url = '', headers: { host = '' } }, response) {
    const [, , what, ms] = url.split('/')
    if (what === 'hang') wake.set(host, () => response.end())
    else setTimeout(() => response.end(), Number(ms))
  },
}

const HOUR_MS = 3_600_000

/** How far apart the clocks of two tabs may be. */
const CLOCKS_MS = 2

function pageOf(tab: Tab) {
  return tab.page<Page>()
}

/** Waits until one of the tabs leads; that one, and the others. On a busy machine a tab may lose the lead at any time. */
async function leaderOf(tabs: readonly Tab[]): Promise<[leader: Tab, ...others: Tab[]]> {
  let leader: Tab | undefined
  await until('one tab leads', async () => {
    const leads = await Promise.all(tabs.map((tab) => pageOf(tab).confirm()))
    expect(leads.filter(Boolean).length).toBeLessThan(2)
    leader = tabs[leads.indexOf(true)]
    return leader !== undefined
  })
  if (leader === undefined) throw new Error('No tab leads.')
  return [leader, ...tabs.filter((tab) => tab !== leader)]
}

async function openAll(stage: Stage, count: number, name: string, watchdog?: `${number}s`): Promise<Tab[]> {
  const tabs: Tab[] = []
  for (let index = 0; index < count; index++) {
    const tab = await stage.open('tabs')
    await pageOf(tab).join(name, watchdog)
    tabs.push(tab)
  }
  return tabs
}

async function closeAll(tabs: readonly Tab[]): Promise<void> {
  for (const tab of tabs) await tab.close()
}

describe.concurrent('tabs in every engine', () => {
  describeIn([chromium], { ...site, settings: { throttlesAfterS: 1 } }, (stage) => {
    it('keep a leader whose timers come once a minute, and does not take the lead for one', async () => {
      const [first, second] = await openAll(stage(), 2, 'throttled', '1s')
      if (first === undefined || second === undefined) return
      await leaderOf([first])
      // Both are hidden.
      await second.hide()
      await pageOf(first).countTicks()
      await first.evaluate('new Promise((resolve) => setTimeout(resolve, 3_000))')
      const before = await pageOf(first).takeTicks()
      await until('seconds without a timer', async () => (await pageOf(first).msSinceTick()) > 8_000, 80_000)
      expect(before).toBeGreaterThan(0)
      expect(await pageOf(first).confirm()).toBe(true)
      expect(await pageOf(second).confirm()).toBe(false)
      expect(await pageOf(first).takeHeard()).toEqual(['leader'])
      expect(await pageOf(second).takeHeard()).toEqual([])
    })
  })
  describeIn(engines, site, (stage) => {
    it('hear each other, and hand over to another when the leader is closed', async () => {
      const tabs = await openAll(stage(), 3, 'closed')
      const [leader, ...others] = await leaderOf(tabs)
      await pageOf(leader).post('to all')
      for (const tab of others)
        await until('the message', async () => (await pageOf(tab).takeHeard()).includes('message to all'))
      await leader.close()
      await leaderOf(others)
    })

    it('replace a leader that hangs, which does not lead when it wakes', async () => {
      const tabs = await openAll(stage(), 2, 'hangs', '1s')
      const [leader, other] = await leaderOf(tabs)
      await pageOf(leader).hang()
      await until('the other tab leads', async () => (await (other && pageOf(other).isLeader())) === true)
      // Evaluated when it wakes.
      const leads = pageOf(leader).isLeader()
      wake.get(new URL(stage().site.origin).host)?.()
      expect(await leads).toBe(false)
      await leaderOf(tabs)
    })

    it('replace a leader that was left, and take it in again when the user comes back', async () => {
      const tabs = await openAll(stage(), 2, 'left')
      const [leader, ...others] = await leaderOf(tabs)
      await leader.evaluate('void (globalThis.isRestored = true)')
      await pageOf(leader).jumpAheadWhenLeft(HOUR_MS)
      await leader.goto(stage().site.url('tabs?next'))
      await leaderOf(others)
      await leader.back()
      // Where a page that others wait for is not kept, it is loaded anew.
      if ((await leader.evaluate('globalThis.isRestored')) !== true) await pageOf(leader).join('left')
      await leaderOf(tabs)
      await closeAll(others)
      await leaderOf([leader])
    })

    it('let the page of the only tab be restored, which leads again, also after an hour', async () => {
      const [tab] = await openAll(stage(), 1, 'alone')
      if (tab === undefined) return
      await leaderOf([tab])
      await tab.evaluate('void (globalThis.isRestored = true)')
      await pageOf(tab).jumpAheadWhenLeft(HOUR_MS)
      await tab.goto(stage().site.url('tabs?next'))
      await tab.back()
      expect(await tab.evaluate('globalThis.isRestored')).toBe(true)
      await leaderOf([tab])
    })

    it('do not care for the wall clock', async () => {
      const tabs = await openAll(stage(), 2, 'clock')
      await leaderOf(tabs)
      for (const tab of tabs) await pageOf(tab).setClockBack(HOUR_MS)
      const [leader, ...others] = await leaderOf(tabs)
      await leader.close()
      await leaderOf(others)
    })
  })
})

describe.concurrent('tabs in Chromium', () => {
  describeIn([chromium], site, (stage) => {
    it('replace a leader that crashes', async () => {
      const [leader, ...others] = await leaderOf(await openAll(stage(), 2, 'crashes'))
      await leader.kill()
      await leaderOf(others)
    })

    it('replace a leader that is frozen, which takes part again when it goes on', async () => {
      const tabs = await openAll(stage(), 2, 'frozen')
      const [leader, ...others] = await leaderOf(tabs)
      await leader.hide()
      await leader.freeze()
      await leaderOf(others)
      await leader.unfreeze()
      await leaderOf(tabs)
      await closeAll(others)
      await leaderOf([leader])
    })

    it('take no page that was away for an hour for the leader, until it has asked', async () => {
      const tabs = await openAll(stage(), 2, 'hour')
      const [leader] = await leaderOf(tabs)
      expect(await leader.evaluate(`(page.jumpAhead(${HOUR_MS}), page.isLeader())`)).toBe(false)
      await leaderOf(tabs)
    })

    it('never have two leaders: 100 rounds of 4 tabs that leave, come back and hang', async () => {
      const tabs = await openAll(stage(), 4, 'rounds', '1s')
      const pages = tabs.map(pageOf)
      const seed = Math.floor(Math.random() * 1_000_000)
      for (const [index, page] of pages.entries()) await page.play('rounds', seed + index)
      let spans: { readonly tab: number; readonly from: number; readonly to: number }[] = []
      const rounds = (): number => spans.filter(({ tab }, index) => tab !== spans[index - 1]?.tab).length
      await until(
        '100 rounds',
        async () => {
          const led = await Promise.all(pages.map((page) => page.led()))
          spans = led.flatMap((own, tab) => own.map(({ from, to }) => ({ tab, from, to })))
          spans.sort((a, b) => a.from - b.from)
          return rounds() >= 100
        },
        100_000,
      )
      await Promise.all(pages.map((page) => page.stop()))
      const overlaps = spans.filter(({ tab, from }, index) =>
        spans.slice(0, index).some((before) => before.tab !== tab && before.to > from + CLOCKS_MS),
      )
      expect(overlaps, `seed ${seed}`).toEqual([])
      await leaderOf(tabs)
    })
  })
})
