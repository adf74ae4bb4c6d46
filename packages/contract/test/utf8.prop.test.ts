import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toUtf8, utf8Head, utf8Length } from '../src/utf8.ts'
import { anyText } from './key-arbitrary.ts'

function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text
}

test('the length is that of the platform, or -1 for text that is not well-formed', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Length(text)).toBe(isWellFormed(text) ? Buffer.byteLength(text) : -1)
    }),
    { numRuns: 1_000 },
  )
})

test('the bytes are those of the platform', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(Buffer.compare(toUtf8(text), Buffer.from(text))).toBe(0)
    }),
    { numRuns: 1_000 },
  )
})

test('a head is the longest beginning of whole characters that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (text, maxBytes) => {
      const head = utf8Head(text, maxBytes)
      const next = [...text.slice(head.length)][0]
      expect(text.startsWith(head) && isWellFormed(head)).toBe(true)
      expect(Buffer.byteLength(head)).toBeLessThanOrEqual(maxBytes)
      if (next !== undefined) expect(Buffer.byteLength(head + next)).toBeGreaterThan(maxBytes)
    }),
    { numRuns: 1_000 },
  )
})
