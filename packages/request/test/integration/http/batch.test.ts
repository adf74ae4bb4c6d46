import { systemClock } from '@hotpath/core'
import { describe, expect, it } from 'vitest'
import { batchEndpoint, type BatchedRequest } from '../../../src/http/index.ts'
import { setUp } from './client.ts'
import { type Handler, json, type Recorded, startOrigin } from './origin.ts'

function requestsOf({ body }: Recorded): readonly BatchedRequest[] {
  return (JSON.parse(body) as { requests: BatchedRequest[] }).requests
}

/** Answers batches, in the reverse order, and single requests, alike. */
function answering(one: (request: BatchedRequest) => object): Handler {
  return (request, response) => {
    if (request.method !== 'POST') json(response, (one({ ...request, id: '' } as never) as { body?: unknown }).body)
    else
      json(response, {
        responses: requestsOf(request)
          .map((each) => ({ id: each.id, status: 200, ...one(each) }))
          .toReversed(),
      })
  }
}

// The fake clock has no end of a turn.
const clock = systemClock
const batch = batchEndpoint({ path: '/batch' })

describe('requests of one turn', () => {
  it('go out together, and each gets its own answer', async () => {
    await using test = await setUp(
      answering(({ url }) => ({ body: { url } })),
      { clock, batch },
    )
    const paths = ['/a', '/b?x=1', '/a', '/c']
    expect(await Promise.all(paths.map((path) => test.api.get(path)))).toEqual(paths.map((url) => ({ url })))
    expect(test.origin.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /batch'])
    expect(requestsOf(test.origin.requests[0] as Recorded)).toHaveLength(3)
  })

  it('are sent as they are when there is only one, or it is a write', async () => {
    await using test = await setUp(
      answering(({ url }) => ({ body: url })),
      { clock, batch: batchEndpoint({ path: '/batch', when: ({ pathname }) => pathname !== '/c' }) },
    )
    await test.api.get('/a')
    await Promise.all([test.api.get('/b'), test.api.get('/c')])
    await test.api.delete('/d')
    expect(test.origin.requests.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
      'DELETE /d',
      'GET /a',
      'GET /b',
      'GET /c',
    ])
  })

  it('are no more than allowed', async () => {
    await using test = await setUp(
      answering(({ url }) => ({ body: url })),
      { clock, batch: batchEndpoint({ path: '/batch', maxBatch: 2 }) },
    )
    await Promise.all(['/a', '/b', '/c', '/d'].map((path) => test.api.get(path)))
    expect(test.origin.requests.map(requestsOf).map(({ length }) => length)).toEqual([2, 2])
  })

  it('are cached each for itself, by its own header', async () => {
    await using test = await setUp(
      answering(({ url, headers }) => ({
        status: headers['if-none-match'] === undefined ? 200 : 304,
        headers: url === '/a' ? { 'Cache-Control': 'max-age=60' } : { ETag: '"1"' },
        body: headers['if-none-match'] === undefined ? url : undefined,
      })),
      { clock, batch },
    )
    const read = (): Promise<unknown> =>
      Promise.all(['/a', '/b', '/c'].map(async (path) => Object.values(await test.api.fetch(path)).slice(0, 4)))
    await read()
    expect(
      await Promise.all(
        ['/a', '/b', '/c'].map(async (path) => {
          const { body, from } = await test.api.fetch(path)
          return [body, from]
        }),
      ),
    ).toEqual([
      ['/a', 'cache'],
      ['/b', 'revalidated'],
      ['/c', 'revalidated'],
    ])
    expect(requestsOf(test.origin.requests[1] as Recorded).map(({ url }) => url)).toEqual(['/b', '/c'])
  })

  it('of different people never share a batch, and credentials go in its header', async () => {
    await using test = await setUp(
      (request, response) => {
        const answers = requestsOf(request).map(({ id }) => ({ id, status: 200, body: request.headers.authorization }))
        json(response, { responses: answers })
      },
      { clock, batch },
    )
    const read = (user: string, path: string): Promise<unknown> =>
      test.api.get(path, { headers: { authorization: user } })
    expect(await Promise.all([read('1', '/a'), read('2', '/a2'), read('1', '/b'), read('2', '/b2')])).toEqual([
      '1',
      '2',
      '1',
      '2',
    ])
    expect(test.origin.requests).toHaveLength(2)
    for (const request of test.origin.requests) expect(request.body).not.toContain('authorization')
  })
})

