import { describe, expect, it } from 'vitest'
import { batchEndpoint, createHttpClient } from '../../src/http/index.ts'

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
  ])('names an option that is wrong when it is made: %s', (option, options) => {
    expect(() => createHttpClient({ baseUrl, ...options } as never)).toThrow(`\`${option}\``)
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
