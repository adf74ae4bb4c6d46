import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256 } from '../src/sha256.ts'

function hex(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('')
}

function expected(message: Uint8Array): string {
  return createHash('sha256').update(message).digest('hex')
}

test('agrees with the example of the standard', () => {
  expect(hex(sha256(Uint8Array.from([0x61, 0x62, 0x63])))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('agrees with the platform at every length around the ends of blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const message = Uint8Array.from({ length }, (_, at) => (at * 151 + length) & 0xff)
    expect(hex(sha256(message))).toBe(expected(message))
  }
})

test('agrees with the platform on anything', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (message) => {
      expect(hex(sha256(message))).toBe(expected(message))
    }),
    { numRuns: 300 },
  )
})
