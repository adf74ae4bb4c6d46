import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestOf } from '../src/index.ts'

test('A digest is the first 160 bits of SHA-256, in hexadecimal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(digestOf(text)).toBe(createHash('sha256').update(text).digest('hex').slice(0, 40))
    }),
  )
})
