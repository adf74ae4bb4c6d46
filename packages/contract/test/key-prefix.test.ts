import { describe, expect, test } from 'vitest'
import { encodeKey } from '../src/key.ts'
import { MAX_PREFIX_BYTES, encodeKeyPrefix, hasKeyPrefix } from '../src/key-prefix.ts'

describe('a prefix', () => {
  test('matches itself and what continues it at a part boundary', () => {
    const prefix = encodeKeyPrefix(['city'])
    expect(hasKeyPrefix(encodeKey(['city']), prefix)).toBe(true)
    expect(hasKeyPrefix(encodeKey(['city', 42]), prefix)).toBe(true)
    expect(hasKeyPrefix(encodeKey(['city-hall']), prefix)).toBe(false)
    expect(hasKeyPrefix(encodeKey(['cit']), prefix)).toBe(false)
    expect(hasKeyPrefix(encodeKey(['my', 'city']), prefix)).toBe(false)
  })

  test('does not match inside a quoted part', () => {
    expect(hasKeyPrefix(encodeKey(['a:b']), encodeKeyPrefix(['a']))).toBe(false)
  })

  test('may be a string, with or without a separator at its end', () => {
    expect(hasKeyPrefix('city:42', encodeKeyPrefix('city'))).toBe(true)
    expect(hasKeyPrefix('city:42', encodeKeyPrefix('city:'))).toBe(true)
    expect(hasKeyPrefix('city', encodeKeyPrefix('city:'))).toBe(false)
  })

  test('is refused when shortened keys could not show it', () => {
    const longest = 'x'.repeat(MAX_PREFIX_BYTES)
    const long = 'y'.repeat(300)
    expect(hasKeyPrefix(encodeKey([longest, long]), encodeKeyPrefix([longest]))).toBe(true)
    expect(() => encodeKeyPrefix([`${longest}x`])).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_PREFIX_LENGTH', message: expect.stringContaining('received 215') }),
    )
    expect(() => encodeKeyPrefix('é'.repeat(108))).toThrow(expect.objectContaining({ code: 'ERR_KEY_PREFIX_LENGTH' }))
  })

  test('is checked as a key is', () => {
    expect(() => encodeKeyPrefix([])).toThrow(expect.objectContaining({ code: 'ERR_KEY_EMPTY' }))
    expect(() => encodeKeyPrefix('')).toThrow(expect.objectContaining({ code: 'ERR_KEY_EMPTY' }))
    expect(() => encodeKeyPrefix('\ud800')).toThrow(expect.objectContaining({ code: 'ERR_KEY_MALFORMED' }))
  })
})
