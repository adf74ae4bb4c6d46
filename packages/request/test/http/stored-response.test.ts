import { encodeKey } from '@hotpath/contract'
import { describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../src/http/outgoing-request.ts'
import { keyOf } from '../../src/http/stored-response.ts'

const HREF = 'https://api.example/a'

function key(headers: Record<string, string>, names: readonly string[], href = HREF): string {
  return encodeKey(keyOf({ href, kind: 'auto', headers } as unknown as OutgoingRequest, names, { shared: true }))
}

describe('the key of a variant', () => {
  it('begins with that of its address, and ends in 160 bits of a hash', () => {
    expect(key({ cookie: 'a' }, [])).toBe(encodeKey(['http', HREF]))
    expect(key({ cookie: 'a' }, ['cookie'])).toMatch(new RegExp(`^${encodeKey(['http', HREF])}:"?[0-9a-f]{40}"?$`))
  })

  it('shows what is no secret as it is', () => {
    const names = ['accept', 'accept-language']
    expect(key({ 'accept-language': 'de' }, names)).toBe(
      encodeKey(['http', HREF, { accept: null, 'accept-language': 'de' }]),
    )
    expect(key({ cookie: 'secret' }, [...names, 'cookie'])).not.toContain('secret')
  })

  it('is told by the names and the values of its fields, and by nothing else', () => {
    const names = ['a', 'b']
    const variants: Record<string, string>[] = [
      { a: '1', b: '2' },
      { a: '2', b: '1' },
      { a: '1,2' },
      { a: '1' },
      { a: '1', b: '' },
      { b: '1' },
      {},
    ]
    const keys = variants.map((headers) => key(headers, names))
    expect(new Set(keys).size).toBe(variants.length)
    expect(key({ a: '1', b: '2', c: '3' }, names)).toBe(keys[0])
    expect(key({ a: '1' }, ['a'])).not.toBe(key({ b: '1' }, ['b']))
  })

  it('does not tell that two addresses were asked with one secret', () => {
    const [one, other] = [HREF, `${HREF}/b`].map((href) => key({ cookie: 'a' }, ['cookie'], href).split(':').at(-1))
    expect(one).not.toBe(other)
  })
})
