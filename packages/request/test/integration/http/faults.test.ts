import { createRandom } from '@hotpath/testkit'
import { describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClientOptions } from '../../../src/http/index.ts'
import { setUp, setUpWith, type Setup } from './client.ts'
import { type Handler, json, startRawOrigin, until } from './origin.ts'

const AT_ONCE: HttpClientOptions = { retry: { attempts: 3, delay: 0 } }

/** Fails as often as there are failures, then succeeds. */
function failing(...failures: Handler[]): Handler {
  return (request, response) => {
    const fail = failures.shift()
    if (fail === undefined) json(response, 'good')
    else fail(request, response)
  }
}

const drop: Handler = (_, response) => response.socket?.destroy()

/** Waits for a request, then lets time pass for it. */
async function passAfter(test: Setup, requests: number, ms: number): Promise<void> {
  await until(() => test.origin.requests.length >= requests && test.clock.pending > 0)
  await test.clock.advanceAsync(ms)
}

describe.each([true, false])('a request that fails (cache: %s)', (cache) => {
  it('is sent again after a dropped connection, as often as allowed', async () => {
    await using test = await setUp(failing(drop, drop), AT_ONCE)
    expect(await test.api.get('/a', { cache })).toBe('good')
    expect(test.origin.requests).toHaveLength(3)
  })

  it('fails with what happened last', async () => {
    await using test = await setUp(failing(drop, drop, drop), AT_ONCE)
    await expect(test.api.get('/a?secret=1', { cache })).rejects.toMatchObject({
      code: 'ERR_HTTP_NETWORK',
      message: expect.not.stringContaining('secret'),
    })
  })

  it('answers with the last status', async () => {
    await using test = await setUp(
      failing(
        drop,
        ...[502, 503].map(
          (status): Handler =>
            (_, response) =>
              response.writeHead(status).end('down'),
        ),
      ),
      AT_ONCE,
    )
    const answer = await test.api.fetch('/a', { cache })
    expect([answer.status, answer.ok, answer.from]).toEqual([503, false, 'network'])
    expect(test.origin.requests).toHaveLength(3)
  })

  it('is not sent again for a status that stays', async () => {
    await using test = await setUp(
      failing((_, response) => response.writeHead(400).end()),
      AT_ONCE,
    )
    await expect(test.api.get('/a', { cache })).rejects.toMatchObject({ code: 'ERR_HTTP_STATUS', status: 400 })
    expect(test.origin.requests).toHaveLength(1)
  })
})

describe('Retry-After', () => {
  const busy =
    (after: string, date = 'Tue, 01 Jan 2030 00:00:00 GMT'): Handler =>
    (_, response) => {
      response.writeHead(429, { 'retry-after': after, date }).end()
    }
  const options: HttpClientOptions = {
    retry: { delay: '1ms', maxDelay: '1m', random: createRandom(1) },
    timeout: false,
  }

  it.each([
    ['seconds', busy('20')],
    ['a date', busy('Tue, 01 Jan 2030 00:00:20 GMT')],
    ['a date by a clock that differs', busy('Mon, 31 Dec 2029 05:00:20 GMT', 'Mon, 31 Dec 2029 05:00:00 GMT')],
  ])('is waited for in %s', async (_, refuse) => {
    await using test = await setUp(failing(refuse), options)
    let answer: unknown
    const read = test.api.get('/a').then((body) => (answer = body))
    await passAfter(test, 1, 19_999)
    expect(test.origin.requests).toHaveLength(1)
    expect(answer).toBeUndefined()
    await test.clock.advanceAsync(1)
    await read
    expect(answer).toBe('good')
  })

  it('that is too long is not waited for', async () => {
    await using test = await setUp(failing(busy('61')), options)
    expect((await test.api.fetch('/a')).status).toBe(429)
    expect(test.clock.pending).toBeLessThanOrEqual(1)
  })
})

