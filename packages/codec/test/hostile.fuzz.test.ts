import { isHotpathError } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { differenceOf } from './difference.ts'
import { compressed, encrypted, joinFrame, msgpack, readFrame, writeHeader } from '../src/index.ts'

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

  /** Replaces what was the checksum. */
  function signed(bytes: Uint8Array): Uint8Array {
    return joinFrame(bytes.subarray(0, Math.max(0, bytes.length - 4)), new Uint8Array(0))
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
          isFailure: false,
        })
        frames.push(joinFrame(head, await codec.encode(value, { key, header: head })))
      }
      let refused = 0
      for (let round = 0; round < 40_000; round++) {
        try {
          // With a checksum that is right, as somebody who means harm would write it.
          const { payload, headerBytes } = readFrame(signed(mutate(random.pick(frames), random)))
          await codec.decode(payload, { key, header: headerBytes })
        } catch (error) {
          refused++
          if (!isHotpathError(error)) throw error
          expect(error.code).toMatch(/^ERR_CODEC_/)
        }
      }
      expect(refused).toBeGreaterThan(10_000)
      for (const [index, value] of values.entries()) {
        const { payload, headerBytes } = readFrame(frames[index] as Uint8Array)
        expect(differenceOf(await codec.decode(payload, { key, header: headerBytes }), value)).toBeUndefined()
      }
      expect(Object.keys(Object.prototype)).toEqual([])
    }, 120_000)
  }
})
