import { array, assert, constantFrom, oneof, property, string, webPath } from 'fast-check'
import { expect, it } from 'vitest'
import { addressAt, urlOf } from '../../src/http/address.ts'

const PIECES = [
  '/',
  '//',
  '.',
  '..',
  '%2e',
  '%2E',
  '%',
  '%zz',
  '?',
  '#',
  ':',
  '@',
  'a',
  'Z9_',
  '~',
  '&b=',
  '+',
  ' ',
  '"',
  "'",
]
const MORE = ['<', '\\', '\t', '\n', '|', '^', '`', '{', 'é', '\u0000', ';', ',', '!', '$', '(', ')', '*', '=', '-']
const path = array(constantFrom(...PIECES, ...MORE)).map((pieces) => `/${pieces.join('')}`)

it('has the parts that a parsed address has', () => {
  assert(
    property(
      oneof(
        path,
        webPath(),
        string().map((text) => `/${text}`),
      ),
      (it) => {
        const url = new URL(`https://api.test${it}`)
        const address = addressAt({ origin: 'https://api.test' }, it)
        const { origin, pathname, search, href } = address
        expect({ origin, pathname, search, href }).toEqual({
          origin: url.origin,
          pathname: url.pathname,
          search: url.search,
          href: url.href,
        })
        expect(urlOf(address).href).toBe(url.href)
      },
    ),
    { numRuns: 2_000 },
  )
})

it('is not parsed where parsing changes nothing', () => {
  for (const one of ['/', '/cities/42?a=1&b=x+y', '/a%20b/c:d@e']) {
    expect(addressAt({ origin: 'https://api.test' }, one)).not.toBeInstanceOf(URL)
  }
  expect(addressAt({ origin: 'https://api.test' }, '/a/../b')).toBeInstanceOf(URL)
})
