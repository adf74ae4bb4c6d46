import { describe, expect, it } from 'vitest'
import { baseOf, targetOf } from '../../src/http/message/target.ts'

const base = baseOf('https://api.test/v1/')
const at = (path: string | URL, options = {}): string => targetOf(base, path, options).href

describe('a target', () => {
  it('is put behind the base, whatever the slashes', () => {
    expect(at('/cities')).toBe('https://api.test/v1/cities')
    expect(at('cities')).toBe('https://api.test/v1/cities')
    expect(at('?a=1')).toBe('https://api.test/v1?a=1')
    expect(at('')).toBe('https://api.test/v1')
    expect(at('//evil.test/a')).toBe('https://api.test/v1//evil.test/a')
  })

  it('may be a whole address, and has no fragment', () => {
    expect(at('https://other.test/a#b')).toBe('https://other.test/a')
    expect(targetOf(undefined, 'http://other.test', {}).href).toBe('http://other.test/')
  })

  it('is filled in with parameters that keep their place', () => {
    expect(at('/cities/:id/:part', { params: { id: 'a/b?c#d', part: 7n } })).toBe(
      'https://api.test/v1/cities/a%2Fb%3Fc%23d/7',
    )
    expect(at('/c/:a', { params: { a: '$&' } })).toBe('https://api.test/v1/c/%24%26')
    expect(at('/at/12:30')).toBe('https://api.test/v1/at/12:30')
  })

  it.each(['/users/:id', 'users/:id', '/:id/posts', '/a/:id?q=1', 'https://x.test/a/:id#b'])(
    'refuses a name that has no value, as `params` was left out: %s',
    (path) => {
      expect(() => at(path)).toThrow(
        /`params` must have a value for `:id` of .*Pass for example `\{ params: \{ id: 42 \} \}`/,
      )
    },
  )

  it.each(['/topics/42:publish', '/a/:1', '/a/%3Aid', '/a?next=/:id', '/at/12:30', '/a/:id:b'])(
    'takes a colon for itself where it names nothing: %s',
    (path) => {
      expect(at(path)).toBe(`https://api.test/v1${path}`)
    },
  )

  it('that is a whole URL has no names', () => {
    expect(targetOf(base, new URL('https://other.test/a/:id#b'), {}).href).toBe('https://other.test/a/:id')
  })

  it.each(['', '.', '..', '\ud800', undefined, null])('refuses a parameter that would change the path: %s', (id) => {
    expect(() => at('/cities/:id', { params: { id } })).toThrow(/`params.id` must be/)
  })

  it.each<[string, unknown, string]>([
    ['an object', { id: 1 }, 'received an object. Name the member that is meant, such as `user.id`.'],
    ['a list', [1, 2], 'received an array. Name the member'],
    ['a Date', new Date(0), 'received an object. Use `date.toISOString()`.'],
    ['NaN', Number.NaN, 'received NaN. Use a number that is finite.'],
    ['Infinity', Infinity, 'received Infinity. Use a number that is finite.'],
    ['a function', () => 1, 'received a function. Give `params` a value'],
    ['a symbol', Symbol('s'), 'received a symbol. Give `params` a value'],
  ])('refuses %s in the place of a parameter', (_, id, message) => {
    expect(() => at('/cities/:id', { params: { id } })).toThrow(message)
  })

  it('refuses a parameter that the path does not have, unless it is left out', () => {
    expect(() => at('/cities/:id', { params: { id: 1, page: 2 } })).toThrow(
      "`params` has `page`, and '/cities/:id' has no `:page`. Put it into the path, or pass it as `query`.",
    )
    expect(() => at('/cities', { params: { id: 1 } })).toThrow('has no `:id`')
    expect(at('/cities/:id', { params: { id: 1, page: undefined } })).toBe('https://api.test/v1/cities/1')
  })

  it.each<[string, unknown, string]>([
    [
      'an object',
      { x: 1 },
      '`query.q` must be a string, a number, `true` or `false`, or a list of them, received an object.',
    ],
    ['a Date', new Date(0), 'Use `date.toISOString()`.'],
    ['NaN', Number.NaN, 'received NaN. Use a number that is finite.'],
    ['a function', () => 1, '`query.q` must be'],
    ['a symbol', Symbol('s'), '`query.q` must be'],
    ['a Set', new Set(['a']), 'Write `[...value]`.'],
    ['a list in a list', [['a']], 'received an array. Use `list.flat()`.'],
    ['a list with a hole', ['a', undefined], '`query.q[1]` must be'],
  ])('refuses %s in a query', (_, q, message) => {
    expect(() => at('/a', { query: { q } })).toThrow(message)
  })

  it('takes a query that was made before', () => {
    const query = new URLSearchParams('b=2&a=x%20y&b=1&__proto__=3')
    expect(at('/a?z=1', { query })).toBe('https://api.test/v1/a?z=1&__proto__=3&a=x+y&b=2&b=1')
  })

  it('adds a query, sorted, without what is not there', () => {
    const query = { b: [1, 'x y'], a: true, c: undefined, d: null, e: '&' }
    expect(at('/a?z=1', { query })).toBe('https://api.test/v1/a?z=1&a=true&b=1&b=x+y&e=%26')
  })

  it.each(['file:///etc/passwd', 'javascript:alert(1)', 'data:text/plain,a', 'http://'])(
    'refuses what is no address of HTTP: %s',
    (path) => {
      expect(() => at(path)).toThrow(/`path` must be a path, or an address/)
      if (URL.canParse(path)) expect(() => at(new URL(path))).toThrow(/`path` must be a path, or an address/)
    },
  )

  it('refuses a password, which belongs in a header, without showing it', () => {
    expect(() => at('https://user:secret@other.test/a')).toThrow(
      /^(?!.*secret).*`path` must be an address without a user or password/,
    )
    expect(() => at('ftp://user:secret@other.test/a')).toThrow(/^(?!.*secret).*`path` must be a path/)
  })

  it('needs a base for a path', () => {
    expect(() => targetOf(undefined, '/a', {})).toThrow(/Give `createHttpClient\(\)` a `baseUrl`/)
    expect(() => targetOf(base, 7 as never, {})).toThrow(/`path` must be a text/)
  })
})

describe('a base', () => {
  it('may be left out', () => {
    expect(baseOf(undefined)).toBeUndefined()
  })

  it('is refused with a password, which is not shown and belongs in a header', () => {
    for (const url of ['https://user:secret@x.test', new URL('https://secret@x.test'), 'user:secret@x.test']) {
      expect(() => baseOf(url)).toThrow(/^(?!.*secret).*`baseUrl` must be an address/)
    }
    expect(() => baseOf('https://user:secret@x.test')).toThrow("Send it in `headers`: `{ authorization: 'Basic '")
  })

  it.each(['/api', 'ftp://x.test', 'https://x.test/?a=1', ''])('is refused: %s', (url) => {
    expect(() => baseOf(url)).toThrow(/`baseUrl` must be an address/)
  })
})
