import { type Cache, createCache, memory } from '@hotpath/core'
import { shared } from '@hotpath/core/shared'
import { asyncTier, createFakeClock, createSharedStore } from '@hotpath/testkit'
import { expect, it } from 'vitest'
import { createHttpClient } from '../../../src/http/index.ts'
import { json, startOrigin } from './origin.ts'

const SECRETS = { authorization: 'Bearer 12345', cookie: 'session=67890' }

it('Who looks into a shared store finds nothing of what requests prove their identity with', async () => {
  await using origin = await startOrigin(({ headers }, response) => {
    const fields = { 'cache-control': 'public, max-age=10', vary: 'Authorization, Cookie', etag: '"1"' }
    if (headers['if-none-match'] === undefined) json(response, 1, fields)
    else response.writeHead(304, fields).end()
  })
  const store = createSharedStore()
  const clock = createFakeClock()
  await using cache: Cache = createCache({
    name: 'http',
    tiers: [memory({ maxEntries: 9 }), asyncTier(store)],
    shared,
    clock,
  })
  await using api = createHttpClient({ baseUrl: origin.url, cache, clock, retry: false })
  const from = async (headers: Record<string, string>): Promise<string> => (await api.fetch('/a', { headers })).from
  expect(await from(SECRETS)).toBe('network')
  expect(await from(SECRETS)).toBe('cache')
  expect(await from({ ...SECRETS, cookie: 'session=0' })).toBe('network')
  expect(await from({ authorization: SECRETS.cookie, cookie: SECRETS.authorization })).toBe('network')
  clock.advance(11_000)
  expect(await from(SECRETS)).toBe('revalidated')
  const kept = [...store.names.values()].flatMap((entries) => [...entries])
  // For each cookie what it varies by, and the variants of that.
  expect(kept).toHaveLength(6)
  const text = JSON.stringify(kept)
  expect(text).toContain('authorization')
  for (const secret of ['12345', '67890', 'session=', 'Bearer']) expect(text).not.toContain(secret)
})
