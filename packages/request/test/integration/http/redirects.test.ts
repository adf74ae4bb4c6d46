import { describe, expect, it } from 'vitest'
import { fetchTransport } from '../../../src/http/index.ts'
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

  const SECRETS = {
    authorization: 'secret',
    cookie: 'secret',
    host: 'tenant.example',
    'proxy-authorization': 'secret',
    'x-api-key': 'secret',
    'x-csrf-token': 'secret',
    'accept-secret': 'secret',
  }
  const FOR_ALL = { accept: 'text/csv', 'accept-language': 'de', 'cache-control': 'no-cache', range: 'bytes=0-1' }
  const secretsIn = (headers: object): string[] =>
    Object.keys(SECRETS).filter((name) => name in headers && !String(headers[name as never]).includes('127.0.0.1'))

  it.each([
    ['of the call, by undici', {}, { headers: { ...SECRETS, ...FOR_ALL } }],
    ['of the client, by undici', { headers: { ...SECRETS, ...FOR_ALL } }, {}],
    ['of the call, by fetch', { transport: fetchTransport() }, { headers: { ...SECRETS, ...FOR_ALL } }],
    ['of the client, by fetch', { transport: fetchTransport(), headers: { ...SECRETS, ...FOR_ALL } }, {}],
  ])('to another origin takes along what any origin may see, and no other header %s', async (_, client, call) => {
    await using other = await startOrigin(({ headers }, response) => json(response, headers))
    await using test = await setUp(({ url, headers }, response) => {
      if (url === '/b') json(response, headers)
      else response.writeHead(307, { location: url === '/near' ? '/b' : `${other.url}/b` }).end()
    }, client)
    expect(secretsIn(await test.api.get('/near', call))).toEqual(
      // The platform's `fetch` sends a host of its own.
      Object.keys(SECRETS).filter((name) => name !== 'host' || !('transport' in client)),
    )
    const arrived: Record<string, string> = await test.api.get('/far', call)
    expect(secretsIn(arrived)).toEqual([])
    expect(arrived).toMatchObject(FOR_ALL)
  })

  it('to another origin takes along a body, what describes it, and the key that makes it safe to repeat', async () => {
    await using other = await startOrigin(({ body, headers }, response) =>
      json(response, [body, headers['content-type'], headers['idempotency-key'], headers['x-http-method-override']]),
    )
    await using test = await setUp((_, response) => response.writeHead(308, { location: `${other.url}/b` }).end())
    const headers = { 'content-type': 'text/csv', 'x-http-method-override': 'PATCH' }
    expect(await test.api.post('/a', { body: 'a,b', headers, idempotencyKey: 'k' })).toEqual([
      'a,b',
      'text/csv',
      'k',
      'PATCH',
    ])
  })

  it('back to the first origin by way of another has lost them all the same', async () => {
    let home = ''
    await using other = await startOrigin((_, response) => response.writeHead(307, { location: `${home}/b` }).end())
    await using test = await setUp(({ url, headers }, response) => {
      if (url === '/b') json(response, headers)
      else response.writeHead(307, { location: `${other.url}/a` }).end()
    })
    home = test.origin.url
    expect(secretsIn(await test.api.get('/a', { headers: SECRETS }))).toEqual([])
  })

  it('with another method leaves an override of the method behind', async () => {
    await using test = await setUp(({ url, method, headers }, response) => {
      if (url === '/a') response.writeHead(303, { location: '/b' }).end()
      else json(response, [method, headers['x-http-method-override']])
    })
    const headers = { 'x-http-method-override': 'DELETE' }
    expect(await test.api.post('/a', { headers })).toEqual(['GET', null])
  })

  it('to an address with a password is refused, and the password not shown', async () => {
    await using test = await setUp((_, response) =>
      response.writeHead(302, { location: 'http://user:secret@127.0.0.1:9/b' }).end(),
    )
    await expect(test.api.get('/a')).rejects.toThrow(/^(?!.*secret).*an address with a password/)
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
