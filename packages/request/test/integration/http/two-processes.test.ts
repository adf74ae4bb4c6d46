import { type Cache, createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { asyncTier, createFakeClock, createSharedLog, createSharedStore } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { createHttpClient, type HttpClient } from '../../../src/http/index.ts'
import { type Handler, json, startOrigin } from './origin.ts'

/** Two clients with a memory each over one shared store and log, as two processes have over one Redis. */
async function twoClients(handle: Handler) {
  const origin = await startOrigin(handle)
  const clock = createFakeClock()
  const store = createSharedStore()
  const log = createSharedLog(() => createMemoryLog())
  const caches: Cache[] = []
  const make = (): HttpClient => {
    const tiers = [memory({ maxEntries: 100 }), asyncTier(store)]
    const cache = createCache({ name: 'http', tiers, log: () => log.connect(), shared, clock, lease: false })
    caches.push(cache)
    return createHttpClient({ baseUrl: origin.url, cache, clock, retry: false })
  }
  const [one, other] = [make(), make()]
  return {
    one,
    other,
    clock,
    requests: origin.requests,
    async [Symbol.asyncDispose]() {
      for (const open of [one, other, ...caches]) await open.close()
      await origin[Symbol.asyncDispose]()
    },
  }
}

it('One process uses what another has asked for, each variant in its place', async () => {
  await using test = await twoClients(({ headers }, response) => {
    json(response, headers['accept-language'], { 'cache-control': 'max-age=60', vary: 'accept-language' })
  })
  const german = { headers: { 'accept-language': 'de' } }
  expect(await test.one.get('/a', german)).toBe('de')
  expect((await test.other.fetch('/a', german)).from).toBe('cache')
  expect(await test.other.get('/a', { headers: { 'accept-language': 'en' } })).toBe('en')
  expect((await test.one.fetch('/a', { headers: { 'accept-language': 'en' } })).from).toBe('cache')
  expect(test.requests).toHaveLength(2)
})

it('One process validates what another has asked for', async () => {
  await using test = await twoClients(({ headers }, response) => {
    if (headers['if-none-match'] === '"1"') response.writeHead(304, { 'cache-control': 'no-cache' }).end()
    else json(response, { a: 1 }, { etag: '"1"', 'cache-control': 'no-cache' })
  })
  await test.one.get('/a')
  const answer = await test.other.fetch('/a')
  expect([answer.body, answer.from]).toEqual([{ a: 1 }, 'revalidated'])
})

it('A write through one process outdates what another holds in memory', async () => {
  let version = 1
  await using test = await twoClients(({ method }, response) => {
    if (method === 'PUT') version++
    json(response, version, { 'cache-control': 'max-age=60' })
  })
  expect(await test.other.get('/a')).toBe(1)
  await test.one.put('/a', { body: {} })
  expect(await test.other.get('/a')).toBe(2)
})
