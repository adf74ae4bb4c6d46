/** The page in a real browser, over the real API with a handful of places. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Tab, chromium, until } from '@hotpath/browsers'
import { openDatabase } from 'city-api-example/database'
import { startService } from 'city-api-example/service'
import type { PageServer } from 'city-page-example/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startReactPage } from '../server/server.ts'

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
  const dir = await mkdtemp(join(tmpdir(), 'react-cities-'))
  const db = await openDatabase({ path: join(dir, 'cities.db'), source: { version: 'test', read: async () => CITIES } })
  const service = await startService({ db, port: 0 })
  server = await startReactPage({ port: 0, service })
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

/** React listens to what its own setter has not seen. */
const typing = (selector: string): string => `
    const field = document.querySelector(${JSON.stringify(selector)})
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text)
    field.dispatchEvent(new Event('input', { bubbles: true }))`

const type = (tab: Tab, selector: string, text: string): Promise<unknown> =>
  tab.evaluate(`(() => { const text = ${JSON.stringify(text)};${typing(selector)} })()`)

async function rename(tab: Tab, name: string): Promise<void> {
  await click(tab, '.detail header .button')
  await until('the form is there', async () => tab.evaluate('document.querySelector(".rename") !== null'))
  await type(tab, '.rename input', name)
  await click(tab, '.rename [type=submit]')
}

const trouble = (conditions: object): Promise<Response> =>
  fetch(`${server.url}/conditions`, { method: 'PUT', body: JSON.stringify(conditions) })

const rowsOf = (tab: Tab): Promise<number> => tab.evaluate('document.querySelectorAll(".row").length')

test('searches letter by letter, and aborts what nobody waits for', async () => {
  const tab = await browser.open(`${server.url}/`)
  await shows(tab, '.list', 'Berlin')
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
  await tab.evaluate(`(async () => {
    for (const text of ['b', 'be', 'berg']) {
      ${typing('.search input')}
      // Until it is on its way: what is typed faster is not asked for at all.
      while (!asked.includes('/api/search?q=' + text)) await new Promise((resolve) => void setTimeout(resolve, 5))
    }
  })()`)
  await shows(tab, '.list', 'Bergen')
  await trouble({ isSlow: false })
  const aborted: readonly string[] = await tab.evaluate('aborted')
  expect(aborted).toContain('/api/search?q=be')
  expect(aborted).not.toContain('/api/search?q=berg')
  await tab.close()
})

test('shows what the list knows of a place at once, and goes on at the end of the list', async () => {
  const tab = await browser.open(`${server.url}/`)
  await shows(tab, '.list', 'Town 1')
  await trouble({ isSlow: true })
  await click(tab, 'li:nth-child(4) .row')
  await shows(tab, '.detail h2', 'Town 0')
  await shows(tab, '.facts', '97,000')
  await shows(tab, '.facts', '4th')
  await trouble({ isSlow: false })
  for (let rows = await rowsOf(tab); rows < NAMES.length; rows = await rowsOf(tab)) {
    await tab.evaluate('document.querySelector(".more")?.scrollIntoView()')
    await until('more places are there', async () => (await rowsOf(tab)) > rows)
  }
  await tab.close()
})

test('takes back what the server refuses, agrees with other tabs, and works while the API is away', async () => {
  const [one, other] = [await browser.open(`${server.url}/?city=1`), await browser.open(`${server.url}/`)]
  await shows(one, '.detail h2', 'Berlin')
  await shows(other, '.list', 'Berlin')

  await trouble({ failsWrites: true })
  await one.evaluate(`(() => {
    globalThis.seen = []
    const note = () => {
      const { innerText } = document.querySelector('.row b')
      if (seen.at(-1) !== innerText) seen.push(innerText)
    }
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
  })()`)
  await rename(one, 'Berlinchen')
  await shows(one, '[role=alert]', 'taken back')
  await until('the name is as before', async () => (await textOf(one, '.row b')) === 'Berlin')
  expect(await one.evaluate('seen')).toEqual(['Berlin', 'Berlinchen', 'Berlin'])

  await rename(one, 'Berlino')
  await click(one, '.detail .star')
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