describe('a batch that fails', () => {
  it('has each of its requests tried again, and those alone that failed', async () => {
    let times = 0
    await using test = await setUp(
      (request, response) => {
        if (request.method === 'GET') return json(response, request.url)
        times++
        if (times === 1) return response.writeHead(503).end()
        const answers = requestsOf(request).map(({ id, url }) => ({
          id,
          status: times === 2 && url === '/b' ? 500 : 200,
          body: url,
        }))
        return json(response, { responses: answers })
      },
      { clock, batch, retry: { attempts: 3, delay: 0 } },
    )
    // The last attempt is for one request alone, which is sent as it is.
    expect(await Promise.all(['/a', '/b', '/c'].map((path) => test.api.get(path)))).toEqual(['/a', '/b', '/c'])
    expect(test.origin.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /batch',
      'POST /batch',
      'GET /b',
    ])
  })

  it('names the request that it leaves out', async () => {
    await using test = await setUp(
      (request, response) => {
        json(response, {
          responses: requestsOf(request)
            .slice(1)
            .map(({ id }) => ({ id, status: 200, body: id })),
        })
      },
      { clock, batch },
    )
    const [one, other] = await Promise.allSettled([test.api.get('/a'), test.api.get('/b')])
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HTTP_BODY', status: 200 } })
    expect((one as PromiseRejectedResult).reason).toHaveProperty(
      'message',
      expect.stringMatching(/leaves out `GET http:\/\/127.0.0.1:\d+\/a`.*`id`/),
    )
    expect(other).toMatchObject({ status: 'fulfilled', value: '1' })
  })

  it.each([
    ['no JSON', '{', {}, /is no JSON/],
    ['no list', '{"responses":{}}', {}, /is no list of answers, but an object/],
    ['empty', '', {}, /is no list of answers, but undefined/],
    ['an answer without a status', '{"responses":[{"id":"0"},{"id":"1"}]}', {}, /leaves out `GET /],
    [
      'a status that is none',
      '{"responses":[{"id":"0","status":7},{"id":"1","status":"200"}]}',
      {},
      /leaves out `GET /,
    ],
    ['two for one', '{"responses":[{"id":"0","status":200},{"id":"0","status":200}]}', {}, /answers `0` twice/],
    ['what `decode` cannot read', '{}', { decode: (body: unknown) => (body as never)[0][1] }, /`decode` cannot read/],
  ])('says what is wrong with its answer: %s', async (_, body, options, reason) => {
    await using test = await setUp(
      (__, response) => response.writeHead(202, { 'content-type': 'application/json' }).end(body),
      { clock, batch: batchEndpoint({ path: '/batch', ...options }) },
    )
    const [one, other] = await Promise.allSettled([test.api.get('/a?secret=1'), test.api.get('/b')])
    for (const result of [one, other]) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HTTP_BODY', status: 202 } })
      const { message } = (result as PromiseRejectedResult).reason as Error
      expect(message).toMatch(/POST http:\/\/127.0.0.1:\d+\/batch/)
      expect(message).toMatch(reason)
      expect(message).toMatch(/`decode`/)
      expect(message).not.toContain('secret')
    }
  })

  it('is never stored for the addresses that it asked for', async () => {
    const headers = { 'cache-control': 'max-age=60', etag: '"1"' }
    await using test = await setUp(
      ({ method, url }, response) => {
        if (method === 'POST') response.writeHead(404, headers).end()
        else json(response, url)
      },
      { clock, batch },
    )
    const statuses = ['/a', '/b'].map(async (path) => (await test.api.fetch(path)).status)
    expect(await Promise.all(statuses)).toEqual([404, 404])
    expect(await test.api.get('/a')).toBe('/a')
  })

  it('is not looked for elsewhere: a redirect of it is none of its requests', async () => {
    await using test = await setUp(
      ({ method, url }, response) => {
        if (method === 'POST') response.writeHead(308, { location: '/elsewhere' }).end()
        else json(response, url)
      },
      { clock, batch },
    )
    const results = await Promise.allSettled([test.api.get('/a'), test.api.get('/b')])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ERR_HTTP_STATUS', status: 308 } })
    }
    expect(test.origin.requests).toHaveLength(1)
  })
})

