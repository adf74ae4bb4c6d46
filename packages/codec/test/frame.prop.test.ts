import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { isHotpathError } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type FrameHeader, compressed, encrypted, joinFrame, msgpack, readFrame, writeHeader } from '../src/index.ts'

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

  test('the usual header takes at most 24 bytes beside its tags, the mark of compression included', () => {
    const now = 1_900_000_000_000
    const usual = {
      epoch: 'abcDEF-_',
      asOf: (now - 60_000) * 1_000,
      storedAt: now,
      freshMs: 300_000,
      aheadMs: 0,
      tags: [],
    }
    for (const windows of [
      { staleMs: 0, errorMs: 0 },
      { staleMs: 60_000, errorMs: 0 },
    ]) {
      expect(writeHeader({ ...usual, ...windows }).length + 1).toBeLessThanOrEqual(24)
    }
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
})

describe('hostile bytes', () => {
  const key = 'shop:user:42'
  const secret = new Uint8Array(32).fill(7)
  const codecs = {
    msgpack: msgpack(),
    compressed: compressed(msgpack(), { minBytes: 16, maxBytes: '1mb' }),
    encrypted: encrypted(compressed(msgpack()), { keys: { k1: secret }, currentKeyId: 'k1' }),
  }
  const values = [
    { id: 1, name: 'Ann', tags: ['a', 'b'], at: new Date(0), big: 2n ** 70n },
    [new Map([[1, new Set(['x'])]]), /a+/g, new URL('http://x/y'), new Error('e'), new Float64Array([1, 2])],
    'a text that is long enough to be compressed, a text that is long enough to be compressed',
  ]

  /** Flips, cuts, repeats, swaps and inserts bytes. */
  function mutate(bytes: Uint8Array, random: ReturnType<typeof createRandom>): Uint8Array {
    const mutated = [...bytes]
    for (let times = 1 + random.int(4); times > 0; times--) {
      const at = random.int(mutated.length + 1)
      switch (random.int(5)) {
        case 0:
          mutated[Math.min(at, mutated.length - 1)] = random.int(256)
          break
        case 1:
          mutated.splice(at)
          break
        case 2:
          mutated.splice(at, 0, random.int(256), random.int(256))
          break
        case 3:
          mutated.splice(at, 1 + random.int(8))
          break
        default:
          mutated.splice(at, 0, ...mutated.slice(random.int(mutated.length + 1), at))
      }
      if (mutated.length > 2_000) mutated.length = 2_000
    }
    return new Uint8Array(mutated)
  }

  for (const [name, codec] of Object.entries(codecs)) {
    test(`${name}: of 40,000 damaged frames each is read or refused by a CodecError`, async () => {
      const random = createRandom(11)
      const frames: Uint8Array[] = []
      for (const value of values) {
        const head = writeHeader({
          epoch: 'epoch',
          asOf: 5,
          storedAt: 9,
          freshMs: 1,
          staleMs: 2,
          errorMs: 3,
          aheadMs: 4,
          tags: ['t'],
        })
        frames.push(joinFrame(head, await codec.encode(value, { key, header: head })))
      }
      let refused = 0
      for (let round = 0; round < 40_000; round++) {
        try {
          const { payload, headerBytes } = readFrame(mutate(random.pick(frames), random))
          await codec.decode(payload, { key, header: headerBytes })
        } catch (error) {
          refused++
          if (!isHotpathError(error)) throw error
          expect(error.code).toMatch(/^ERR_CODEC_/)
        }
      }
      expect(refused).toBeGreaterThan(10_000)
      expect(Object.keys(Object.prototype)).toEqual([])
    }, 120_000)
  }
})
