import { isHotpathError } from '@hotpath/contract'
import { describe, expect, it } from 'vitest'
import { setUp } from './client.ts'
import { json, until } from './origin.ts'

describe('a response with a lifetime', () => {
  it('is used without asking until it is over', async () => {
    let version = 0
    await using test = await setUp((_, response) => json(response, ++version, { 'cache-control': 'max-age=60' }))
    expect(await test.api.get('/a')).toBe(1)
    test.clock.advance(59_999)
    const again = await test.api.fetch('/a')
    expect([again.body, again.from, again.header('Cache-Control')]).toEqual([1, 'cache', 'max-age=60'])
    test.clock.advance(1)
    expect(await test.api.get('/a')).toBe(2)
  })

  it('is as old as it says', async () => {
    let version = 0
    const headers = { 'cache-control': 'max-age=60', age: '50' }
    await using test = await setUp((_, response) => json(response, ++version, headers))
    await test.api.get('/a')
    test.clock.advance(10_000)
    expect(await test.api.get('/a')).toBe(2)
  })

  it('belongs to its address with its query, whatever the order in which the query was named', async () => {
    await using test = await setUp(({ url }, response) => json(response, url, { 'cache-control': 'max-age=60' }))
    expect(await test.api.get('/a', { query: { b: 1, c: [2, 3] } })).toBe('/a?b=1&c=2&c=3')
    expect(await test.api.get('/a', { query: { c: [2, 3], b: 1 } })).toBe('/a?b=1&c=2&c=3')
    expect(await test.api.get('/a')).toBe('/a')
    expect(test.origin.requests).toHaveLength(2)
  })

  it('is cached with its status, and thrown as often as it is asked for', async () => {
    await using test = await setUp((_, response) => {
      response.statusCode = 404
      json(response, { error: 'none' }, { 'cache-control': 'max-age=60' })
    })
    for (let times = 0; times < 2; times++) {
      const error: unknown = await test.api.get('/a').catch((reason: unknown) => reason)
      expect(isHotpathError(error, 'ERR_HTTP_STATUS')).toBe(true)
      expect(error).toMatchObject({ status: 404, body: { error: 'none' } })
    }
    expect(test.origin.requests).toHaveLength(1)
  })

  it('is kept in each form in which its body was asked for', async () => {
    await using test = await setUp((_, response) => json(response, { a: 1 }, { 'cache-control': 'max-age=60' }))
    expect(await test.api.get('/a')).toEqual({ a: 1 })
    expect(await test.api.get('/a', { as: 'text' })).toBe('{"a":1}')
    expect(await test.api.get('/a', { as: 'text' })).toBe('{"a":1}')
    expect(test.origin.requests).toHaveLength(2)
  })
})

describe('what a response leaves open', () => {
  it('is decided by the client, and by the call before it', async () => {
    let version = 0
    await using test = await setUp((_, response) => json(response, ++version), { caching: { ttl: '10s' } })
    await test.api.get('/a')
    await test.api.get('/b', { ttl: '1m' })
    test.clock.advance(10_000)
    expect(await test.api.get('/b')).toBe(2)
    expect(await test.api.get('/a')).toBe(3)
  })

  it('is not decided where it says no-store', async () => {
    let version = 0
    await using test = await setUp((_, response) => json(response, ++version, { 'cache-control': 'no-store' }))
    for (const expected of [1, 2, 3]) expect(await test.api.get('/a', { ttl: '1h' })).toBe(expected)
  })
})

describe('an address that was not for everybody', () => {
  it('is cached again once it is', async () => {
    let version = 0
    let control = 'no-store'
    await using test = await setUp((_, response) => json(response, ++version, { 'cache-control': control }))
    await test.api.get('/a')
    control = 'max-age=60'
    await test.api.get('/a')
    await test.api.get('/a')
    expect(await test.api.get('/a')).toBe(3)
    expect(test.origin.requests).toHaveLength(3)
  })
})

describe('a caller', () => {
  it('may go past the cache, or have what is in it renewed', async () => {
    let version = 0
    await using test = await setUp((_, response) => json(response, ++version, { 'cache-control': 'max-age=60' }))
    await test.api.get('/a')
    expect(await test.api.get('/a', { cache: false })).toBe(2)
    expect(await test.api.get('/a')).toBe(1)
    expect(await test.api.get('/a', { cache: 'refresh' })).toBe(3)
    expect(await test.api.get('/a')).toBe(3)
  })

  it('who makes his request conditional gets the very answer', async () => {
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-none-match'] === '"9"') response.writeHead(304).end()
      else json(response, 1, { 'cache-control': 'max-age=60', etag: '"9"' })
    })
    await test.api.get('/a')
    const answer = await test.api.fetch('/a', { headers: { 'If-None-Match': '"9"' } })
    expect([answer.status, answer.body]).toEqual([304, undefined])
  })
})

describe('stale-while-revalidate', () => {
  it('serves what is stale at once and refreshes it behind', async () => {
    let version = 0
    const headers = { 'cache-control': 'max-age=10, stale-while-revalidate=20' }
    await using test = await setUp((_, response) => json(response, ++version, headers))
    await test.api.get('/a')
    test.clock.advance(15_000)
    expect(await test.api.get('/a')).toBe(1)
    await until(() => test.origin.requests.length === 2)
    await until(() => test.cache.stats().loads === 2)
    expect(await test.api.get('/a')).toBe(2)
    test.clock.advance(30_000)
    expect(await test.api.get('/a')).toBe(3)
  })
})

describe('stale-if-error', () => {
  it.each(['a status', 'a connection that breaks'])(
    'serves what is stale instead of %s, as long as it may',
    async (kind) => {
      let isDown = false
      const headers = { 'cache-control': 'max-age=10, stale-if-error=20', etag: '"1"' }
      await using test = await setUp((_, response) => {
        if (!isDown) json(response, 'good', headers)
        else if (kind === 'a status') response.writeHead(503).end()
        else response.socket?.destroy()
      })
      await test.api.get('/a')
      isDown = true
      test.clock.advance(29_000)
      const stale = await test.api.fetch('/a')
      expect([stale.body, stale.from, stale.status]).toEqual(['good', 'stale', 200])
      // It is still there, to be validated, but may not be used.
      test.clock.advance(1_001)
      if (kind === 'a status') expect((await test.api.fetch('/a')).status).toBe(503)
      else await expect(test.api.fetch('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_NETWORK' })
      isDown = false
      expect(await test.api.get('/a')).toBe('good')
    },
  )

  it('is forbidden by must-revalidate', async () => {
    let isDown = false
    const headers = { 'cache-control': 'max-age=10, stale-if-error=20, must-revalidate', etag: '"1"' }
    await using test = await setUp((_, response) => {
      if (isDown) response.writeHead(500).end()
      else json(response, 'good', headers)
    })
    await test.api.get('/a')
    isDown = true
    test.clock.advance(11_000)
    expect((await test.api.fetch('/a')).status).toBe(500)
  })

  it('does not stand in for an answer that is none of a failing server', async () => {
    let status = 200
    const headers = { 'cache-control': 'max-age=10, stale-if-error=100' }
    await using test = await setUp((_, response) => {
      response.statusCode = status
      json(response, status, headers)
    })
    await test.api.get('/a')
    status = 410
    test.clock.advance(11_000)
    expect((await test.api.fetch('/a')).status).toBe(410)
  })
})
