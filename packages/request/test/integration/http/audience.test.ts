import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createHttpClient } from '../../../src/http/index.ts'
import { setUp } from './client.ts'
import { json } from './origin.ts'

describe('Vary', () => {
  it('keeps a response for each value of the fields that it names', async () => {
    await using test = await setUp(({ headers }, response) => {
      const language = headers['accept-language'] ?? 'none'
      json(response, language, { 'cache-control': 'max-age=60', vary: 'Accept-Language' })
    })
    const read = (language?: string): Promise<unknown> =>
      test.api.get('/a', { headers: { 'accept-language': language, 'x-request-id': String(Math.random()) } })
    for (let times = 0; times < 2; times++) {
      expect(await read('de')).toBe('de')
      expect(await read('en, fr')).toBe('en, fr')
      expect(await read('en,fr')).toBe('en, fr')
      expect(await read()).toBe('none')
    }
    expect(test.origin.requests).toHaveLength(3)
  })

  it('keeps those apart who ask at the same time, before anybody knows that it varies', async () => {
    await using test = await setUp(({ headers }, response) => {
      const body = headers['accept-language']
      setTimeout(() => json(response, body, { 'cache-control': 'max-age=60', vary: 'accept-language' }), 10)
    })
    const languages = ['de', 'en', 'fr', 'de']
    const answers = await Promise.all(
      languages.map((one) => test.api.get('/a', { headers: { 'accept-language': one } })),
    )
    expect(answers).toEqual(languages)
    expect(test.origin.requests).toHaveLength(3)
  })

  it('may change its mind, from one field to another and to none', async () => {
    let vary: string | undefined = 'x-request-id'
    await using test = await setUp(({ headers }, response) => {
      json(response, [headers['x-request-id'], headers['user-agent']], {
        'cache-control': 'max-age=10',
        ...(vary !== undefined && { vary }),
      })
    })
    const read = (id: string, agent: string): Promise<unknown> =>
      test.api.get('/a', { headers: { 'x-request-id': id, 'user-agent': agent } })
    await read('1', '1')
    vary = 'user-agent'
    test.clock.advance(11_000)
    expect(await read('1', '1')).toEqual(['1', '1'])
    expect(await read('1', '2')).toEqual(['1', '2'])
    expect(await read('2', '2')).toEqual(['1', '2'])
    vary = undefined
    test.clock.advance(11_000)
    expect(await read('3', '3')).toEqual(['3', '3'])
  })

  it('costs nothing where it names what keys hold anyway', async () => {
    await using test = await setUp((_, response) => {
      json(response, 1, { 'cache-control': 'max-age=60', vary: 'Accept-Encoding, Accept, Cookie, Origin' })
    })
    await test.api.get('/a')
    await test.api.get('/a')
    expect(test.origin.requests).toHaveLength(1)
    expect((await test.cache.inspect(['http', `${test.origin.url}/a`])).state).toBe('fresh')
  })

  it('by everything is never cached', async () => {
    await using test = await setUp((_, response) => json(response, 1, { 'cache-control': 'max-age=60', vary: '*' }))
    await test.api.get('/a')
    await test.api.get('/a')
    expect(test.origin.requests).toHaveLength(2)
  })

  it('has variants that are validated and refreshed each for itself', async () => {
    await using test = await setUp(({ headers }, response) => {
      const etag = `"${headers['accept-language']}"`
      const fields = { 'cache-control': 'max-age=10', vary: 'accept-language', etag }
      if (headers['if-none-match'] === etag) response.writeHead(304, fields).end()
      else json(response, etag, fields)
    })
    const read = async (language: string, cache?: 'refresh'): Promise<unknown> => {
      const { body, from } = await test.api.fetch('/a', { headers: { 'accept-language': language }, cache })
      return [body, from]
    }
    await read('de')
    await read('en')
    test.clock.advance(11_000)
    expect(await read('de')).toEqual(['"de"', 'revalidated'])
    expect(await read('de', 'refresh')).toEqual(['"de"', 'revalidated'])
    expect(await read('en')).toEqual(['"en"', 'revalidated'])
    expect(test.origin.requests).toHaveLength(5)
  })
})

