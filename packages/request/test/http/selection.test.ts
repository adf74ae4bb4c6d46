import { describe, expect, it } from 'vitest'
import { Selection } from '../../src/http/rules/selection.ts'

describe('a header', () => {
  it.each(['expect', 'if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range', 'range'])(
    'asks on a condition, or for a part, for its caller alone: %s',
    (name) => {
      expect(new Selection({ [name]: '1' }).isConditional).toBe(true)
    },
  )

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])('may mean another method: %s', (name) => {
    expect(new Selection({ [name]: 'DELETE' }).isOverridden).toBe(true)
  })

  it('does neither by what is usual', () => {
    const { isConditional, isOverridden } = new Selection({ accept: '*/*', authorization: 'a', 'x-api-key': 'b' })
    expect([isConditional, isOverridden]).toEqual([false, false])
  })

  it('has the same part of a key for an address each time, however many there were between', () => {
    const selection = new Selection({ 'x-api-key': 'secret' })
    const first = selection.keyPart('/0')
    for (let n = 1; n < 1_100; n++) selection.keyPart(`/${n}`)
    expect(selection.keyPart('/0')).toBe(first)
  })
})
