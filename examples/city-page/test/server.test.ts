/** The server of the pages, over the real API with two places. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from 'city-api-example/database'
import { type Service, startService } from 'city-api-example/service'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PageServer, startPageServer } from '../src/server/server.ts'

const CITIES = ['Berlin', 'Bern'].map((name, index) => ({
  id: index + 1,
  name,
  country: 'DE',
  region: '01',
  population: 1_000 * (index + 1),
  lat: 50,
  lon: 10,
}))

let service: Service
let server: PageServer
let remove: () => Promise<void>

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'city-page-'))
  await mkdir(join(dir, 'page/assets'), { recursive: true })
  await writeFile(join(dir, 'page/index.html'), '<head></head>')
  await writeFile(join(dir, 'page/assets/page.js'), 'export {}')
  const db = await openDatabase({ path: join(dir, 'cities.db'), source: { version: 'test', read: async () => CITIES } })
  service = await startService({ db, port: 0 })
  server = await startPageServer({ port: 0, dir: join(dir, 'page'), service })
  remove = async () => {
    await server.close()
    await service.close()
    db.close()
    await rm(dir, { recursive: true })
  }
})

afterAll(() => remove())

const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(server.url + path, init)
const put = (path: string, body: object): Promise<Response> => ask(path, { method: 'PUT', body: JSON.stringify(body) })

test('serves the files of the page, and says where the log was', async () => {
  expect(await (await ask('/')).text()).toMatch(/^<head><meta name="position" content=".+"><\/head>$/)
  expect((await ask('/assets/page.js')).headers.get('content-type')).toBe('text/javascript')
  expect((await ask('/assets/other.js')).status).toBe(404)
})

test('hands on what is asked of the API, in pages and one by one', async () => {
  const names = async (path: string) => ((await (await ask(path)).json()) as { name: string }[]).map(({ name }) => name)
  expect(await names('/api/countries/DE/cities')).toEqual(['Bern', 'Berlin'])
  expect(await names('/api/countries/DE/cities?from=1')).toEqual(['Berlin'])
  expect((await ask('/api/cities/9')).status).toBe(404)
})

test('sends what a write has invalidated, and keeps favourites', async () => {
  const events = (await ask('/api/invalidations')).body?.pipeThrough(new TextDecoderStream()).getReader()
  const heard = async (tag: string): Promise<boolean> => {
    for (let all = ''; ; ) {
      const { value, done } = (await events?.read()) ?? { done: true }
      all += value ?? ''
      if (all.includes(tag)) return true
      if (done) return false
    }
  }
  expect((await put('/api/cities/1', { name: 'Berne' })).status).toBe(200)
  expect(await heard('"city:1"')).toBe(true)
  expect((await put('/api/favourites/1', { isFavourite: true })).status).toBe(200)
  expect(await heard('"favourites"')).toBe(true)
  expect(await (await ask('/api/favourites')).json()).toEqual([expect.objectContaining({ name: 'Berne' })])
  expect((await put('/api/favourites/9', { isFavourite: true })).status).toBe(404)
  await events?.cancel()
})

test('makes the troubles that it is asked for', async () => {
  await put('/conditions', { failsWrites: true })
  expect((await put('/api/cities/1', { population: 5 })).status).toBe(503)
  expect((await put('/api/cities/1', { population: 5 })).status).toBe(200)
  const stream = await ask('/api/invalidations')
  expect(await (await put('/conditions', { failsWrites: false, isAway: true })).json()).toEqual({
    isAway: true,
    isSlow: false,
    failsWrites: false,
  })
  // Everybody who listened is cut off.
  await stream.text()
  expect((await ask('/api/countries/DE/cities')).status).toBe(502)
  expect((await ask('/')).status).toBe(200)
  await put('/conditions', { isAway: false })
  expect((await ask('/api/countries/DE/cities')).status).toBe(200)
})