const as = (user: string): { headers: { authorization: string } } => ({
  headers: { authorization: `Bearer ${user}` },
})

describe('credentials', () => {
  it('keep a response out of the cache', async () => {
    await using test = await setUp(({ headers }, response) =>
      json(response, headers.authorization, { 'cache-control': 'max-age=60' }),
    )
    expect(await test.api.get('/me', as('1'))).toBe('Bearer 1')
    expect(await test.api.get('/me', as('1'))).toBe('Bearer 1')
    expect(await test.api.get('/me', as('2'))).toBe('Bearer 2')
    expect(test.origin.requests).toHaveLength(3)
    expect((await test.cache.inspect(['http', `${test.origin.url}/me`])).state).toBe('missing')
  })

  it('never get the answer that is on its way to others', async () => {
    await using test = await setUp(({ headers }, response) => {
      const body = headers.authorization
      setTimeout(() => json(response, body, { 'cache-control': 'max-age=60' }), 10)
    })
    const users = ['1', '2', '1', '3']
    expect(await Promise.all(users.map((user) => test.api.get('/me', as(user))))).toEqual(
      users.map((user) => `Bearer ${user}`),
    )
    // Those of one user share a request.
    expect(test.origin.requests).toHaveLength(3)
    expect(await Promise.all(users.map((user) => test.api.get('/me', as(user))))).toEqual(
      users.map((user) => `Bearer ${user}`),
    )
  })

  it.each(['public', 'must-revalidate', 's-maxage=60'])('do not where the response says %s', async (directive) => {
    await using test = await setUp((_, response) => json(response, 1, { 'cache-control': `${directive}, max-age=60` }))
    await test.api.get('/a', as('1'))
    expect((await test.api.fetch('/a', as('2'))).from).toBe('cache')
  })

  it('are not asked with whether what others get has changed', async () => {
    const modified = 'Sat, 01 Dec 2029 00:00:00 GMT'
    await using test = await setUp(({ headers }, response) => {
      if (headers['if-modified-since'] !== undefined) response.writeHead(304).end()
      else
        json(response, headers.authorization ?? 'nobody', { 'last-modified': modified, 'cache-control': 'max-age=60' })
    })
    await test.api.get('/a')
    expect(await test.api.get('/a', { ...as('1'), cache: 'refresh' })).toBe('Bearer 1')
    // What nobody needs credentials for is kept.
    expect((await test.cache.inspect(['http', `${test.origin.url}/a`])).state).toBe('fresh')
  })

  it('do not get what was cached for those without, unless it allows that', async () => {
    let control = 'max-age=60'
    await using test = await setUp(({ headers }, response) => {
      json(response, headers.authorization ?? 'nobody', { 'cache-control': control })
    })
    await test.api.get('/a')
    expect(await test.api.get('/a', as('1'))).toBe('Bearer 1')
    expect(await test.api.get('/a')).toBe('nobody')
    control = 'max-age=60, public'
    await test.api.get('/b')
    expect(await test.api.get('/b', as('1'))).toBe('nobody')
  })
})

