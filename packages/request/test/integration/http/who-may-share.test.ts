/**
 * Who may get what somebody else has loaded: for each field of a request, each option, and each way in which a response
 * speaks of it. The table of the guide says the same in words.
 */
import { describe, expect, it } from 'vitest'
import { createHttpClient, type HttpClientOptions, type RequestOptions } from '../../../src/http/index.ts'
import { setUp } from './client.ts'
import { json, until } from './origin.ts'

type Fields = Readonly<Record<string, string>>

/** What one caller says: in its client, or in the call. */
interface Caller {
  readonly client?: HttpClientOptions
  readonly call?: RequestOptions
  readonly path?: string
}

interface Case {
  readonly response?: Fields
  readonly a?: Caller
  readonly b?: Caller
}

/** Whether B gets what A has loaded: after A, or while A waits for it. */
async function shares(when: 'later' | 'meanwhile', { response = SILENT, a = {}, b = {} }: Case): Promise<boolean> {
  let loads = 0
  let isOpen = when === 'later'
  await using test = await setUp(async (_, answer) => {
    const load = ++loads
    await until(() => isOpen)
    json(answer, load, response)
  })
  const shared = { baseUrl: test.origin.url, cache: test.cache, clock: test.clock, retry: false } as const
  await using first = createHttpClient({ ...shared, ...a.client })
  await using second = createHttpClient({ ...shared, ...b.client })
  const loading = first.get('/a', a.call)
  if (isOpen) await loading
  else await until(() => loads === 1)
  const other = second.get(b.path ?? '/a', b.call)
  // Who loads for himself has asked by now; who waits for A never does.
  if (!isOpen) await Promise.race([until(() => loads === 2), new Promise((resolve) => setTimeout(resolve, 50))])
  isOpen = true
  return (await other) === (await loading)
}

const SILENT: Fields = { 'cache-control': 'max-age=60' }
const PUBLIC: Fields = { 'cache-control': 'public, max-age=60' }
const both = ['later', 'meanwhile'] as const

/** A sends it, B sends another value, C sends none. */
const KEYED = [
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'forwarded',
  'x-original-url',
  'accept',
  'accept-language',
  'accept-encoding',
  'origin',
  'referer',
  'cookie',
  'X-Api-Key',
  'api-key',
  'x-auth-token',
  'proxy-authorization',
  'x-tenant',
  'x-whatever',
  'idempotency-key',
]
const BYPASSING = ['range', 'if-none-match', 'if-modified-since', 'if-range', 'x-http-method-override', 'x-http-method']
const SELECTING_NOTHING = ['user-agent', 'traceparent', 'x-request-id', 'x-correlation-id', 'baggage']

const inCall = (name: string, value: string): Caller => ({ call: { headers: { [name]: value } } })
const inClient = (name: string, value: string): Caller => ({ client: { headers: { [name]: value } } })
const inFunction = (name: string, value: string): Caller => ({ client: { headers: () => ({ [name]: value }) } })

describe.each([
  ['a call', inCall],
  ['a client', inClient],
  ['a function', inFunction],
])('a field in the headers of %s', (_, said) => {
  it.each(KEYED)('that may select something is shared by those alone who send the same: %s', async (name) => {
    const [one, two] = name === 'host' ? ['a.example', 'b.example'] : ['a', 'b']
    for (const response of [SILENT, PUBLIC]) {
      expect(await shares('later', { response, a: said(name, one), b: said(name, two) })).toBe(false)
      expect(await shares('later', { response, a: said(name, one) })).toBe(false)
      expect(await shares('later', { response, b: said(name, two) })).toBe(false)
      expect(await shares('later', { response, a: said(name, one), b: inCall(name, one) })).toBe(true)
    }
    expect(await shares('meanwhile', { response: PUBLIC, a: said(name, one), b: said(name, two) })).toBe(false)
  })

  it.each(BYPASSING)('that asks for something of its own is past the cache: %s', async (name) => {
    const value = name.startsWith('x-') ? 'DELETE' : name === 'range' ? 'bytes=0-1' : '"1"'
    expect(await shares('later', { response: PUBLIC, a: said(name, value), b: said(name, value) })).toBe(false)
    expect(await shares('later', { response: PUBLIC, b: said(name, value) })).toBe(false)
  })

  it.each(SELECTING_NOTHING)('that selects nothing keeps nobody from sharing: %s', async (name) => {
    for (const when of both) expect(await shares(when, { a: said(name, 'a'), b: said(name, 'b') })).toBe(true)
    const response = { ...SILENT, vary: name }
    for (const when of both) {
      expect(await shares(when, { response, a: said(name, 'a'), b: said(name, 'b') })).toBe(false)
    }
  })

  it.each(['authorization', 'Authorization', 'AUTHORIZATION'])(
    'that proves who asks shares only what the response gives to all: %s',
    async (name) => {
      for (const when of both) {
        expect(await shares(when, { a: said(name, 'A'), b: said(name, 'B') })).toBe(false)
        expect(await shares(when, { a: said(name, 'A') })).toBe(false)
        expect(await shares(when, { b: said(name, 'B') })).toBe(false)
        expect(await shares(when, { response: PUBLIC, a: said(name, 'A'), b: said(name, 'B') })).toBe(true)
        const response = { ...PUBLIC, vary: 'Authorization' }
        expect(await shares(when, { response, a: said(name, 'A'), b: said(name, 'B') })).toBe(false)
      }
    },
  )
})

