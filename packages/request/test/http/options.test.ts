import { describe, expect, it } from 'vitest'
import {
  type HttpClient,
  type TransportRequest,
  type TransportResponse,
  batchEndpoint,
  createHttpClient,
} from '../../src/http/index.ts'

const baseUrl = 'http://127.0.0.1:9'

describe('a client', () => {
  it.each([
    ['cache', { cache: {} }],
    ['transport', { transport: {} }],
    ['dispatcher', { dispatcher: {} }],
    ['connections', { connections: 0 }],
    ['maxBodyBytes', { maxBodyBytes: '1 potato' }],
    ['fieldsParameter', { fieldsParameter: '' }],
    ['retry', { retry: 3 }],
    ['attempts', { retry: { attempts: 0 } }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: -1 }],
    ['timeout.attempt', { timeout: { attempt: 0 } }],
    ['caching.shared', { caching: { shared: 'yes' } }],
    ['caching.ttl', { caching: { ttl: '5' } }],
    ['caching.heuristic', { caching: { heuristic: 2 } }],
    ['caching.revalidate', { caching: { revalidate: -1 } }],
    ['idempotencyKeys', { idempotencyKeys: 'mine' }],
    ['headers', { headers: [['a', 'b']] }],
    ['headers.a', { headers: { a: 'line\nbreak' } }],
    ['headers.a', { headers: { a: 'naïve 東京' } }],
    ['headers.b c', { headers: { 'b c': '1' } }],
    ['clock', { clock: {} }],
    ['events', { events: {} }],
    ['batch', { batch: { path: '/batch' } }],
    ['caching', { caching: { ttl: '5s' } }],
  ])('names an option that is wrong when it is made: %s', (option, options) => {
    expect(() => createHttpClient({ baseUrl, ...options } as never)).toThrow(`\`${option}\``)
  })

  it('says what is wrong with a header', () => {
    expect(() => createHttpClient({ headers: { a: 'b\n' } })).toThrow(
      'received a string with a line break. Trim it, or encode it',
    )
    expect(() => createHttpClient({ headers: { a: '東京' } })).toThrow('received a string with others.')
    expect(() => createHttpClient({ headers: { a: 5 as never } })).toThrow('received a number. Use `String(value)`')
    expect(() => createHttpClient({ headers: { 'b c': '1' } })).toThrow(
      '`headers.b c` must have a name of letters, digits and `-`.',
    )
  })

  it('never shows a header that is wrong, which may be a secret', () => {
    expect(() => createHttpClient({ headers: { authorization: 'secret\n' } })).toThrow(/^(?!.*secret)/)
  })
})

describe('a batch endpoint', () => {
  it.each([
    ['path', {}],
    ['when', { path: '/batch', when: '/a' }],
    ['encode', { path: '/batch', encode: {} }],
    ['decode', { path: '/batch', decode: 1 }],
  ])('names an option that is wrong: %s', (option, options) => {
    expect(() => batchEndpoint(options as never)).toThrow(`\`${option}\``)
  })
})

describe('a call', () => {
  it.each([
    ['method', { method: 'get' }],
    ['method', { method: 'GET /' }],
    ['as', { as: 'xml' }],
    ['ttl', { ttl: 'long' }],
    ['tags', { tags: 'cities' }],
    ['fields', { fields: [] }],
    ['fields', { fields: 'name' }],
    ['signal', { signal: {} }],
    ['timeout', { timeout: 0 }],
    ['retry', { retry: 1 }],
    ['headers.a', { headers: { a: 1 } }],
    ['body', { method: 'POST', body: () => {} }],
    ['params', { params: new Map([['id', 1]]) }],
    ['query', { query: 'a=1' }],
    ['query', { query: new Map([['a', 1]]) }],
    ['query', { query: Promise.resolve({ a: 1 }) }],
    ['idempotencyKey', { idempotencyKey: 5 }],
    ['idempotencyKey', { idempotencyKey: '' }],
    ['idempotencyKey', { idempotencyKey: 'a\nb' }],
    ['headers.a', { headers: { a: 'b\n' } }],
  ])('is rejected with the option that is wrong: %s', async (option, options) => {
    await using api = createHttpClient({ baseUrl })
    await expect(api.fetch('/a', options as never)).rejects.toMatchObject({
      name: expect.stringMatching(/ConfigError|TagError/),
      message: expect.stringContaining(`\`${option}`),
    })
  })

  it('for pages is checked before it asks', async () => {
    await using api = createHttpClient({ baseUrl })
    expect(() => api.pages('/a', { maxPages: 0 })).toThrow('`maxPages`')
    expect(() => api.pages('/a', { next: 'link' as never })).toThrow('`next`')
  })
})