describe('time', () => {
  it('is one budget for all attempts', async () => {
    await using test = await setUp(() => {}, { ...AT_ONCE, timeout: { total: '5s', attempt: '2s' } })
    const result = expect(test.api.get('/a')).rejects.toMatchObject({
      code: 'ERR_REQUEST_TIMEOUT',
      context: { timeoutMs: 5_000 },
    })
    await passAfter(test, 1, 2_000)
    await passAfter(test, 2, 2_000)
    await passAfter(test, 3, 1_000)
    await result
    expect(test.origin.requests).toHaveLength(3)
  })

  it('ends an answer whose body does not come to an end', async () => {
    let isClosed = false
    await using test = await setUp((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('[1,')
      response.on('close', () => (isClosed = true))
    })
    const result = expect(test.api.get('/a', { timeout: '1s' })).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    await passAfter(test, 1, 999)
    await test.clock.advanceAsync(1)
    await result
    await until(() => isClosed)
  })

  it('of a caller holds for him alone', async () => {
    let answer = (): void => {}
    await using test = await setUp((_, response) => {
      answer = () => json(response, 'good')
    })
    const patient = test.api.get('/a')
    const hasty = expect(test.api.get('/a', { timeout: '1s' })).rejects.toMatchObject({ code: 'ERR_REQUEST_TIMEOUT' })
    await passAfter(test, 1, 1_000)
    await hasty
    answer()
    expect(await patient).toBe('good')
    expect(test.origin.requests).toHaveLength(1)
  })
})

describe('a body', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

  it.each([
    ['shorter than its length', `${HEAD}content-length: 100\r\n\r\n[1,2]`],
    ['in chunks without an end', `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n[1,2]\r\n`],
    ['with a length of JSON that ends too early', `${HEAD}content-length: 4\r\n\r\n[1,2`],
  ])('that is cut off is asked for again: %s', async (_, cut) => {
    const origin = await startRawOrigin((socket, count) => {
      socket.end(count === 1 ? cut : `${HEAD}content-length: 5\r\n\r\n[1,2]`)
    })
    await using test = setUpWith(origin, AT_ONCE)
    expect(await test.api.get('/a')).toEqual([1, 2])
    expect(test.origin.requests).toHaveLength(2)
  })

  it('that is cut off fails as what it is, and is not cached', async () => {
    const control = 'cache-control: max-age=60\r\n'
    const origin = await startRawOrigin((socket) => socket.end(`${HEAD}${control}content-length: 9\r\n\r\n[1,2]`))
    await using test = setUpWith(origin)
    for (let times = 1; times <= 2; times++) {
      await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_BODY', status: 200 })
      await test.clock.advanceAsync(1_000)
      expect(test.origin.requests).toHaveLength(times)
    }
  })

  it('that is no JSON says so', async () => {
    await using test = await setUp((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('<html>')
    })
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_BODY', cause: { name: 'SyntaxError' } })
    expect(await test.api.get('/a', { as: 'text' })).toBe('<html>')
  })

  it('that is too long ends the request at once, and is not asked for again', async () => {
    await using test = await setUp((_, response) => response.end('x'.repeat(100_000)), {
      ...AT_ONCE,
      maxBodyBytes: '1kb',
    })
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_BODY' })
    expect(test.origin.requests).toHaveLength(1)
  })
})

describe('a server', () => {
  it('that hangs up without a word, or half closes, is asked again', async () => {
    const origin = await startRawOrigin((socket, count) => {
      if (count <= 2) socket.end()
      else socket.end('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok')
    })
    await using test = setUpWith(origin, AT_ONCE)
    expect(await test.api.get('/a')).toBe('ok')
  })

  it('that half closes and sends on is heard to the end', async () => {
    const origin = await startRawOrigin((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nfirst ')
      setTimeout(() => socket.end('last'), 20)
    })
    await using test = setUpWith(origin)
    expect(await test.api.get('/a')).toBe('first last')
  })

  it('that is not there is named with the reason', async () => {
    const gone = await setUp((_, response) => json(response, 1))
    await gone[Symbol.asyncDispose]()
    await using api = createHttpClient({ baseUrl: gone.origin.url, retry: false })
    await expect(api.get('/a')).rejects.toThrow(/`GET http:.*\/a` got no response\. .* Cause: .*ECONNREFUSED/)
  })
})
