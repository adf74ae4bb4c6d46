import { describe, expect, it } from 'vitest'
import { linkOf } from '../../src/http/rules/link.ts'

describe('Link', () => {
  it('leads to the target of a relation', () => {
    const field = '</cities?page=1>; rel="prev", </cities?page=3>; rel="next", </cities?page=9>; rel=last'
    expect(linkOf(field, 'next')).toBe('/cities?page=3')
    expect(linkOf(field, 'last')).toBe('/cities?page=9')
    expect(linkOf(field, 'first')).toBeUndefined()
  })

  it('may name several relations, in any case, among other parameters', () => {
    expect(linkOf('<https://x.test/a,b;c>; title="a, <b>; rel=no"; REL="Last Next"', 'next')).toBe(
      'https://x.test/a,b;c',
    )
  })

  it('heeds only the first relation parameter of a link', () => {
    expect(linkOf('</a>; rel=prev; rel=next, </b>; rel=next', 'next')).toBe('/b')
  })

  it('leads nowhere when it is missing or broken', () => {
    for (const field of [undefined, '', '</a; rel=next', '</a>', 'rel=next'])
      expect(linkOf(field, 'next')).toBeUndefined()
  })
})