describe('what A asked for with Authorization', () => {
  const [a, b] = [inCall('authorization', 'A'), inCall('authorization', 'B')]

  it.each(['public', 'must-revalidate', 's-maxage=60', 's-maxage="60"', 'PUBLIC', 'x=1, public'])(
    'B gets where the response says %s',
    async (said) => {
      expect(await shares('later', { response: { 'cache-control': `max-age=60, ${said}` }, a, b })).toBe(true)
    },
  )

  it.each([
    's-maxage=10s',
    's-maxage=10s, stale-while-revalidate=60',
    's-maxage=undefined, stale-if-error=600',
    's-maxage=NaN',
    's-maxage=',
    's-maxage',
    's-maxage=-1',
    's-maxage=1e3',
    's-maxage=0x10',
    's-maxage="60',
    's-maxage=x, s-maxage=60',
    'public=no',
    'public=""',
    'must-revalidate=0',
    'ext="a, public, s-maxage=60',
    'private',
    'private="x-user"',
    'no-cache',
    'proxy-revalidate',
    'immutable',
    'stale-while-revalidate=60',
  ])('B does not get where the response says %s', async (said) => {
    for (const when of both) {
      for (const response of [{ 'cache-control': said }, { 'cache-control': `max-age=60, ${said}` }]) {
        expect(await shares(when, { response, a, b })).toBe(false)
      }
    }
  })

  it('B does not get where a stale answer would stand in for a server that fails', async () => {
    let isDown = false
    await using test = await setUp(({ headers }, response) => {
      response.statusCode = isDown ? 503 : 200
      json(response, headers.authorization, { 'cache-control': 's-maxage=undefined, stale-if-error=600' })
    })
    await test.api.get('/me', a.call)
    isDown = true
    expect(await test.api.fetch('/me', b.call)).toMatchObject({ status: 503, body: 'B', from: 'network' })
  })
})

describe('what a response says', () => {
  it.each([
    ['nothing', {}, false, true],
    ['max-age', SILENT, true, true],
    ['public', PUBLIC, true, true],
    ['no-store', { 'cache-control': 'no-store, max-age=60' }, false, true],
    ['private', { 'cache-control': 'private, max-age=60' }, false, true],
    ['a cookie', { ...PUBLIC, 'set-cookie': 'session=1' }, false, true],
    ['Vary by everything', { ...PUBLIC, vary: '*' }, false, true],
    ['Vary by what is no field', { ...PUBLIC, vary: '"x-user"' }, false, true],
    ['a time that cannot be read', { 'cache-control': 'max-age=soon' }, false, true],
    ['a date that cannot be read', { expires: '0' }, false, true],
  ])(
    'decides what callers who send the same share later, and meanwhile they share it: %s',
    async (_, response, later, meanwhile) => {
      expect(await shares('later', { response })).toBe(later)
      // One client's callers: two clients never join each other past the cache.
      expect(await joins(response)).toBe(meanwhile)
    },
  )
})

/** Whether two calls of one client share a request. */
async function joins(response: Fields): Promise<boolean> {
  let loads = 0
  await using test = await setUp((_, answer) => json(answer, ++loads, response))
  const [one, other] = await Promise.all([test.api.get('/a'), test.api.get('/a')])
  return one === other
}

describe('an option', () => {
  const same: Caller = {}
  it.each<[string, Caller, Caller, boolean]>([
    ['none', same, same, true],
    ['as', { call: { as: 'text' } }, { call: { as: 'json' } }, false],
    ['query', { call: { query: { q: 1 } } }, { call: { query: { q: 2 } } }, false],
    ['query', { call: { query: { q: 1, r: 2 } } }, { call: { query: { r: 2, q: 1 } } }, true],
    ['path', same, { path: '/b' }, false],
    ['cache: false', same, { call: { cache: false } }, false],
    ['cache: refresh', same, { call: { cache: 'refresh' } }, false],
    ['timeout', { call: { timeout: '1s' } }, { call: { timeout: '2s' } }, true],
    ['retry', { call: { retry: { attempts: 2 } } }, same, true],
    ['tags', { call: { tags: ['a'] } }, { call: { tags: ['b'] } }, true],
    ['ttl', { call: { ttl: '1m' } }, same, true],
    ['signal', { call: { signal: new AbortController().signal } }, same, true],
    ['caching.shared', { client: { caching: { shared: false } } }, same, false],
    ['caching.shared', same, { client: { caching: { shared: false } } }, false],
    ['caching.ttl', { client: { caching: { ttl: '1m' } } }, same, true],
  ])('%s decides whether B gets what A loaded', async (_, a, b, expected) => {
    expect(await shares('later', { a, b })).toBe(expected)
  })

  it('host of one call does not become the answer of the address', async () => {
    await using test = await setUp(({ headers }, response) => json(response, headers.host, SILENT))
    const host = new URL(test.origin.url).host
    expect(await test.api.get('/', { headers: { host: 'evil.example' } })).toBe('evil.example')
    expect(await test.api.get('/')).toBe(host)
    expect(await test.api.get('/', { headers: { host: 'evil.example' } })).toBe('evil.example')
    expect(test.origin.requests).toHaveLength(2)
  })

  it('to override the method is a write, which is sent once and invalidates its address', async () => {
    let loads = 0
    await using test = await setUp(({ headers }, response) => {
      if (headers['x-http-method-override'] !== undefined) response.writeHead(503).end()
      else json(response, ++loads, SILENT)
    })
    expect([await test.api.get('/a'), await test.api.get('/a')]).toEqual([1, 1])
    const headers = { 'x-http-method-override': 'DELETE' }
    await test.api.fetch('/a', { headers, retry: { attempts: 3 } })
    expect(test.origin.requests).toHaveLength(2)
    expect(await test.api.get('/a')).toBe(2)
  })
})