describe('the header of a batch', () => {
  it("has its client's own fields and who asks, and its requests what each of them wants", async () => {
    await using test = await setUp(
      answering(({ headers }) => ({ body: headers })),
      {
        clock,
        batch,
        headers: { 'X-Api-Key': 'secret', 'accept-language': 'de', 'content-type': 'text/csv', 'x-tenant': 'one' },
      },
    )
    const get = (path: string, headers: Record<string, string>): Promise<unknown> =>
      test.api.get(path, { headers: { 'x-user': 'Ann', 'if-none-match': '"1"', ...headers }, cache: false })
    const [one, other] = await Promise.all([get('/a', { accept: 'text/plain' }), get('/b', {})])
    const [sent] = test.origin.requests
    expect(sent?.headers).toMatchObject({
      'x-api-key': 'secret',
      'x-tenant': 'one',
      'x-user': 'Ann',
      'accept-language': 'de',
      accept: 'application/json',
      'content-type': 'application/json',
    })
    expect(sent?.headers).not.toHaveProperty('if-none-match')
    expect(one).toMatchObject({ accept: 'text/plain', 'accept-language': 'de', 'if-none-match': '"1"' })
    expect(other).toMatchObject({ accept: expect.stringContaining('application/json') as string })
    expect(sent?.body).not.toMatch(/secret|Ann/)
  })

  it('is that of one who asks, whatever the name of the field that tells', async () => {
    const keys = ['Ann', 'Bob', 'Ann', 'Bob']
    let calls = 0
    await using test = await setUp(
      (request, response) => {
        const answers = requestsOf(request).map(({ id }) => ({ id, status: 200, body: request.headers['x-api-key'] }))
        json(response, { responses: answers })
      },
      { clock, batch, headers: () => ({ 'x-api-key': keys[calls++] }), cache: undefined },
    )
    expect(await Promise.all(['/a', '/a', '/b', '/b'].map((path) => test.api.get(path)))).toEqual(keys)
    expect(test.origin.requests).toHaveLength(2)
  })

  it('has a field that its requests do not agree about nowhere but with each of them', async () => {
    await using test = await setUp(
      answering(({ headers }) => ({ body: headers['accept-language'] ?? null })),
      { clock, batch, cache: undefined },
    )
    const get = (path: string, language?: string): Promise<unknown> =>
      test.api.get(path, { headers: { 'accept-language': language } })
    expect(await Promise.all([get('/a', 'de'), get('/b', 'en'), get('/c')])).toEqual(['de', 'en', null])
    expect(test.origin.requests).toHaveLength(1)
    expect(test.origin.requests[0]?.headers).not.toHaveProperty('accept-language')
  })

  it('of another origin has nothing of what its client sends to its own', async () => {
    await using other = await startOrigin(answering(({ url }) => ({ body: url })))
    await using test = await setUp((_, response) => json(response, 1), {
      clock,
      batch: batchEndpoint({ path: `${other.url}/batch` }),
      headers: { 'x-api-key': 'secret' },
    })
    await Promise.all(['/a', '/b'].map((path) => test.api.get(other.url + path)))
    expect(other.requests.map(({ method, headers }) => [method, headers['x-api-key']])).toEqual([['POST', undefined]])
    expect(other.requests[0]?.body).not.toContain('secret')
    await Promise.all(['/a', '/b'].map((path) => test.api.get(path)))
    expect(test.origin.requests.map(({ method, headers }) => `${method} ${String(headers['x-api-key'])}`)).toEqual([
      'GET secret',
      'GET secret',
    ])
  })
})

describe('another format', () => {
  it('is written and read by the caller', async () => {
    await using test = await setUp(
      (request, response) =>
        json(
          response,
          (JSON.parse(request.body) as string[]).map((url) => url.toUpperCase()),
        ),
      {
        clock,
        batch: batchEndpoint({
          path: 'many',
          encode: (requests) => requests.map(({ url }) => url),
          decode: (body) => (body as string[]).map((one, index) => ({ id: String(index), status: 200, body: one })),
        }),
      },
    )
    expect(await Promise.all([test.api.get('/a'), test.api.get('/b')])).toEqual(['/A', '/B'])
  })
})

describe('requests of several people in one turn', () => {
  it('do not fail with each other', async () => {
    await using test = await setUp(
      (request, response) => {
        if (request.headers.authorization === 'Ann') response.setHeader('content-type', 'application/json').end('{')
        else answering(({ url }) => ({ body: url }))(request, response)
      },
      { clock, batch },
    )
    const get = (path: string, authorization: string): Promise<unknown> =>
      test.api.get(path, { headers: { authorization }, cache: false }).catch(() => 'failed')
    const answers = await Promise.all([get('/a', 'Ann'), get('/b', 'Ann'), get('/a', 'Bob'), get('/b', 'Bob')])
    expect(answers).toEqual(['failed', 'failed', '/a', '/b'])
  })
})

it('a header within a batch may have a number for its value', async () => {
  await using test = await setUp(
    answering(({ url }) => ({ body: url, headers: { Age: 5, 'cache-control': 'max-age=60' } })),
    { clock, batch },
  )
  const [one] = await Promise.all([test.api.fetch('/a'), test.api.fetch('/b')])
  expect(one?.header('age')).toBe('5')
})
