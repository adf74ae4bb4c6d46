import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { Agent } from 'undici'
import { describe, expect, it } from 'vitest'
import { createHttpClient, fetchTransport, type HttpClientOptions } from '../../../src/http/index.ts'
import { setUp, setUpWith } from './client.ts'
import { json, listen, startOrigin, startRawOrigin, until } from './origin.ts'

const TRANSPORTS: readonly (readonly [string, HttpClientOptions])[] = [
  ['undici', {}],
  ['fetch', { transport: fetchTransport() }],
]

describe.each(TRANSPORTS)('a request by %s', (_, options) => {
  it('brings status, header and body, and sends what was said', async () => {
    await using test = await setUp((request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'], 'x-two': ['1', '2'] })
      response.end(JSON.stringify([request.method, request.url, request.body, request.headers['x-a']]))
    }, options)
    const answer = await test.api.fetch('/a?b=ü', { method: 'POST', body: 'grüß', headers: { 'X-A': '1' } })
    expect([answer.status, answer.ok, answer.body]).toEqual([201, true, ['POST', '/a?b=%C3%BC', 'grüß', '1']])
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.header('x-two')).toBe('1, 2')
  })

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('decodes %s', async (encoding, encode) => {
    const text = 'long '.repeat(1_000)
    let asked = ''
    await using test = await setUp(({ headers }, response) => {
      // Without TLS the platform's `fetch` does not ask for all that it can read.
      asked = headers['accept-encoding'] ?? ''
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding }).end(encode(text))
    }, options)
    expect(await test.api.get('/a')).toBe(text)
    expect(asked).toMatch(/gzip, deflate/)
  })

  it('does not fill memory with what was small on its way', async () => {
    await using test = await setUp(
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000)))
      },
      { ...options, maxBodyBytes: '10kb' },
    )
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_BODY' })
  })

  it('ends with its signal, also amid the body', async () => {
    let isClosed = false
    await using test = await setUp((_request, response) => {
      response.writeHead(200)
      response.write('begun')
      response.on('close', () => (isClosed = true))
    }, options)
    const controller = new AbortController()
    const read = expect(test.api.get('/a', { signal: controller.signal })).rejects.toThrow('enough')
    await until(() => test.origin.requests.length === 1)
    controller.abort(new Error('enough'))
    await read
    await until(() => isClosed)
  })

  it('says what it is, unless its caller does', async () => {
    await using test = await setUp(({ headers }, response) => json(response, headers['user-agent']), options)
    expect(await test.api.get('/a')).toMatch(/^\w+$/)
    expect(await test.api.get('/a', { headers: { 'User-Agent': 'me' } })).toBe('me')
  })

  it('says what went wrong', async () => {
    const origin = await startRawOrigin((socket) => socket.end('this is no HTTP\r\n\r\n'))
    await using test = setUpWith(origin, options)
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_NETWORK', cause: expect.any(Error) })
  })

  it('with a body that is cut off fails as that', async () => {
    const origin = await startRawOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[1,2]'))
    await using test = setUpWith(origin, options)
    await expect(test.api.get('/a')).rejects.toMatchObject({ code: 'ERR_HTTP_BODY', status: 200 })
  })

  it('is redirected', async () => {
    await using test = await setUp(({ url }, response) => {
      if (url === '/a') response.writeHead(302, { location: '/b' }).end()
      else json(response, url, { 'cache-control': 'max-age=60' })
    }, options)
    const answer = await test.api.fetch('/a')
    expect([answer.body, answer.url]).toEqual(['/b', `${test.origin.url}/b`])
    // What a redirect without a lifetime led to is not what the address itself answers.
    await test.api.get('/a')
    expect(test.origin.requests.filter(({ url }) => url === '/a')).toHaveLength(2)
  })
})

it.each(['error', 'manual'] as const)(
  'a transport that follows redirects does not pass off its answer where they are `%s`',
  async (redirect) => {
    await using test = await setUp(
      ({ url }, response) => {
        if (url === '/a') response.writeHead(302, { location: '/b' }).end()
        else json(response, url)
      },
      { transport: fetchTransport({ fetch: (url, init) => fetch(url, { ...init, redirect: 'follow' }) }) },
    )
    await expect(test.api.get('/a', { redirect })).rejects.toThrow(
      `was redirected, and its transport followed, which \`redirect: '${redirect}'\` forbids.`,
    )
    expect(await test.api.get('/b', { redirect })).toBe('/b')
  },
)

it('What a server is told over TLS does not follow a redirect away from it, to the same name without TLS', async () => {
  await using plain = await startOrigin(({ headers }, response) => json(response, headers))
  const { key, cert } = selfSigned()
  const server = createSecureServer({ key, cert, allowHTTP1: true }, (_, response) => {
    response.writeHead(307, { location: `${plain.url}/b` })
    response.end()
  })
  await using origin = await listen(server, [], 'https')
  const dispatcher = new Agent({ connect: { ca: cert } })
  await using api = createHttpClient({ baseUrl: origin.url, dispatcher, headers: { 'x-api-key': 'secret' } })
  const arrived = await api.get('/a', { headers: { authorization: 'secret', 'x-token': 'secret' } })
  expect(JSON.stringify(arrived)).not.toContain('secret')
  await dispatcher.close()
})

describe('HTTP/2', () => {
  it('is spoken where the server offers it, many requests on one connection', async () => {
    const { key, cert } = selfSigned()
    const server = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) => {
      setTimeout(() => {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify([request.httpVersion, request.url]))
      }, 20)
    })
    await using origin = await listen(server, [], 'https')
    const dispatcher = new Agent({ connect: { ca: cert }, allowH2: true, connections: 1 })
    await using api = createHttpClient({ baseUrl: origin.url, dispatcher, retry: false })
    const answers = await Promise.all(Array.from({ length: 10 }, (_, id) => api.get(`/${id}`)))
    expect(answers).toEqual(Array.from({ length: 10 }, (_, id) => ['2.0', `/${id}`]))
    expect(origin.connections).toBe(1)
    await dispatcher.close()
  })
})

/** A certificate for the loopback interface that is good for a day. */
function selfSigned(): { readonly key: string; readonly cert: string } {
  const dir = mkdtempSync(join(tmpdir(), 'hotpath-tls-'))
  try {
    const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
