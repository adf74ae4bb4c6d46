import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import { expect, it } from 'vitest'
import { type Address, addressAt, urlOf } from '../../src/http/message/address.ts'

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

const partsOf = ({ origin, pathname, search, href }: Address): string[] => [origin, pathname, search, href]

it('has the parts that a parsed address has', () => {
  assert(
    property(
      oneof(
        path,
        string().map((text) => `/${text}`),
      ),
      (it) => {
        const url = new URL(`https://api.test${it}`)
        const address = addressAt({ origin: 'https://api.test' }, it)
        expect([...partsOf(address), urlOf(address).href]).toEqual([...partsOf(url), url.href])
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
