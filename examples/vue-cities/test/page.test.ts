/** The page in a real browser, over the real API with a handful of places. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Tab, chromium, until } from '@hotpath/browsers'
import { openDatabase } from 'city-api-example/database'
import { startService } from 'city-api-example/service'
import type { PageServer } from 'city-page-example/server'
import { afterAll, beforeAll, test } from 'vitest'
import { startVuePage } from '../server/server.ts'

const NAMES = ['Berlin', 'Bern', 'Bergen', ...Array.from({ length: 47 }, (_, index) => `Town ${index}`)]
const CITIES = NAMES.map((name, index) => ({
  id: index + 1,
  name,
  country: 'DE',
  region: '01',
  population: 1_000 * (100 - index),
  lat: 50 + index / 100,
  lon: 10,
}))

let browser: Browser
let server: PageServer
let remove: () => Promise<void>

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vue-cities-'))
  const db = await openDatabase({ path: join(dir, 'cities.db'), source: { version: 'test', read: async () => CITIES } })
  const service = await startService({ db, port: 0 })
  server = await startVuePage({ port: 0, service })
  browser = await chromium.launch({})
  remove = async () => {
    await browser.close()
    await server.close()
    await service.close()
    db.close()
    await rm(dir, { recursive: true })
  }
})

afterAll(() => remove())

const textOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`)

const shows = (tab: Tab, selector: string, expected: string): Promise<unknown> =>
  until(`\`${selector}\` shows ${expected}`, async () => (await textOf(tab, selector)).includes(expected))

const click = (tab: Tab, selector: string): Promise<unknown> =>
  tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`)

const type = (tab: Tab, selector: string, text: string): Promise<unknown> =>
  tab.evaluate(`(() => {
    const field = document.querySelector(${JSON.stringify(selector)})
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })()`)

async function rename(tab: Tab, name: string): Promise<void> {
  await click(tab, '.detail header .button')
  await until('the form is there', async () => tab.evaluate('document.querySelector(".rename") !== null'))
  await type(tab, '.rename input', name)
  await click(tab, '.rename [type=submit]')
}

const trouble = (conditions: object): Promise<Response> =>
  fetch(`${server.url}/conditions`, { method: 'PUT', body: JSON.stringify(conditions) })

const rowsOf = (tab: Tab): Promise<number> => tab.evaluate('document.querySelectorAll(".row").length')

test('shows what the list knows at once, takes back what is refused, agrees with other tabs, and works without the API', async () => {
  const one = await browser.open(`${server.url}/`)
  await shows(one, '.list', 'Berlin')
  await type(one, '.search input', 'berg')
  await until('one place is found', async () => (await textOf(one, '.list')).startsWith('Bergen'))
  await type(one, '.search input', '')
  await shows(one, '.list', 'Berlin')
  await until('the list goes on', async () => {
    await one.evaluate('document.querySelector(".more")?.scrollIntoView()')
    return (await rowsOf(one)) === NAMES.length
  })

  await trouble({ isSlow: true })
  await click(one, '.row')
  await shows(one, '.facts', '100,000')
  await shows(one, '.facts', '1st')
  await trouble({ isSlow: false, failsWrites: true })
  await rename(one, 'Berlinchen')
  await shows(one, '[role=alert]', 'taken back')
  await until('the name is as before', async () => (await textOf(one, '.row b')) === 'Berlin')
  const other = await browser.open(`${server.url}/`)
  await shows(other, '.list', 'Berlin')
  await rename(one, 'Berlino')
  await shows(other, '.list', 'Berlino')
  await trouble({ failsWrites: false })
  await click(one, 'li:nth-child(2) .star')
  await until('the other tab shows the star', () =>
    other.evaluate(`document.querySelector('li:nth-child(2) .star').ariaPressed === 'true'`),
  )

  await until('it is stored', () => hasStored(other, '"pages":[[{"id":1,"name":"Berlino"'))
  await trouble({ isAway: true })
  await other.reload()
  await shows(other, '.list', 'Berlino')
  await type(other, '.search input', 'zz')
  await shows(other, '.notice', 'never loaded')
  await trouble({ isAway: false })
})

/** Whether IndexedDB has something, as JSON: a page that is left earlier loses the writes of its last 50 ms. */
const hasStored = (tab: Tab, json: string): Promise<boolean> =>
  tab.evaluate(`(async () => {
    const result = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith('hotpath:city-page:'))
    const database = await result(indexedDB.open(name))
    const entries = await result(database.transaction('entries').objectStore('entries').getAll())
    database.close()
    return JSON.stringify(entries).includes(${JSON.stringify(json)})
  })()`)
