/** How soon a tab shows what another tab, or somebody behind the back of the page, has changed. Printed and not asserted: it says as much of the machine as of the page. */
import { loadavg } from 'node:os'
import { test } from 'vitest'
import type { Stage } from './use-stage.ts'
import { rename } from './user.ts'

const ROUNDS = 15
/** Between two changes, so that each is measured by itself: the tabs load once more when the server has said it, too. */
const PAUSE_MS = 400

/** Declares the measurements. */
export function testLatency({ open, apiUrl }: Stage): void {
  test('shows a change of another tab soon', async () => {
    const [one, other] = [await open('/?city=1'), await open('/')]
    await one.shows('.detail header', 'Rename')
    await other.shows('.list', 'Bern')
    await other.tab.evaluate(NOTE_NAMES)
    await one.tab.evaluate(`addEventListener('submit', () => (globalThis.changedAt = Date.now()), { capture: true })`)
    await measure('From a change in one tab to another', async (name) => {
      await rename(one, name)
      await other.sees(name, `shownAt[${JSON.stringify(name)}] !== undefined`)
      return [await one.tab.evaluate('changedAt'), await other.tab.evaluate(`shownAt[${JSON.stringify(name)}]`)]
    })
    await Promise.all([one.tab.close(), other.tab.close()])
  })

  test('shows soon what is changed on the server', async () => {
    const { tab, shows, sees } = await open('/')
    await shows('.list', 'Bern')
    await tab.evaluate(NOTE_NAMES)
    await measure('From the response to a change on the server to a tab', async (name) => {
      await fetch(`${apiUrl()}/fast/cities/1`, { method: 'PUT', body: JSON.stringify({ name }) })
      const changedAt = Date.now()
      await sees(name, `shownAt[${JSON.stringify(name)}] !== undefined`)
      return [changedAt, await tab.evaluate(`shownAt[${JSON.stringify(name)}]`)]
    })
    await tab.close()
  })
}

/** @param change - Gives a place a name. Resolves to when it had it, and when it was shown. */
async function measure(what: string, change: (name: string) => Promise<readonly [number, number]>): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const [changedAt, shownAt] = await change(`Name ${what.length} ${round}`)
    times.push(shownAt - changedAt)
    await new Promise((resolve) => void setTimeout(resolve, PAUSE_MS))
  }
  const [least, median, most] = [0, Math.floor(ROUNDS / 2), ROUNDS - 1].map((at) => times.toSorted((a, b) => a - b)[at])
  console.log(`${what}: ${median} ms, ${least} to ${most} (load ${loadavg()[0]?.toFixed(1)})`)
}

/** When the first place of the list had which name. */
const NOTE_NAMES = `(() => {
  globalThis.shownAt = {}
  new MutationObserver(() => {
    shownAt[document.querySelector('.row b').textContent] ??= Date.now()
  }).observe(document.body, { subtree: true, childList: true, characterData: true })
})()`
