/** The page in a real browser, over the real API with a handful of places. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Tab, chromium, until } from '@hotpath/browsers'
import { openDatabase } from 'city-api-example/database'
import { startService } from 'city-api-example/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PageServer, startPageServer } from 'city-page-example/server'
import { buildPage } from '../src/build.ts'

const CITIES = ['Bergen', 'Berlin', 'Bern', 'Ulm'].map((name, index) => ({
  id: index + 1,
  name,
  country: 'DE',
  region: '01',
  population: 1_000 * (index + 1),
  lat: 50,
  lon: 10,
}))

let browser: Browser
let server: PageServer
let apiUrl: string
let stopApi: () => Promise<void>
let remove: () => Promise<void>

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plain-cities-'))
  const source = { version: 'test', read: async () => CITIES }
  const db = await openDatabase({ path: join(folder, 'cities.db'), source })
  const api = await startService({ db, port: 0 })
  stopApi = () => api.close()
  apiUrl = api.url
  const dir = join(folder, 'page')
  await buildPage(dir)
  server = await startPageServer({ port: 0, dir, service: api })
  browser = await chromium.launch({})
  remove = async () => {
    db.close()
    await rm(folder, { recursive: true })
  }
})

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await stopApi?.()
  await remove?.()
})

const textOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText`)
const rowsOf = (tab: Tab): Promise<string> => textOf(tab, '#cities')

async function searchFor(tab: Tab, text: string): Promise<void> {
  await tab.evaluate(`(() => {
    const field = document.querySelector('#q')
    field.value = ${JSON.stringify(text)}
    field.dispatchEvent(new Event('input'))
  })()`)
}

async function rename(tab: Tab, name: string): Promise<void> {
  await tab.evaluate(`(() => {
    document.querySelector('#rename input').value = ${JSON.stringify(name)}
    document.querySelector('#rename button').click()
  })()`)
}

/** Presses a checkbox of the troubles, and waits until the server has it. */
async function change(tab: Tab, trouble: string, to: boolean): Promise<void> {
  await tab.evaluate(`document.querySelector('#troubles [name=${trouble}]').click()`)
  await until('the server knows', async () => {
    const conditions = (await (await fetch(`${server.url}/conditions`)).json()) as Readonly<Record<string, unknown>>
    return conditions[trouble] === to
  })
}

/** Whether IndexedDB has a place of that name: a page that is left earlier loses the writes of its last 50 ms. */
const hasStored = (tab: Tab, place: string): Promise<boolean> =>
  tab.evaluate(`(async () => {
    const result = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith('hotpath:city-page:'))
    const database = await result(indexedDB.open(name))
    const entries = await result(database.transaction('entries').objectStore('entries').getAll())
    database.close()
    return entries.some(({ value }) => Array.isArray(value) && value.some(({ name }) => name === ${JSON.stringify(place)}))
  })()`)

test('two tabs agree on a list, its details and a new name, also when the server refuses one', async () => {
  const [one, other] = [await browser.open(`${server.url}/`), await browser.open(`${server.url}/`)]
  for (const tab of [one, other]) {
    await until('the biggest places are there', async () => (await rowsOf(tab)).includes('Ulm'))
    await searchFor(tab, 'ber')
    await until('the places are there', async () => /Berlin.*2,000/s.test(await rowsOf(tab)))
    expect(await rowsOf(tab)).not.toContain('Ulm')
  }

  await one.evaluate(
    `[...document.querySelectorAll('#cities a')].find((row) => row.innerText.startsWith('Berlin')).click()`,
  )
  expect(await textOf(one, '#name')).toBe('Berlin')
  await until('its rank is there', async () => (await textOf(one, '#rank')) === '3rd by size')

  await rename(one, 'Berlino')
  expect([await textOf(one, '#name'), await rowsOf(one)]).toEqual(['Berlino', expect.stringContaining('Berlino')])
  await until('the other tab shows it', async () => (await rowsOf(other)).includes('Berlino'))

  await change(one, 'failsWrites', true)
  await rename(one, 'Nowhere')
  await until('the server refuses it', async () => (await textOf(one, '#refused')).includes('It was taken back.'))
  expect([await textOf(one, '#name'), await rowsOf(one)]).toEqual(['Berlino', expect.stringContaining('Berlino')])
  await change(one, 'failsWrites', false)
})

test('the page works from its data while the API is away, and hears what somebody else writes', async () => {
  const tab = await browser.open(`${server.url}/`)
  await searchFor(tab, 'ber')
  await until('the places are there', async () => (await rowsOf(tab)).includes('Bergen'))

  // Behind the back of the page.
  await fetch(`${apiUrl}/fast/cities/1`, { method: 'PUT', body: JSON.stringify({ name: 'Bergheim' }) })
  await until('the tab hears of it', async () => (await rowsOf(tab)).includes('Bergheim'))
  await until('it is stored', () => hasStored(tab, 'Bergheim'))

  await stopApi()
  await tab.reload()
  await until('the places are there again', async () => (await rowsOf(tab)).includes('Bergheim'))
  await searchFor(tab, 'ulm')
  await until('what was never searched for is not there', async () => (await rowsOf(tab)) === '')
  await until('it says why', async () => (await textOf(tab, '#summary')).includes('The API is away'))
})
