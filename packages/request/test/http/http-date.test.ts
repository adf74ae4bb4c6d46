import { describe, expect, it } from 'vitest'
import { parseHttpDate } from '../../src/http/rules/http-date.ts'

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
