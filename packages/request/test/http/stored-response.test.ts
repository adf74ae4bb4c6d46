import { encodeKey } from '@hotpath/contract'
import { describe, expect, it } from 'vitest'
import { headOf, type OutgoingRequest } from '../../src/http/message/outgoing-request.ts'
import { DEFAULT_ACCEPT } from '../../src/http/rules/selection.ts'
import { keyOf } from '../../src/http/cache/stored-response.ts'

const HREF = 'https://api.example/a'

const BASE = encodeKey(['http', HREF])

function key(given: Record<string, string>, names: readonly string[] = [], href = HREF): string {
  const head = headOf({ accept: DEFAULT_ACCEPT, ...given })
  return encodeKey(keyOf({ ...head, href, kind: 'auto' } as OutgoingRequest, names, { shared: true }))
}

describe('the key of an address', () => {
  it('is that alone where the header selects nothing', () => {
    for (const name of ['authorization', 'user-agent', 'cache-control', 'traceparent', 'x-request-id']) {
      expect(key({ [name]: 'a' })).toBe(BASE)
    }
  })

  it.each([
    'host',
    'x-forwarded-host',
    'cookie',
    'x-api-key',
    'x-anything',
    'accept',
    'accept-language',
    'constructor',
  ])('is another for each value of a field that may select something: %s', (name) => {
    const keys = [key({}), ...['a', 'b', ''].map((value) => key({ [name]: value }))]
    expect(new Set(keys).size).toBe(keys.length)
    for (const one of keys) expect(one.startsWith(BASE)).toBe(true)
  })

  it('is told by the values of the fields that select, whatever their order and white space, and by nothing else', () => {
    expect(key({ a: '1', b: '2, 3' })).toBe(key({ b: '2 ,3', a: '1', 'user-agent': 'x' }))
    expect(key({ a: '1' })).not.toBe(key({ b: '1' }))
    expect(key({ a: '1', b: '2' })).not.toBe(key({ a: '2', b: '1' }))
  })

  it('shows what is no secret as it is, and hashes all else to 160 bits, with the address', () => {
    expect(key({ 'accept-language': 'de' })).toBe(encodeKey(['http', HREF, { selected: { 'accept-language': 'de' } }]))
    const [one, other] = [HREF, `${HREF}/b`].map((href) => key({ 'x-key': 'secret' }, [], href))
    for (const hashed of [one, other]) {
      expect(hashed).toMatch(/[0-9a-f]{40}/)
      expect(hashed).not.toContain('secret')
    }
    const [digest, another] = [one, other].map((hashed) => /[0-9a-f]{40}/.exec(hashed ?? '')?.[0])
    expect(digest).not.toBe(another)
  })
})

describe('the key of a variant', () => {
  it('begins with that of its address, and ends in 160 bits of a hash', () => {
    expect(key({ authorization: 'a' }, ['authorization'])).toMatch(new RegExp(`^${BASE}:"?[0-9a-f]{40}"?$`))
  })

  it('shows what is no secret as it is', () => {
    expect(key({ 'user-agent': 'a' }, ['user-agent'])).toBe(encodeKey(['http', HREF, { 'user-agent': 'a' }]))
    expect(key({ authorization: 'secret' }, ['authorization', 'user-agent'])).not.toContain('secret')
  })

  it('is told by the names and the values of its fields, and by nothing else', () => {
    const names = ['authorization', 'x-request-id']
    const variants: Record<string, string>[] = [
      { authorization: '1', 'x-request-id': '2' },
      { authorization: '2', 'x-request-id': '1' },
      { authorization: '1,2' },
      { authorization: '1' },
      { authorization: '1', 'x-request-id': '' },
      { 'x-request-id': '1' },
      {},
    ]
    const keys = variants.map((headers) => key(headers, names))
    expect(new Set(keys).size).toBe(variants.length)
    expect(key({ authorization: '1', 'x-request-id': '2', 'user-agent': '3' }, names)).toBe(keys[0])
  })

  it('does not tell that two addresses were asked with one secret', () => {
    const [one, other] = [HREF, `${HREF}/b`].map((href) =>
      key({ authorization: 'a' }, ['authorization'], href).split(':').at(-1),
    )
    expect(one).not.toBe(other)
  })
})
