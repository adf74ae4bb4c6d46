import { describe, expect, it } from 'vitest'
import { setUp } from './client.ts'
import { json } from './origin.ts'

describe('a request that says so itself', () => {
  it.each(['no-cache', 'max-age=0'])('is never answered without asking: %s', async (field) => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else json(response, 1, { 'cache-control': 'max-age=60', etag: '"1"' })
    })
    await test.api.get('/a')
    expect((await test.api.fetch('/a')).from).toBe('cache')
    expect((await test.api.fetch('/a', { headers: { 'cache-control': field } })).from).toBe('revalidated')
    expect((await test.api.fetch('/a', { headers: { 'cache-control': 'max-age=9' } })).from).toBe('cache')
  })
})

describe('a request for what is cached alone', () => {
  const headers = { 'cache-control': 'only-if-cached' }

  it('is answered without the server, or not at all', async () => {
    await using test = await setUp((_, response) => json(response, 1, { 'cache-control': 'max-age=60' }), {
      retry: { attempts: 3, delay: 0 },
    })
    const missed = await test.api.fetch('/a', { headers })
    expect([missed.status, missed.body, missed.from]).toEqual([504, undefined, 'cache'])
    expect((await test.api.fetch('/a', { headers, cache: false })).status).toBe(504)
    expect(test.origin.requests).toHaveLength(0)
    await test.api.get('/a')
    expect((await test.api.fetch('/a', { headers })).body).toBe(1)
    test.clock.advance(60_000)
    expect((await test.api.fetch('/a', { headers })).status).toBe(504)
    expect(test.origin.requests).toHaveLength(1)
  })

  it('leaves what is kept to be validated, and those alone who ask the server meanwhile', async () => {
    await using test = await setUp(({ headers: sent }, response) => {
      if (sent['if-none-match'] === '"1"') response.writeHead(304).end()
      else json(response, 1, { 'cache-control': 'max-age=10, stale-if-error=60', etag: '"1"' })
    })
    await test.api.get('/a')
    test.clock.advance(11_000)
    const others = { headers: { 'x-other': '1' } }
    const [one, other] = await Promise.all([test.api.fetch('/a', { headers }), test.api.fetch('/a', others)])
    expect([one.status, other.body]).toEqual([504, 1])
    expect(test.origin.requests).toHaveLength(2)
    expect(test.origin.requests.map(({ headers: sent }) => sent['cache-control'])).not.toContain('only-if-cached')
    test.clock.advance(11_000)
    expect((await test.api.fetch('/a')).from).toBe('revalidated')
  })

  it('is a write like any other where it is one', async () => {
    await using test = await setUp((_, response) => json(response, 1))
    expect((await test.api.fetch('/a', { method: 'PUT', headers })).status).toBe(200)
  })
})

describe('a response with a validator', () => {
  it('is asked for on condition once it is stale, and a 304 saves its body', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === '"1"') {
        response.writeHead(304, { etag: '"1"', 'cache-control': 'max-age=20', 'x-seen': 'again' }).end()
      } else json(response, { long: 'x'.repeat(1_000) }, { 'cache-control': 'max-age=10', etag: '"1"' })
    })
    const first = await test.api.fetch('/a')
    test.clock.advance(10_000)
    const second = await test.api.fetch('/a')
    expect([second.status, second.from, second.header('x-seen')]).toEqual([200, 'revalidated', 'again'])
    expect(second.body).toBe(first.body)
    // The 304 says how long it is fresh now.
    test.clock.advance(19_999)
    expect((await test.api.fetch('/a')).from).toBe('cache')
    expect(test.origin.requests).toHaveLength(2)
  })

  it('may be validated by its date', async () => {
    const modified = 'Sat, 01 Dec 2029 00:00:00 GMT'
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-modified-since'] === modified) response.writeHead(304).end()
      else json(response, 1, { 'last-modified': modified })
    })
    await test.api.get('/a')
    const second = await test.api.fetch('/a')
    expect([second.body, second.from]).toEqual([1, 'revalidated'])
  })

  it('is replaced when it has changed', async () => {
    let version = 1
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === `"${version}"`) response.writeHead(304).end()
      else json(response, version, { etag: `"${version}"` })
    })
    await test.api.get('/a')
    version = 2
    expect(await test.api.get('/a')).toBe(2)
    expect((await test.api.fetch('/a')).from).toBe('revalidated')
  })

  it('is asked for anew when the 304 speaks of another version', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === undefined) json(response, 1, { etag: '"1"' })
      else response.writeHead(304, { etag: '"2"' }).end()
    })
    await test.api.get('/a')
    const second = await test.api.fetch('/a')
    expect([second.status, second.body, second.from]).toEqual([200, 1, 'network'])
    expect(test.origin.requests).toHaveLength(3)
  })

  it('is validated before each use under no-cache, also within one instant', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === undefined)
        json(response, 1, { etag: '"1"', 'cache-control': 'no-cache, max-age=60' })
      else response.writeHead(304, { 'cache-control': 'no-cache, max-age=60' }).end()
    })
    for (let times = 1; times <= 4; times++) {
      expect(await test.api.get('/a')).toBe(1)
      expect(test.origin.requests).toHaveLength(times)
    }
  })

  it('is validated once for all who ask meanwhile', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === undefined) json(response, 1, { etag: '"1"', 'cache-control': 'no-cache' })
      else setTimeout(() => response.writeHead(304).end(), 20)
    })
    await test.api.get('/a')
    test.clock.advance(5)
    const answers = await Promise.all(Array.from({ length: 10 }, () => test.api.get('/a')))
    expect(answers).toEqual(Array.from({ length: 10 }, () => 1))
    expect(test.origin.requests).toHaveLength(2)
  })

  it('is kept as long as the client wants to validate', async () => {
    await using test = await setUp(
      ({ headers }, response) =>
        json(response, headers['if-none-match'] ?? 'none', { 'cache-control': 'max-age=10', etag: '"1"' }),
      { caching: { revalidate: '20s' } },
    )
    await test.api.get('/a')
    test.clock.advance(29_000)
    expect(await test.api.get('/a')).toBe('"1"')
    test.clock.advance(30_001)
    expect(await test.api.get('/a')).toBe('none')
  })

  it('is forgotten when an answer comes that may not be kept', async () => {
    let control = 'max-age=10'
    await using test = await setUp(({ headers }, response) =>
      json(response, headers['if-none-match'] ?? 'none', { 'cache-control': control, etag: '"1"' }),
    )
    await test.api.get('/a')
    test.clock.advance(11_000)
    control = 'no-store'
    expect(await test.api.get('/a')).toBe('"1"')
    control = 'max-age=10'
    expect(await test.api.get('/a')).toBe('none')
    expect(await test.api.get('/a')).toBe('none')
  })
})