describe('a body', () => {
  /** Carries nothing, and says what it was given. */
  function clientOf(): { readonly sent: TransportRequest[]; readonly api: HttpClient } {
    const sent: TransportRequest[] = []
    const send = async (request: TransportRequest): Promise<TransportResponse> => {
      sent.push(request)
      return { status: 204, headers: {}, body: new Uint8Array(0) }
    }
    return { sent, api: createHttpClient({ baseUrl, transport: { send } }) }
  }
  const cycle: Record<string, unknown> = {}
  cycle['back'] = cycle

  it.each<[string, unknown, string]>([
    ['a Map', new Map([[1, 2]]), 'received a Map. Send `Object.fromEntries(value)`.'],
    ['a Set', new Set([1]), 'received a Set. Send `[...value]`.'],
    ['a Map that is a member', { a: [{ prices: new Map([[1, 2]]) }] }, 'received a Map as `prices` in it. Send'],
    ['a promise', Promise.resolve({ a: 1 }), 'received a Promise. `await` it first.'],
    ['an error', Object.assign(new Error('x'), { code: 'E' }), 'received an Error. Send what it says'],
    ['a bigint within', { a: 1n }, 'that JSON cannot express. Turn a bigint into a string'],
    ['a bigint', 1n, 'that JSON cannot express'],
    ['a cycle', cycle, 'and leave out what leads back.'],
    ['NaN', Number.NaN, 'received a number.'],
    ['a symbol', Symbol('s'), 'received a symbol.'],
    ['a generator', [1].values(), 'Pass an object of plain data'],
  ])('that JSON would lose is refused: %s', async (_, body, message) => {
    const { api, sent } = clientOf()
    await expect(api.post('/a', { body })).rejects.toMatchObject({
      code: 'ERR_CONFIG_OPTION',
      message: expect.stringContaining(message),
    })
    expect(sent).toEqual([])
  })

  it.each<[string, unknown, unknown]>([
    ['what is empty', { a: {}, b: [], c: Object.create(null) }, '{"a":{},"b":[],"c":{}}'],
    ['a string that looks like it', { a: '{}' }, '{"a":"{}"}'],
    [
      'an instance of a class',
      new (class City {
        readonly name = 'Ulm'
      })(),
      '{"name":"Ulm"}',
    ],
    [
      'what turns itself into JSON',
      { at: new Date(0), to: { toJSON: () => ({}) } },
      '{"at":"1970-01-01T00:00:00.000Z","to":{}}',
    ],
    ['a part of a buffer', new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 1), Uint8Array.of(2)],
    ['numbers of two bytes', new Uint16Array([0x0101]), Uint8Array.of(1, 1)],
  ])('is sent as it is: %s', async (_, body, expected) => {
    const { api, sent } = clientOf()
    await api.post('/a', { body })
    expect(sent[0]?.body).toEqual(expected)
  })

  it.each(['GET', 'HEAD'])('of a %s is refused before anything is sent, whatever carries it', async (method) => {
    const { api, sent } = clientOf()
    await expect(api.fetch('/a', { method, body: { a: 1 } })).rejects.toThrow(
      `\`body\` must be left out of a ${method} request. Pass it as \`query\`, or send it with \`post\`.`,
    )
    expect(sent).toEqual([])
  })
})
