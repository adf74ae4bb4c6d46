import { describe, expect, test } from 'vitest'
import { ConfigError, HttpError, isRetryable, parseRetryAfter, RequestError, retryAfterMs } from '../src/index.ts'

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
  ])('%j is %s ms', (text, ms) => {
    expect(parseRetryAfter(text, NOW)).toBe(ms)
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

  test.each<[unknown, boolean]>([
    [new Error('any'), true],
    [new TypeError('fetch failed'), true],
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
})
