import { describe, expect, test } from 'vitest'
import {
  ConfigError,
  HttpError,
  isRetryable,
  parseRetryAfter,
  RequestError,
  retry,
  retryAfterMs,
} from '../src/index.ts'

const NOW = Date.UTC(2030, 0, 1)

describe('Retry-After', () => {
  test.each<[string, number | undefined]>([
    ['0', 0],
    [' 120 ', 120_000],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5_000],
    ['Mon, 31 Dec 2029 23:59:59 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['Tuesday, 01-Jan-30 00:00:05 GMT', 5_000],
    ['Tue Jan  1 00:00:05 2030', 5_000],
    ['9'.repeat(65), undefined],
  ])('%j is %s ms', (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms)
  })

  test('is a date by the clock of the server, where that is sent', () => {
    const headers = { 'retry-after': 'Tue, 01 Jan 2030 00:02:00 GMT', date: 'Tue, 01 Jan 2030 00:01:30 GMT' }
    expect(retryAfterMs({ headers }, NOW)).toBe(30_000)
    expect(retryAfterMs({ response: { headers: new Headers(headers) } }, NOW)).toBe(30_000)
    expect(retryAfterMs({ headers: { ...headers, date: 'soon' } }, NOW)).toBe(120_000)
  })

  test('is found in the headers of an error or of its response, and in an open circuit', () => {
    const headers = { 'retry-after': '2' }
    expect(retryAfterMs({ headers }, NOW)).toBe(2_000)
    expect(retryAfterMs({ headers: { 'Retry-After': '2' } }, NOW)).toBe(2_000)
    expect(retryAfterMs({ response: { headers: new Headers(headers) } }, NOW)).toBe(2_000)
    const open = new RequestError('ERR_REQUEST_CIRCUIT_OPEN', 'open', { context: { retryAfterMs: 40 } })
    expect(retryAfterMs(open, NOW)).toBe(40)
    for (const error of [undefined, null, 'text', new Error('plain'), { headers: { 'retry-after': 5 } }]) {
      expect(retryAfterMs(error, NOW)).toBeUndefined()
    }
  })
})

describe('what may be retried', () => {
  const status = (code: number) => new HttpError('ERR_HTTP_STATUS', 'no', { status: code, headers: {} })

  const coded = (code: string): Error => Object.assign(new Error(code), { code })

  test.each<[unknown, boolean]>([
    [new Error('any'), true],
    [new TypeError('fetch failed'), true],
    [new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), true],
    [new TypeError('terminated', { cause: coded('UND_ERR_SOCKET') }), true],
    [new TypeError('Failed to fetch'), true],
    [new TypeError('NetworkError when attempting to fetch resource.'), true],
    [new TypeError('Load failed'), true],
    [new TypeError('Network request failed'), true],
    [new TypeError('error sending request for url (http://127.0.0.1:1/)'), true],
    [Object.assign(new TypeError('x'), { code: 'ECONNRESET' }), true],
    [Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' }), false],
    [new TypeError("Cannot read properties of undefined (reading 'name')"), false],
    [new TypeError('load is not a function'), false],
    [new TypeError('Failed to parse URL from /a', { cause: new TypeError('Invalid URL') }), false],
    [new RangeError('Invalid array length'), false],
    [new ReferenceError('x is not defined'), false],
    ['text', true],
    [new RequestError('ERR_REQUEST_TIMEOUT', 'slow'), true],
    [new RequestError('ERR_REQUEST_QUEUE_FULL', 'full'), true],
    [new RequestError('ERR_REQUEST_RESULT', 'wrong'), false],
    [new ConfigError('ERR_CONFIG_OPTION', 'wrong'), false],
    [status(400), false],
    [status(408), true],
    [status(429), true],
    [status(500), true],
    [status(501), false],
    [status(503), true],
    [new SyntaxError('x'), false],
  ])('%s: %s', (error, answer) => {
    expect(isRetryable(error)).toBe(answer)
  })

  test("what the platform's own `fetch` fails with when nobody answers, and when it is asked for nonsense", async () => {
    const failureOf = (url: string): Promise<unknown> => fetch(url).catch((error: unknown) => error)
    expect(isRetryable(await failureOf('http://127.0.0.1:1/'))).toBe(true)
    expect(isRetryable(await failureOf('/nowhere'))).toBe(false)
  })

  test('a mistake in the program is made once', async () => {
    let calls = 0
    const broken = retry(
      async (user: { readonly name: string } | undefined) => (calls++, (user as { name: string }).name),
    )
    await expect(broken(undefined)).rejects.toThrow('Cannot read properties of undefined')
    expect(calls).toBe(1)
  })
})
