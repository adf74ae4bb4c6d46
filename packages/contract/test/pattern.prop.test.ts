import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeKey } from '../src/key.ts'
import { compilePattern, escapePattern } from '../src/pattern.ts'
import { anyParts } from './key-arbitrary.ts'

const RUNS = { numRuns: 2_000 }
const letters = fc.constantFrom('a', 'b', ':', '😀', '\\')
const texts = fc.string({ unit: letters, maxLength: 12 })
const patterns = fc
  .array(fc.oneof(fc.constantFrom('*', '?'), letters.map(escapePattern)), { minLength: 1, maxLength: 8 })
  .map((tokens) => tokens.join(''))

/** The reference: the same pattern as a regular expression. */
function toRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\\\\|\*|\?/g, (token) => ({ '*': '.*', '?': '.' })[token] ?? token)
  return new RegExp(`^${source}$`, 'su')
}

test('a pattern matches what the same regular expression matches', () => {
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      expect(compilePattern(pattern)(text)).toBe(toRegExp(pattern).test(text))
    }),
    RUNS,
  )
})

/** A long text, and a pattern that keeps some pieces of it and so surely matches it. */
const matchingPairs = fc
  .record({
    text: fc.string({ unit: letters, minLength: 257, maxLength: 400, size: 'max' }),
    pieces: fc.array(fc.record({ skip: fc.nat(120), keep: fc.integer({ min: 1, max: 12 }) }), { maxLength: 5 }),
    blank: fc.nat(5),
  })
  .map(({ text, pieces, blank }) => {
    const characters = [...text]
    let at = 0
    let pattern = ''
    for (const { skip, keep } of pieces) {
      const piece = characters.slice(at + skip, at + skip + keep)
      pattern +=
        (skip > 0 ? '*' : '') + piece.map((one, index) => (index === blank ? '?' : escapePattern(one))).join('')
      at += skip + keep
    }
    return { text, pattern: at === characters.length ? pattern : `${pattern}*` }
  })

test('a shortened key is never missed by a pattern that its complete form matches', () => {
  fc.assert(
    fc.property(matchingPairs, ({ text, pattern }) => {
      expect(encodeKey(text)).not.toBe(text)
      expect(compilePattern(pattern)(text)).toBe(true)
      expect(compilePattern(pattern)(encodeKey(text))).toBe(true)
    }),
    RUNS,
  )
})

test('an escaped key matches that key alone', () => {
  fc.assert(
    fc.property(anyParts, anyParts, (key, other) => {
      const matches = compilePattern(escapePattern(encodeKey(key)))
      expect(matches(encodeKey(key))).toBe(true)
      if (encodeKey(other) !== encodeKey(key)) expect(matches(encodeKey(other))).toBe(false)
    }),
    RUNS,
  )
})
