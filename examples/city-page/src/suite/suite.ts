/** What a page over the city API has to do, whatever framework it is written with: declared once for each engine. */
import { engines, until } from '@hotpath/browsers'
import { describe, expect, test } from 'vitest'
import { testKeyboard } from './keyboard.ts'
import { testLatency } from './latency.ts'
import type { StartPage } from './stage.ts'
import { NAMES, type Stage, useStage } from './use-stage.ts'
import { rename, typing } from './user.ts'

/** Declares the tests: the essential ones in three engines, and the others in Chromium. */
export function describePage(start: StartPage): void {
  describe.each(engines)('$engine', (engine) => {
    // The reason is the name, as that is what reporters print.
    describe.skipIf(engine.missing !== undefined)(engine.missing ?? 'installed', () => {
      const stage = useStage(start, engine)
      testEssentials(stage)
      testKeyboard(stage)
      if (engine.engine !== 'chromium') return
      testDetails(stage)
      testLatency(stage)
    })
  })
}

function testEssentials({ open, trouble }: Stage): void {
  test('searches, goes on at the end of the list, and shows what the list knows of a place at once', async () => {
    const { tab, ...user } = await open('/')
    await user.shows('.list', 'Berlin')
    await user.type('.search input', 'berg')
    await until('one place is found', async () => (await user.textOf('.list')).startsWith('Bergen'))
    await user.type('.search input', '')
    await user.shows('.list', 'Berlin')
    await until('the list goes on', async () => {
      await tab.evaluate('document.querySelector(".more")?.scrollIntoView()')
      return (await tab.evaluate('document.querySelectorAll(".row").length')) === NAMES.length
    })

    await trouble({ isSlow: true })
    await user.click('li:nth-child(4) .row')
    await user.shows('.detail h2', 'Town 0')
    await user.shows('.facts', '97,000')
    await user.shows('.facts', '4th')
    await trouble({ isSlow: false })
    await tab.close()
  })

  test('takes back what the server refuses, agrees with other tabs, and works while the API is away', async () => {
    const [one, other] = [await open('/?city=1'), await open('/')]
    await one.shows('.detail h2', 'Berlin')
    await other.shows('.list', 'Berlin')

    await trouble({ failsWrites: true })
    await one.tab.evaluate(`(() => {
      globalThis.seen = []
      const note = () => {
        const { innerText } = document.querySelector('.row b')
        if (seen.at(-1) !== innerText) seen.push(innerText)
      }
      new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
    })()`)
    await rename(one, 'Berlinchen')
    await one.shows('[role=alert]', 'taken back')
    await until('the name is as before', async () => (await one.textOf('.row b')) === 'Berlin')
    expect(await one.tab.evaluate('seen')).toEqual(['Berlin', 'Berlinchen', 'Berlin'])

    await rename(one, 'Berlino')
    await one.click('.detail .star')
    await other.shows('.list', 'Berlino')
    await trouble({ failsWrites: false })
    await one.click('li:nth-child(2) .star')
    await other.sees('the star', `document.querySelector('li:nth-child(2) .star').ariaPressed === 'true'`)

    await until('it is stored', () => other.hasStored('"pages":[[{"id":1,"name":"Berlino"'))
    await trouble({ isAway: true })
    await other.tab.reload()
    await other.shows('.list', 'Berlino')
    await other.type('.search input', 'zz')
    await other.shows('.notice', 'never loaded')
    await trouble({ isAway: false })
    await Promise.all([one.tab.close(), other.tab.close()])
  })
}

function testDetails({ open, trouble }: Stage): void {
  test('says of a place that is none that it is none, and not that the API is away', async () => {
    const { tab, shows } = await open('/?city=99999')
    await shows('.notice', 'There is no such place.')
    await tab.close()
  })

  test('aborts a search that nobody waits for', async () => {
    const { tab, shows, textOf } = await open('/')
    await shows('.list', 'Berlin')
    await trouble({ isSlow: true })
    await tab.evaluate(`(() => {
      const { fetch } = globalThis
      globalThis.asked = []
      globalThis.aborted = []
      globalThis.fetch = (address, init) => {
        asked.push(address)
        init?.signal?.addEventListener('abort', () => aborted.push(address))
        return fetch(address, init)
      }
    })()`)
    // Nobody has searched for it before: what is stored is not asked for.
    await tab.evaluate(`(async () => {
      for (const text of ['t', 'to', 'tow']) {
        ${typing('.search input')}
        // Until it is on its way: what is typed faster is not asked for at all.
        while (!asked.includes('/api/search?q=' + text)) await new Promise((resolve) => void setTimeout(resolve, 5))
      }
    })()`)
    await until('the places are there', async () => (await textOf('.list')).startsWith('Town'))
    await trouble({ isSlow: false })
    const aborted: readonly string[] = await tab.evaluate('aborted')
    expect(aborted).toContain('/api/search?q=to')
    expect(aborted).not.toContain('/api/search?q=tow')
    await tab.close()
  })
}
