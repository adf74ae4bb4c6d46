import { describe, expect, it } from 'vitest'
import { type Exchange, allowsAuthorization, objectionTo, storedHeaders } from '../../src/http/rules/storable.ts'

const SHARED = { shared: true }
const PRIVATE = { shared: false }

function exchange(some: Partial<Exchange> = {}, control?: string): Exchange {
  const headers = { ...some.headers, ...(control !== undefined && { 'cache-control': control }) }
  return { method: 'GET', requestHeaders: {}, status: 200, redirected: false, ...some, headers }
}

describe('a response', () => {
  it('may be stored when nothing speaks against it', () => {
    expect(objectionTo(exchange(), SHARED)).toBeUndefined()
    expect(objectionTo(exchange({ status: 404 }), SHARED)).toBeUndefined()
  })

  it.each(['POST', 'PUT', 'HEAD', 'get'])('is not stored for another method than GET: %s', (method) => {
    expect(objectionTo(exchange({ method }, 'max-age=60, public'), SHARED)).toBe('method')
  })

  it('is not stored when it is, or might be, a part', () => {
    expect(objectionTo(exchange({ status: 206 }, 'max-age=60'), SHARED)).toBe('status')
    expect(objectionTo(exchange({ requestHeaders: { range: 'bytes=0-1' } }), SHARED)).toBe('range')
  })

  it('needs a lifetime for a temporary redirect', () => {
    expect(objectionTo(exchange({ status: 302 }), SHARED)).toBe('status')
    for (const control of ['max-age=1', 's-maxage=1', 'public']) {
      expect(objectionTo(exchange({ status: 307 }, control), SHARED)).toBeUndefined()
    }
    expect(objectionTo(exchange({ status: 307 }, 's-maxage=1'), PRIVATE)).toBe('status')
    const expires = 'Sun, 06 Nov 1994 08:49:37 GMT'
    expect(objectionTo(exchange({ status: 302, headers: { expires } }), SHARED)).toBeUndefined()
  })

  it.each(['max-age=soon', 's-maxage=10s', 'public=yes'])(
    'is told no lifetime by what cannot be read: %s',
    (control) => {
      expect(objectionTo(exchange({ status: 302 }, control), SHARED)).toBe('status')
      expect(objectionTo(exchange({ status: 302, headers: { expires: '0' } }), SHARED)).toBe('status')
    },
  )

  it.each([401, 429, 500, 503])('is not stored when it failed, whatever it says: %i', (status) => {
    expect(objectionTo(exchange({ status }, 'public, max-age=60'), SHARED)).toBe('status')
  })

  it('is not stored when either side says no-store', () => {
    expect(objectionTo(exchange({}, 'no-store, max-age=60'), PRIVATE)).toBe('no-store')
    expect(objectionTo(exchange({ requestHeaders: { 'cache-control': 'no-store' } }, 'max-age=60'), PRIVATE)).toBe(
      'no-store',
    )
  })

  it('is not stored in a shared cache when it is private', () => {
    expect(objectionTo(exchange({}, 'private, max-age=60'), SHARED)).toBe('private')
    expect(objectionTo(exchange({}, 'private, max-age=60'), PRIVATE)).toBeUndefined()
  })

  it('is not stored with cookies, however public', () => {
    const headers = { 'set-cookie': ['a=1', 'b=2'] }
    for (const policy of [SHARED, PRIVATE]) {
      expect(objectionTo(exchange({ headers }, 'public, max-age=60'), policy)).toBe('set-cookie')
    }
  })

  it('is stored without its cookies where it allows that by name', () => {
    for (const control of ['private="Set-Cookie"', 'no-cache="set-cookie"']) {
      const one = exchange({ headers: { 'set-cookie': 'a=1', etag: '"1"' } }, control)
      expect(objectionTo(one, SHARED)).toBeUndefined()
      expect(storedHeaders(one.headers)).toEqual({ etag: '"1"', 'cache-control': control })
    }
  })

  it('is not stored when it varies by everything, or came by redirects of unknown life', () => {
    expect(objectionTo(exchange({ headers: { vary: 'accept, *' } }), SHARED)).toBe('vary')
    expect(objectionTo(exchange({ redirected: true }), SHARED)).toBe('redirected')
  })
})

describe('a response to a request with credentials', () => {
  const requestHeaders = { authorization: 'Bearer 1' }

  it('is not stored unless it allows it', () => {
    for (const control of ['max-age=60', 'no-cache', '']) {
      expect(objectionTo(exchange({ requestHeaders }, control), SHARED)).toBe('authorization')
      expect(objectionTo(exchange({ requestHeaders }, control), PRIVATE)).toBe('authorization')
    }
  })

  it.each(['public', 'must-revalidate', 's-maxage=0'])('is stored when it says %s', (control) => {
    expect(objectionTo(exchange({ requestHeaders }, control), SHARED)).toBeUndefined()
    expect(allowsAuthorization({ 'cache-control': control }, SHARED)).toBe(true)
  })

  it.each(['s-maxage=10s', 's-maxage', 'public=1', 'must-revalidate="', 'private="x-user"', 'private="x'])(
    'is not stored for what cannot be read, or says something else: %s',
    (control) => {
      for (const policy of [SHARED, PRIVATE]) {
        expect(allowsAuthorization({ 'cache-control': control }, policy)).toBe(false)
      }
    },
  )

  it('is stored in the cache of its one user when it is private', () => {
    expect(objectionTo(exchange({ requestHeaders }, 'private'), PRIVATE)).toBeUndefined()
    expect(allowsAuthorization({ 'cache-control': 'private' }, SHARED)).toBe(false)
  })
})

describe('a stored header', () => {
  it('lacks what belongs to the connection, to proxies and to the encoded body', () => {
    const headers = {
      connection: 'close, X-Trace',
      'x-trace': '1',
      'keep-alive': 'timeout=5',
      'transfer-encoding': 'chunked',
      'content-encoding': 'gzip',
      'content-length': '10',
      'proxy-authenticate': 'Basic',
      'content-type': 'text/plain',
      etag: '"1"',
    }
    expect(storedHeaders(headers)).toEqual({ 'content-type': 'text/plain', etag: '"1"' })
  })
})
