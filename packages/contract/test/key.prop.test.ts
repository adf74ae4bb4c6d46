import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CacheKey, type KeyPart, MAX_KEY_BYTES, assertKey, encodeKey, isShortenedKey } from '../src/key.ts'
import { encodeParts } from '../src/key-parts.ts'
import { MAX_PREFIX_BYTES, encodeKeyPrefix, hasKeyPrefix } from '../src/key-prefix.ts'
import { canonical, decodeKey } from './decode-key.ts'
import { alikeParts, anyPart, anyParts } from './key-arbitrary.ts'

const RUNS = { numRuns: 1_000 }

const longParts = fc
  .tuple(anyParts, fc.string({ unit: 'binary', minLength: 60, maxLength: 400 }))
  .map(([parts, text]): KeyPart[] => [...parts, text])

function beginsWith(key: readonly KeyPart[], prefix: readonly KeyPart[]): boolean {
  return isDeepStrictEqual(key.slice(0, prefix.length).map(canonical), prefix.map(canonical))
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text)
}

describe('the encoding of a key', () => {
  test('can be read back, so that no two keys share one', () => {
    fc.assert(
      fc.property(anyParts, (key) => {
        expect(isDeepStrictEqual(decodeKey(encodeParts(key)), key.map(canonical))).toBe(true)
      }),
      RUNS,
    )
  })

  test('is the same exactly when the keys are', () => {
    fc.assert(
      fc.property(alikeParts, alikeParts, (a, b) => {
        expect(encodeKey(a) === encodeKey(b)).toBe(isDeepStrictEqual(a, b))
      }),
      RUNS,
    )
  })

  test('does not depend on the order in which members were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyPart), (record) => {
        const reversed = Object.fromEntries(Object.entries(record).toReversed())
        expect(encodeKey([reversed])).toBe(encodeKey([record]))
      }),
    )
  })

  test('is well-formed, at most 256 bytes, accepted by the full check, and its own encoding', () => {
    fc.assert(
      fc.property(fc.oneof<fc.Arbitrary<CacheKey>[]>(anyParts, longParts), (key) => {
        const encoded = encodeKey(key)
        assertKey(encoded)
        expect(Buffer.from(encoded).toString()).toBe(encoded)
        expect(bytesOf(encoded)).toBeLessThanOrEqual(MAX_KEY_BYTES)
        expect(encodeKey(encoded)).toBe(encoded)
      }),
      RUNS,
    )
  })

  test('is shortened exactly when it is over 256 bytes, and keeps its beginning', () => {
    fc.assert(
      fc.property(fc.oneof(anyParts, longParts), (key) => {
        const complete = encodeParts(key)
        const encoded = encodeKey(key)
        expect(isShortenedKey(encoded)).toBe(bytesOf(complete) > MAX_KEY_BYTES)
        if (!isShortenedKey(encoded)) return
        const head = encoded.slice(0, encoded.lastIndexOf('~'))
        expect(complete.startsWith(head)).toBe(true)
        expect(bytesOf(head)).toBeGreaterThan(MAX_PREFIX_BYTES - 3)
      }),
      RUNS,
    )
  })
})

describe('the encoding of a prefix', () => {
  test('is found in the complete encoding of a key exactly when the key begins with its parts', () => {
    fc.assert(
      fc.property(fc.oneof(alikeParts, anyParts), fc.oneof(alikeParts, anyParts), (key, prefix) => {
        expect(hasKeyPrefix(encodeParts(key), encodeParts(prefix))).toBe(beginsWith(key, prefix))
      }),
      RUNS,
    )
  })

  test('is found in every key that continues it', () => {
    fc.assert(
      fc.property(anyParts, anyParts, (prefix, rest) => {
        fc.pre(bytesOf(encodeParts(prefix)) <= MAX_PREFIX_BYTES)
        const encoded = encodeKeyPrefix(prefix)
        expect(hasKeyPrefix(encodeKey([...prefix, ...rest]), encoded)).toBe(true)
        expect(hasKeyPrefix(encodeKey(prefix), encoded)).toBe(true)
      }),
      RUNS,
    )
  })

  test('is found in shortened keys as it is in complete ones', () => {
    fc.assert(
      fc.property(alikeParts, alikeParts, (key, prefix) => {
        fc.pre(bytesOf(encodeParts(prefix)) <= MAX_PREFIX_BYTES)
        expect(hasKeyPrefix(encodeKey(key), encodeKeyPrefix(prefix))).toBe(beginsWith(key, prefix))
      }),
      RUNS,
    )
  })
})
