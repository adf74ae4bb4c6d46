import { describe, expect, it } from 'vitest'
import { setUp } from './client.ts'
import { json, startOrigin } from './origin.ts'

describe('a redirect', () => {
  it('is followed, relative to where it stands, and tells where it led', async () => {
    await using test = await setUp(({ url }, response) => {
      if (url === '/v1/a') response.writeHead(302, { location: 'b?x=1#part' }).end()
      else json(response, url)
    })
    const answer = await test.api.fetch('/v1/a')
    expect([answer.body, answer.url]).toEqual(['/v1/b?x=1', `${test.origin.url}/v1/b?x=1`])
  })

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', '{"a":1}'],
    [308, 'PUT', 'PUT', '{"a":1}'],
    [302, 'PUT', 'PUT', '{"a":1}'],
  ])('with %i takes a %s on as a %s', async (status, method, expected, body) => {
    await using test = await setUp((request, response) => {
      if (request.url === '/a') response.writeHead(status, { location: '/b' }).end()
      else json(response, [request.method, request.body, request.headers['content-type'] !== undefined])
    })
    const answer = await test.api.fetch('/a', { method, body: { a: 1 } })
    expect(answer.body).toEqual([expected, body, body !== ''])
  })

  it('leaves credentials behind when it leads to another origin', async () => {
    await using other = await startOrigin(({ headers }, response) =>
      json(response, [headers.authorization, headers.cookie, headers['x-kept']]),
    )
    await using test = await setUp((_, response) => response.writeHead(307, { location: `${other.url}/b` }).end())
    const headers = { authorization: 'secret', cookie: 'secret', 'x-kept': '1' }
    expect(await test.api.get('/a', { headers })).toEqual([null, null, '1'])
  })

  it("leaves its client's own headers behind when it leads to another origin, but for those that every origin may know", async () => {
    await using other = await startOrigin(({ headers }, response) =>
      json(response, [headers['x-api-key'], headers['accept-language'], headers['content-type']]),
    )
    await using test = await setUp(
      ({ url, headers }, response) => {
        if (url === '/b') json(response, headers['x-api-key'])
        else response.writeHead(307, { location: url === '/near' ? '/b' : `${other.url}/b` }).end()
      },
      { headers: { 'X-Api-Key': 'secret', 'accept-language': 'de', 'content-type': 'text/csv' } },
    )
    expect(await test.api.get('/near')).toBe('secret')
    expect(await test.api.post('/far', { body: 'a,b' })).toEqual([null, 'de', 'text/csv'])
    expect(await test.api.post('/far', { body: 'a,b', headers: { 'x-api-key': 'other' } })).toEqual([
      null,
      'de',
      'text/csv',
    ])
  })

  it('is cached as long as it says itself, and its target as long as that does', async () => {
    await using test = await setUp(({ url }, response) => {
      if (url === '/a') response.writeHead(302, { location: '/b', 'cache-control': 'max-age=10' }).end()
      else json(response, url, { 'cache-control': 'max-age=60' })
    })
    const asked = (): string[] => test.origin.requests.map(({ url }) => url)
    await test.api.get('/a')
    await test.api.get('/a')
    expect(asked()).toEqual(['/a', '/b'])
    test.clock.advance(11_000)
    await test.api.get('/a')
    expect(asked()).toEqual(['/a', '/b', '/a'])
  })

  it('in a circle comes to an end', async () => {
    await using test = await setUp((_, response) => response.writeHead(302, { location: '/a' }).end())
    await expect(test.api.get('/a', { cache: false })).rejects.toThrow(/redirected more than 20 times/)
    expect(test.origin.requests.length).toBeLessThanOrEqual(21)
  })

  it('to what is no address of HTTP is refused', async () => {
    await using test = await setUp((_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', status: 302 })
  })

  it('may be looked at, or forbidden', async () => {
    await using test = await setUp((_, response) => response.writeHead(302, { location: '/b' }).end())
    const answer = await test.api.fetch('/a', { redirect: 'manual' })
    expect([answer.status, answer.header('location')]).toEqual([302, '/b'])
    await expect(test.api.get('/a', { redirect: 'error' })).rejects.toMatchObject({ status: 302 })
    expect(test.origin.requests.map(({ url }) => url)).toEqual(['/a', '/a'])
  })

  it('and its target share one budget of time', async () => {
    await using test = await setUp(
      ({ url }, response) => {
        if (url === '/a') response.writeHead(302, { location: '/b' }).end()
      },
      { timeout: '5s' },
    )
    const result = expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    while (test.origin.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await test.clock.advanceAsync(5_000)
    await result
  })
})