describe('cookies', () => {
  it('of another never bring the answer that is on its way to him, if it has to be validated', async () => {
    await using test = await setUp(({ headers }, response) => {
      const etag = `"${headers.cookie}"`
      const isKnown = headers['if-none-match'] === etag
      setTimeout(() => {
        if (isKnown) response.writeHead(304, { etag }).end()
        else json(response, headers.cookie, { etag })
      }, 10)
    })
    const users = ['Ann', 'Bob', 'Ann', 'Bob']
    const read = (): Promise<unknown[]> =>
      Promise.all(users.map((user) => test.api.get('/me', { headers: { cookie: user } })))
    expect(await read()).toEqual(users)
    expect(await read()).toEqual(users)
  })

  it('of another never bring the failure that he got, also when what would stand in for it was outdated', async () => {
    let isDown = false
    const headers = { 'cache-control': 'max-age=10, stale-if-error=100' }
    await using test = await setUp(async (request, response) => {
      if (!isDown) return json(response, 1, headers)
      await test.cache.invalidateTags([`http:${test.origin.url}/me`])
      response.statusCode = 503
      return json(response, request.headers.cookie)
    })
    await test.api.get('/me')
    isDown = true
    test.clock.advance(11_000)
    const users = ['Ann', 'Bob']
    const answers = users.map((user) => test.api.fetch('/me', { headers: { cookie: user } }))
    expect((await Promise.all(answers)).map(({ status, body }) => [status, body])).toEqual([
      [503, 'Ann'],
      [503, 'Bob'],
    ])
  })

  it('that the platform sends unseen make what varies by them unknown', async () => {
    vi.stubGlobal('location', { href: 'http://page.example/' })
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    let version = 0
    await using test = await setUp((_, response) =>
      json(response, ++version, { 'cache-control': 'max-age=60', vary: 'Cookie' }),
    )
    expect([await test.api.get('/me'), await test.api.get('/me')]).toEqual([1, 2])
  })

  it('that are set keep a response out of the cache, however public', async () => {
    let version = 0
    await using test = await setUp((_, response) => {
      json(response, ++version, { 'cache-control': 'public, max-age=60', 'set-cookie': 'session=1' })
    })
    const first = await test.api.fetch('/a')
    expect(first.headers.getSetCookie()).toEqual(['session=1'])
    expect(await test.api.get('/a')).toBe(2)
  })

  it('are not given to others where the rest of the response may be', async () => {
    await using test = await setUp((_, response) => {
      json(response, 1, { 'cache-control': 'max-age=60, no-cache="Set-Cookie"', 'set-cookie': 'session=1' })
    })
    expect((await test.api.fetch('/a')).header('set-cookie')).toBe('session=1')
    const second = await test.api.fetch('/a')
    expect([second.from, second.header('set-cookie')]).toEqual(['cache', undefined])
  })
})

describe('a private response', () => {
  it('is kept only in a cache of one user', async () => {
    for (const [shared, expected] of [
      [true, 2],
      [false, 1],
    ] as const) {
      let version = 0
      await using test = await setUp(
        (_, response) => json(response, ++version, { 'cache-control': 'private, max-age=60' }),
        {
          caching: { shared },
        },
      )
      await test.api.get('/a')
      expect(await test.api.get('/a')).toBe(expected)
    }
  })
})

describe('clients over one cache', () => {
  it('of several users never get what one of a single user keeps there', async () => {
    let version = 0
    await using test = await setUp((_, response) =>
      json(response, ++version, { 'cache-control': 'private, max-age=60' }),
    )
    await using own = createHttpClient({
      baseUrl: test.origin.url,
      cache: test.cache,
      clock: test.clock,
      caching: { shared: false },
      headers: { authorization: 'Ann' },
    })
    expect([await own.get('/me'), await own.get('/me')]).toEqual([1, 1])
    expect(await test.api.get('/me')).toBe(2)
    expect(await test.api.get('/me', as('Bob'))).toBe(3)
    expect(await own.get('/me')).toBe(1)
  })

  it('never get what another asked for with headers of its own', async () => {
    await using test = await setUp(({ headers }, response) => {
      const body = headers.authorization
      setTimeout(() => json(response, body), 10)
    })
    const clients = ['1', '2'].map((user) =>
      createHttpClient({ baseUrl: test.origin.url, cache: test.cache, headers: { authorization: user } }),
    )
    expect(await Promise.all(clients.map((client) => client.get('/me')))).toEqual(['1', '2'])
    await Promise.all(clients.map((client) => client.close()))
  })
})
