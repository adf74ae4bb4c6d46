import { describe, expect, test } from 'vitest'
import { encodeKey } from '../src/key.ts'
import { compilePattern, escapePattern } from '../src/pattern.ts'

function matches(pattern: string, key: string): boolean {
  return compilePattern(pattern)(key)
}

describe('a pattern', () => {
  test.each<[string, string, boolean]>([
    ['city:42', 'city:42', true],
    ['city:42', 'city:421', false],
    ['city:42', 'acity:42', false],
    ['*', '', true],
    ['*', 'a:b', true],
    ['**', 'a', true],
    ['city:*', 'city:42:weather', true],
    ['city:*', 'city:', true],
    ['city:*', 'city', false],
    ['*:weather', 'city:42:weather', true],
    ['*:weather', 'city:42:weather:now', false],
    ['city:*:weather', 'city:1:2:weather', true],
    ['c?ty', 'city', true],
    ['c?ty', 'cty', false],
    ['??', 'a', false],
    ['a?', 'a', false],
    ['a?', 'a😀', true],
    ['a??', 'a😀', false],
    ['*?', '😀', true],
    ['*??', '😀', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['\\?', '?', true],
    ['\\\\', '\\', true],
    ['\\a', 'a', true],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['A', 'a', false],
    ['*ab*abc', 'ababababc', true],
    ['*ab*abc', 'ababababcd', false],
  ])('%j on %j: %j', (pattern, key, expected) => {
    expect(matches(pattern, key)).toBe(expected)
  })

  test.each([
    ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(20_000)],
    [`*${'a'.repeat(200)}b`, 'a'.repeat(20_000)],
    [`${'*a'.repeat(100)}*b`, 'a'.repeat(20_000)],
  ])('does not blow up on many runs: %s', (pattern, key) => {
    expect(matches(pattern, key)).toBe(false)
    expect(matches(pattern, `${key}b`)).toBe(true)
  })

  test('takes an escaped key literally, whatever is in it', () => {
    const key = encodeKey(['search', '*?\\"', '?'])
    const other = key.replace('?', 'x')
    expect(matches(escapePattern(key), key)).toBe(true)
    expect(matches(escapePattern(key), other)).toBe(false)
    expect(matches(`${escapePattern('a*')}*`, 'a*b')).toBe(true)
  })
})

describe('a pattern on a shortened key', () => {
  const key = encodeKey(['city', 42, 'x'.repeat(400)])

  test.each<[string, boolean]>([
    ['*', true],
    ['city:*', true],
    ['city:42:*', true],
    ['c?ty:*:weather', true], // the end is not known
    ['*:weather', true],
    [`city:42:${'x'.repeat(210)}`, true], // longer than what is known
    ['town:*', false],
    ['city:43:*', false],
    ['city:42', false], // nothing may follow
    ['city:42:xxx', false],
    ['?', false],
  ])('%j: %j', (pattern, expected) => {
    expect(matches(pattern, key)).toBe(expected)
  })

  test('is conservative only as far as something was cut off', () => {
    const head = key.slice(0, key.lastIndexOf('~'))
    expect(matches(head, key)).toBe(false)
    expect(matches(`${head}x`, key)).toBe(true)
    expect(matches(`${head}y`, key)).toBe(true)
  })

  test('takes a character of two code units for one', () => {
    const emoji = encodeKey(`😀${'x'.repeat(400)}`)
    expect(matches('?xx*', emoji)).toBe(true)
    expect(matches('??xx*y', emoji)).toBe(true)
    expect(matches('?y*', emoji)).toBe(false)
  })

  test('finds it by its own encoding, and no other key with that', () => {
    const pattern = escapePattern(key)
    expect(matches(pattern, key)).toBe(true)
    expect(matches(pattern, encodeKey(['city', 43]))).toBe(false)
  })
})

describe('a bad pattern is refused', () => {
  test.each<[string, unknown, string]>([
    ['empty', '', "'*'"],
    ['another type', 42, '42'],
    ['a lone backslash at the end', 'a\\', 'Double it'],
    ['half of a surrogate pair', 'a\ud800', 'well-formed'],
    ['over 256 bytes', 'é'.repeat(129), '258'],
  ])('%s', (_, pattern, text) => {
    expect(() => compilePattern(pattern as string)).toThrow(
      expect.objectContaining({ code: 'ERR_PATTERN_INVALID', message: expect.stringContaining(text) }),
    )
  })

  test('escaping backslashes are not counted, so that every key can be written as a pattern', () => {
    const key = '*'.repeat(256)
    expect(matches(escapePattern(key), key)).toBe(true)
  })
})
