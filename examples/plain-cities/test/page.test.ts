/** The page in a real browser, over the real API with a handful of places. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, until } from '@hotpath/browsers'
import { reach, reachesAll } from 'city-page-example/focus'
import { startPageServer } from 'city-page-example/server'
import { type PageStage, openStage } from 'city-page-example/stage'
import { type User, userOf } from 'city-page-example/user'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildPage } from '../src/build.ts'

let dir: string
let stage: PageStage

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'plain-cities-'))
  await buildPage(dir)
  stage = await openStage({
    start: (options) => startPageServer({ ...options, dir }),
    engine: chromium,
    names: ['Ulm', 'Bern', 'Berlin', 'Bergen'],
  })
})

afterAll(async () => {
  await stage.close()
  await rm(dir, { recursive: true })
})

const open = async (): Promise<User> => userOf(await stage.browser.open(`${stage.server.url}/`))

async function rename({ type, click }: User, name: string): Promise<void> {
  await type('#rename input', name)
  await click('#rename button')
}

/** Presses a checkbox of the troubles, and waits until the server has it. */
async function change({ click }: User, trouble: string, to: boolean): Promise<void> {
  await click(`#troubles [name=${trouble}]`)
  await serverKnows(trouble, to)
}

function serverKnows(trouble: string, to: boolean): Promise<void> {
  return until('the server knows', async () => {
    const conditions = (await (await fetch(`${stage.server.url}/conditions`)).json()) as Readonly<
      Record<string, unknown>
    >
    return conditions[trouble] === to
  })
}

test('two tabs agree on a list, its details and a new name, also when the server refuses one', async () => {
  const [one, other] = [await open(), await open()]
  for (const { shows, textOf, type } of [one, other]) {
    await shows('#cities', 'Ulm')
    await type('#q', 'ber')
    await until('the places are there', async () => /Berlin.*98,000/s.test(await textOf('#cities')))
    expect(await textOf('#cities')).not.toContain('Ulm')
  }

  await one.tab.evaluate(
    `[...document.querySelectorAll('#cities a')].find((row) => row.innerText.startsWith('Berlin')).click()`,
  )
  expect(await one.textOf('#name')).toBe('Berlin')
  await one.shows('#rank', '3rd by size')

  const named = async (name: string): Promise<void> =>
    expect([await one.textOf('#name'), await one.textOf('#cities')]).toEqual([name, expect.stringContaining(name)])
  await rename(one, 'Berlino')
  await named('Berlino')
  await other.shows('#cities', 'Berlino')

  await change(one, 'failsWrites', true)
  await rename(one, 'Nowhere')
  await one.shows('#refused', 'It was taken back.')
  await named('Berlino')
  await change(one, 'failsWrites', false)
  await Promise.all([one.tab.close(), other.tab.close()])
})

test('the page is used by keyboard alone', async () => {
  const { tab, shows } = await open()
  await shows('#cities', 'Bern')
  await reachesAll(tab)
  await reach(tab, /^Bern /)
  await tab.press('Enter')
  await shows('#name', 'Bern')
  await reach(tab, 'New name')
  for (const letter of 'Berne') await tab.press(letter)
  await tab.press('Enter')
  await shows('#cities', 'Berne')
  await reach(tab, 'Troubles')
  await tab.press('Enter')
  await reach(tab, 'Slow server')
  await tab.press('Space')
  await serverKnows('isSlow', true)
  await tab.press('Space')
  await serverKnows('isSlow', false)
  await tab.close()
})

test('the page works from its data while the API is away, and hears what somebody else writes', async () => {
  const { tab, shows, type, textOf, hasStored } = await open()
  await type('#q', 'ber')
  await shows('#cities', 'Bergen')

  // Behind the back of the page.
  await fetch(`${stage.apiUrl}/fast/cities/4`, { method: 'PUT', body: JSON.stringify({ name: 'Bergheim' }) })
  await shows('#cities', 'Bergheim')
  // No other tab is there to load another list, and other lists of this one have it, too.
  await until('it is stored', () => hasStored('"name":"Bergheim"', 'search:ber'))

  await stage.stopApi()
  await tab.reload()
  await shows('#cities', 'Bergheim')
  await type('#q', 'ulm')
  await until('what was never searched for is not there', async () => (await textOf('#cities')) === '')
  await shows('#summary', 'The API is away')
})
