import { describe, expect, it } from 'vitest'
import { parseHttpDate } from '../../src/http/rules/http-date.ts'
import { parseRetryAfter } from '../../src/http/rules/retry-after.ts'

const NOW = Date.UTC(2030, 0, 1)

describe('a date of HTTP', () => {
  const instant = Date.UTC(1994, 10, 6, 8, 49, 37)

  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'is read in each of its three forms: %s',
    (text) => {
      expect(parseHttpDate(text, NOW)).toBe(instant)
    },
  )

  it('means the last century by two digits that lie over fifty years ahead', () => {
    expect(parseHttpDate('Friday, 01-Mar-79 00:00:00 GMT', NOW)).toBe(Date.UTC(2079, 2, 1))
    expect(parseHttpDate('Friday, 01-Mar-81 00:00:00 GMT', NOW)).toBe(Date.UTC(1981, 2, 1))
  })

  it.each([
    '0',
    '',
    'soon',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    '2030-01-01T00:00:00Z',
  ])('is none: `%s`', (text) => {
    expect(parseHttpDate(text, NOW)).toBeUndefined()
  })
})

describe('Retry-After', () => {
  it('is a number of seconds', () => {
    expect(parseRetryAfter(' 120 ', { nowMs: NOW })).toBe(120_000)
    expect(parseRetryAfter('0', { nowMs: NOW })).toBe(0)
  })

  it('is a date, measured from the date of the server', () => {
    const field = 'Tue, 01 Jan 2030 00:02:00 GMT'
    expect(parseRetryAfter(field, { nowMs: NOW })).toBe(120_000)
    expect(parseRetryAfter(field, { nowMs: NOW, date: 'Tue, 01 Jan 2030 00:01:30 GMT' })).toBe(30_000)
  })

  it('is over when the date has passed', () => {
    expect(parseRetryAfter('Mon, 31 Dec 2029 23:00:00 GMT', { nowMs: NOW })).toBe(0)
  })

  it.each([undefined, '', '-5', '1.5', 'tomorrow'])('says nothing: %s', (field) => {
    expect(parseRetryAfter(field, { nowMs: NOW })).toBeUndefined()
  })
})
