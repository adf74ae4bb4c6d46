import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type FrameHeader, compressed, joinFrame, msgpack, readFrame, readHeader, writeHeader } from '../src/index.ts'
import { differenceOf } from './difference.ts'

const ms = fc.oneof(fc.nat(), fc.constant(0), fc.constant(Infinity))
const header: fc.Arbitrary<FrameHeader> = fc.record({
  epoch: fc.oneof(fc.stringMatching(/^[\w-]{8}$/), fc.stringMatching(/^[a-z0-9]{1,20}$/)),
  asOf: fc.oneof(fc.nat(), fc.maxSafeNat()),
  storedAt: fc.nat(2 ** 31 - 1).map((seconds) => seconds * 1_000 + 123),
  freshMs: ms,
  staleMs: ms,
  errorMs: ms,
  aheadMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e6 })),
  tags: fc.array(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), { maxLength: 10 }),
  isFailure: fc.boolean(),
})

describe('frames', () => {
  test('read back what was written, and leave the payload alone', () => {
    fc.assert(
      fc.property(header, fc.uint8Array(), (written, payload) => {
        const bytes = writeHeader(written)
        const frame = readFrame(joinFrame(bytes, payload))
        expect(frame.header).toEqual(written)
        expect([...frame.headerBytes]).toEqual([...bytes])
        expect([...frame.payload]).toEqual([...payload])
      }),
      { numRuns: 2_000 },
    )
  })

  test('a header with more tags than any entry has is refused before they are read', () => {
    const given = { epoch: 'e', asOf: 1, storedAt: 0, freshMs: 1, staleMs: 0, errorMs: 0, aheadMs: 0, isFailure: false }
    const frameWith = (count: number): Uint8Array =>
      joinFrame(writeHeader({ ...given, tags: Array.from({ length: count }, () => 'a') }), new Uint8Array(0))
    expect(readFrame(frameWith(1_024)).header.tags).toHaveLength(1_024)
    expect(() => readFrame(frameWith(1_025))).toThrow(/too many tags/)
  })

  test('the usual header takes at most 26 bytes beside its tags, the mark of compression and the checksum included', () => {
    const now = 1_900_000_000_000
    const usual = {
      epoch: 'abcDEF-_',
      asOf: (now - 60_000) * 1_000,
      storedAt: now,
      freshMs: 300_000,
      aheadMs: 0,
      tags: [],
      isFailure: false,
    }
    for (const windows of [
      { staleMs: 0, errorMs: 0 },
      { staleMs: 60_000, errorMs: 0 },
    ]) {
      expect(joinFrame(writeHeader({ ...usual, ...windows }), new Uint8Array(1)).length).toBeLessThanOrEqual(26)
    }
  })

  test('every flipped bit and every cut is noticed, so that no damage makes an entry immune to invalidation', () => {
    const given = {
      epoch: 'abcDEF-_',
      asOf: 2 ** 51,
      storedAt: 2 ** 41,
      freshMs: 5,
      staleMs: 0,
      errorMs: 0,
      aheadMs: 0,
    }
    const frame = joinFrame(writeHeader({ ...given, tags: ['a'], isFailure: false }), new Uint8Array([1, 2, 3]))
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const damaged = new Uint8Array(frame)
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(() => readFrame(damaged)).toThrow(/cannot be read/)
    }
    for (let length = 0; length < frame.length; length++) {
      expect(() => readFrame(frame.subarray(0, length))).toThrow(/cannot be read/)
    }
  })

  test('a header is read from the beginning of a frame', () => {
    fc.assert(
      fc.property(header, fc.uint8Array(), (written, payload) => {
        expect(readHeader(joinFrame(writeHeader(written), payload).subarray(0, writeHeader(written).length))).toEqual(
          written,
        )
      }),
    )
  })

  test('frames of each version are read forever', async () => {
    const dir = join(import.meta.dirname, 'golden')
    const files = readdirSync(dir).filter((name) => name.endsWith('.txt'))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const [hex = '', expected = ''] = readFileSync(join(dir, file), 'utf8').trim().split('\n')
      const frame = readFrame(Buffer.from(hex, 'hex'))
      const value = await compressed(msgpack()).decode(frame.payload, { key: 'golden' })
      expect(JSON.parse(JSON.stringify({ ...frame.header, value })), file).toEqual(JSON.parse(expected))
    }
  })

  test('and so are all types of values in them', async () => {
    const [hex = ''] = readFileSync(join(import.meta.dirname, 'golden/v2-types.txt'), 'utf8').split('\n')
    const value = await compressed(msgpack()).decode(readFrame(Buffer.from(hex, 'hex')).payload, { key: 'golden' })
    const written = {
      map: new Map([[1, new Set(['a'])]]),
      error: Object.assign(new TypeError('x'), { code: 'E' }),
      url: new URL('http://x/'),
      floats: new Float32Array([1.5]),
      zero: -0,
      text: 'ab'.repeat(600),
      names: Object.fromEntries(Array.from({ length: 130 }, (_, id) => [`m${id}`, id])),
    }
    expect(differenceOf(value, written)).toBeUndefined()
  })
})
