import { describe, expect, it } from 'vitest'
import { createRequestEvents } from '../../../src/index.ts'
import { setUp } from './client.ts'
import { type Handler, json, startOrigin } from './origin.ts'

/** Answers reads with how often it was asked, to be kept for long, and writes with what the test says. */
function counting(write: Handler = (_, response) => json(response, 'ok')): Handler {
  let reads = 0
  return (request, response) => {
    if (request.method === 'GET') json(response, ++reads, { 'cache-control': 'max-age=3600' })
    else write(request, response)
  }
}

describe('a write', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('outdates its address, with any query: %s', async (method) => {
    await using test = await setUp(counting())
    for (const path of ['/a', '/a?page=2', '/b']) await test.api.get(path)
    await test.api.fetch('/a?x=1', { method })
    expect(await test.api.get('/b')).toBe(3)
    expect(await test.api.get('/a')).toBe(4)
    expect(await test.api.get('/a?page=2')).toBe(5)
  })

  it('outdates what the answer names, within its origin', async () => {
    await using test = await setUp(
      counting((_, response) => {
        json(response, 'ok', { location: '/new', 'content-location': 'https://elsewhere.test/other' })
      }),
    )
    for (const path of ['/new', '/other']) await test.api.get(path)
    await test.api.post('/all', { body: {} })
    expect(await test.api.get('/new')).toBe(3)
    expect(await test.api.get('/other')).toBe(2)
  })

  it('outdates nothing of another origin, whatever it names', async () => {
    await using other = await startOrigin((_, response) => json(response, 1, { 'cache-control': 'max-age=60' }))
    await using test = await setUp((_, response) => json(response, 'ok', { 'content-location': `${other.url}/a` }))
    await test.api.get(`${other.url}/a`)
    await test.api.put('/a', { body: 1 })
    expect((await test.api.fetch(`${other.url}/a`)).from).toBe('cache')
  })

  it('outdates the tags and keys that the caller names', async () => {
    await using test = await setUp(counting())
    await test.api.get('/cities', { tags: ['cities'] })
    await test.api.get('/countries', { tags: ['countries'] })
    await test.cache.set(['own'], 1)
    await test.api.post('/import', { body: {}, tags: ['cities'], keys: [['own']] })
    expect(await test.api.get('/countries')).toBe(2)
    expect(await test.api.get('/cities')).toBe(3)
    expect(await test.cache.get(['own'])).toBeUndefined()
  })

  it('outdates nothing when it was refused, and all when it may have happened', async () => {
    const answers: Handler[] = [
      (_, response) => response.writeHead(409).end(),
      (_, response) => response.writeHead(500).end(),
      (_, response) => response.socket?.destroy(),
    ]
    await using test = await setUp(counting((request, response) => answers.shift()?.(request, response)))
    await test.api.get('/a')
    await test.api.fetch('/a', { method: 'PUT', body: 1 })
    expect(await test.api.get('/a')).toBe(1)
    await test.api.fetch('/a', { method: 'PUT', body: 1 })
    expect(await test.api.get('/a')).toBe(2)
    await test.api.fetch('/a', { method: 'PUT', body: 1 }).catch(() => {})
    expect(await test.api.get('/a')).toBe(3)
  })

  it('is answered even if the cache cannot be told, and an event says so', async () => {
    const events = createRequestEvents()
    const faults: string[] = []
    events.on('fault', ({ error }) => faults.push(error.code))
    await using test = await setUp(counting(), { events })
    await test.api.get('/a')
    await test.cache.close()
    expect(await test.api.put('/a', { body: 1 })).toBe('ok')
    expect(faults).toEqual(['ERR_CACHE_CLOSED'])
  })

  it('that the application makes on the cache outdates as well', async () => {
    await using test = await setUp(counting())
    await test.api.get('/a', { tags: ['cities'] })
    await test.cache.invalidateTags(['cities'])
    expect(await test.api.get('/a')).toBe(2)
  })

  it('keeps the tags of an entry through a 304', async () => {
    let reads = 0
    await using test = await setUp(({ headers }, response) => {
      const fields = { etag: '"1"', 'cache-control': 'max-age=10' }
      if (headers['if-none-match'] === undefined) json(response, ++reads, fields)
      else response.writeHead(304, fields).end()
    })
    await test.api.get('/a', { tags: ['cities'] })
    test.clock.advance(10_000)
    expect((await test.api.fetch('/a')).from).toBe('revalidated')
    await test.cache.invalidateTags(['cities'])
    expect((await test.api.fetch('/a')).from).toBe('network')
  })
})

describe('bodies', () => {
  it.each([
    ['JSON', { a: 1 }, 'application/json', '{"a":1}'],
    ['text', 'a', 'text/plain;charset=UTF-8', 'a'],
    ['a query', new URLSearchParams({ a: '1' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1'],
    ['bytes', new Uint8Array([65, 66]), undefined, 'AB'],
    ['null', null, 'application/json', 'null'],
  ])('are sent as what they are: %s', async (_, body, type, sent) => {
    await using test = await setUp((request, response) =>
      json(response, [request.headers['content-type'], request.body]),
    )
    expect(await test.api.post('/a', { body })).toEqual(type === undefined ? [null, sent] : [type, sent])
  })

  it('may be forms and streams, and have the type that the caller says', async () => {
    await using test = await setUp((request, response) =>
      json(response, [request.headers['content-type'], request.body]),
    )
    const form = new FormData()
    form.set('name', 'Ulm')
    const [type, sent] = await test.api.post<[string, string]>('/a', { body: form })
    expect(type).toMatch(/^multipart\/form-data; boundary=/)
    expect(sent).toContain('name="name"\r\n\r\nUlm')
    const stream = new Response('streamed').body
    expect(await test.api.post('/a', { body: stream, headers: { 'Content-Type': 'x/y' } })).toEqual(['x/y', 'streamed'])
  })

  it('of answers are decoded by their type', async () => {
    await using test = await setUp(({ url }, response) => {
      response.setHeader('content-type', decodeURIComponent(url.slice(1)))
      response.end('{"a":1}')
    })
    const read = (type: string): Promise<unknown> => test.api.get(`/${encodeURIComponent(type)}`)
    expect(await read('application/problem+json; charset=utf-8')).toEqual({ a: 1 })
    expect(await read('text/html')).toBe('{"a":1}')
    expect(await read('application/octet-stream')).toEqual(expect.any(Uint8Array))
  })
})
