import { describe, expect, it } from 'vitest'
import { sameNames, variantOf, varyOf } from '../../src/http/rules/vary.ts'

describe('Vary', () => {
  it('names the fields that select, sorted and once each', () => {
    expect(varyOf({ vary: 'Accept-Language, accept,ACCEPT' })).toEqual(['accept', 'accept-language'])
    expect(varyOf({ vary: ['b', 'a'] })).toEqual(['a', 'b'])
    expect(varyOf({})).toEqual([])
  })

  it('leaves out the fields that keys hold anyway', () => {
    const isKeyed = (name: string): boolean => name === 'accept-encoding'
    expect(varyOf({ vary: 'Accept-Encoding, User-Agent' }, { isKeyed })).toEqual(['user-agent'])
  })

  it.each([
    '"authorization"',
    'accept; q=1',
    'user-agent origin',
    Array.from({ length: 33 }, (_, i) => `x-${i}`).join(),
  ])('that names what is no field, or too many, may mean any: %s', (vary) => {
    expect(varyOf({ vary })).toBe('*')
  })

  it('may say that nothing tells', () => {
    expect(varyOf({ vary: 'accept, *' })).toBe('*')
  })

  it('by a field that is sent unseen is as good as by everything', () => {
    expect(varyOf({ vary: 'Accept, Cookie' }, { unseen: ['cookie'] })).toBe('*')
    expect(varyOf({ vary: 'Accept' }, { unseen: ['cookie'] })).toEqual(['accept'])
  })
})

describe('a variant', () => {
  it('is told by the selecting fields, whatever their white space', () => {
    expect(variantOf(['accept'], { accept: ' a/b ,c/d;q=1   x', other: '1' })).toEqual({ accept: 'a/b, c/d;q=1 x' })
  })

  it('tells a missing field from an empty one', () => {
    expect(variantOf(['accept'], {})).toEqual({ accept: null })
    expect(variantOf(['accept'], { accept: '' })).toEqual({ accept: '' })
  })

  it('may be told by a field with a name that every object knows', () => {
    const names = ['__proto__', 'constructor']
    expect(Object.entries(variantOf(names, {}))).toEqual(names.map((name) => [name, null]))
  })

  it('has the names of another only if all are the same', () => {
    expect(sameNames(['a', 'b'], ['a', 'b'])).toBe(true)
    expect(sameNames(['a'], ['a', 'b'])).toBe(false)
    expect(sameNames(['a', 'b'], ['a', 'c'])).toBe(false)
  })
})
