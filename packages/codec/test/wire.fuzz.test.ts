/** Bytes that are made to harm: what a decode of them makes is bounded, and changes nothing for the next. */
import { brotliCompressSync, constants } from 'node:zlib'
import { isHotpathError } from '@hotpath/contract'
import { createRandom } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { compressed, msgpack } from '../src/index.ts'
import { differenceOf } from './difference.ts'

const context = { key: 'k' }
const codec = msgpack()
const MB = 1024 * 1024

/** All that there is on the wire. */
const SAMPLE = {
  rows: Array.from({ length: 4 }, (_, id) => ({ id, name: `n${id}`, at: new Date(id), price: id / 3 })),
  map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1n, 2n ** 80n])]]),
  list: [-0, -1, -200, 70_000, 2 ** 40, undefined, null, true, /a/g, new URL('http://x/')],
  bytes: [new Uint8Array(20), new Float64Array(3), new ArrayBuffer(2)],
  failure: Object.assign(new TypeError('x', { cause: new AggregateError([new Error('y')]) }), { code: 5 }),
  text: 'ä'.repeat(40),
  names: Object.fromEntries(Array.from({ length: 130 }, (_, id) => [`m${id}`, 0])),
  nothing: {},
}

/** `undefined` when it was refused as it should be. */
function attempt(bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes, context)
  } catch (error) {
    if (!isHotpathError(error, 'ERR_CODEC_FRAME')) throw error
    return undefined
  }
}

/** How many objects and values there are. */
function partsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  if (ArrayBuffer.isView(value)) return 1
  const parts: unknown[] =
    value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  return parts.reduce<number>((sum, part) => sum + partsOf(part), 1)
}

describe('the wire form', () => {
  const whole = codec.encode(SAMPLE, context) as Uint8Array

  test('of every truncation nothing is read', () => {
    for (let length = 0; length < whole.length; length++) expect(attempt(whole.slice(0, length))).toBeUndefined()
  })

  test('with any byte changed to anything, it is read or refused, and never makes more than its bytes could', () => {
    for (let at = 0; at < whole.length; at++) {
      for (const byte of [
        0, 0x40, 0x7f, 0x81, 0x9f, 0xa1, 0xc1, 0xc4, 0xc7, 0xc9, 0xd4, 0xd5, 0xd6, 0xdb, 0xdd, 0xdf, 0xff,
      ]) {
        const damaged = new Uint8Array(whole)
        damaged[at] = byte
        const value = attempt(damaged)
        // An error has parts that are nowhere in the bytes.
        if (value !== undefined) expect(partsOf(value)).toBeLessThan(whole.length * 2)
      }
      for (let bit = 0; bit < 8; bit++) {
        const damaged = new Uint8Array(whole)
        damaged[at] = (damaged[at] as number) ^ (1 << bit)
        attempt(damaged)
      }
    }
    expect(differenceOf(codec.decode(whole, context), SAMPLE)).toBeUndefined()
  }, 60_000)

  test('of 300,000 random sequences of tokens each is read or refused', () => {
    const random = createRandom(5)
    const tokens = [
      0, 0x3f, 0x40, 0x41, 0x80, 0x81, 0x90, 0x92, 0xa0, 0xa3, 0xc0, 0xc4, 0xc7, 0xc8, 0xcb, 0xcf, 0xd4, 0xd6, 0xd7,
      0xd9, 0xdc, 0xde,
    ]
    const types = [0, 0x42, 0x5d, 0x5e, 0x5f, 0x62, 0x69, 0x70, 0x72, 0x73, 0x74, 0x78, 0xff]
    let read = 0
    for (let round = 0; round < 300_000; round++) {
      const bytes = round % 2 === 0 ? [] : [0xc1, 3, 0x61, 0, 0x62]
      for (let count = random.int(12); count >= 0; count--) {
        const kind = random.int(4)
        bytes.push(kind === 0 ? random.int(256) : kind === 1 ? random.pick(types) : random.pick(tokens))
      }
      if (attempt(new Uint8Array(bytes)) !== undefined) read++
    }
    expect(read).toBeGreaterThan(5_000)
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(differenceOf(codec.decode(whole, context), SAMPLE)).toBeUndefined()
  }, 60_000)

  const repeated = (count: number, head: readonly number[], byte: number): Uint8Array => {
    const bytes = new Uint8Array(head.length + count).fill(byte)
    bytes.set(head)
    return bytes
  }
  const long = (token: number, count: number): number[] => [
    token,
    count >>> 24,
    (count >>> 16) & 255,
    (count >>> 8) & 255,
    count & 255,
  ]

  test.each([
    ['a list that claims four billion items', () => new Uint8Array(long(0xdd, 0xffff_ffff))],
    ['a map that claims four billion members', () => new Uint8Array(long(0xdf, 0xffff_ffff))],
    ['a text that claims four gigabytes', () => new Uint8Array(long(0xdb, 0xffff_ffff))],
    ['bytes that claim four gigabytes', () => new Uint8Array(long(0xc6, 0xffff_ffff))],
    ['a type that claims four gigabytes', () => new Uint8Array([...long(0xc9, 0xffff_ffff), 0x74, 0])],
    ['lists in lists that each claim all that is left', () => repeated(4_000, [0xdc, 0x0f, 0x00], 0xdc)],
    ['63 million nulls', () => repeated(63 * MB, long(0xdd, 63 * MB), 0xc0)],
    ['63 million empty lists', () => repeated(63 * MB, long(0xdd, 63 * MB), 0x90)],
    ['63 million empty maps', () => repeated(63 * MB, long(0xdd, 63 * MB), 0x80)],
    ['a bigint of 60 MB', () => repeated(60 * MB, [...long(0xc9, 60 * MB), 0x42], 0x7f)],
    ['lists nested 60 million deep', () => repeated(60 * MB, [], 0x91)],
    ['lists nested 100,000 deep', () => repeated(100_000, [], 0x91)],
    ['sets nested 1,000 deep', () => new Uint8Array(Array.from({ length: 1_000 }, () => [0xd4, 0x73, 0, 0x91]).flat())],
  ])('%s is refused before anything is made of it', (_, make) => {
    const bytes = make()
    const before = process.memoryUsage()
    const startedAt = process.cpuUsage()
    expect(attempt(bytes)).toBeUndefined()
    const { user } = process.cpuUsage(startedAt)
    expect(user / 1_000).toBeLessThan(1_000)
    expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(64 * MB)
  })

  test('a few bytes that grow to 64 MB are refused, with what they grow to', async () => {
    const bomb = brotliCompressSync(repeated(60 * MB, long(0xdd, 60 * MB), 0x80), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5 },
    })
    expect(bomb.length).toBeLessThan(4_096)
    const stored = Buffer.concat([Buffer.from([2]), bomb])
    const outcome: unknown = await (async () => compressed(msgpack()).decode(stored, context))().catch(
      (error: unknown) => error,
    )
    expect(isHotpathError(outcome, 'ERR_CODEC_FRAME')).toBe(true)
  }, 30_000)

  test('what could not be read is not written', () => {
    expect(() => codec.encode(2n ** BigInt(8 * 2 ** 20 + 8), context)).toThrow(/a bigint of over a megabyte/)
    const largest = 2n ** BigInt(8 * 2 ** 20 - 9)
    expect(codec.decode(codec.encode({ largest }, context) as Uint8Array, context)).toEqual({ largest })
    const many = { list: Array.from({ length: 5_000_000 }, () => 1) }
    expect(() => codec.encode(many, context)).toThrow(/too many parts/)
    const most = Array.from({ length: 4_000_000 }, () => 1)
    expect((codec.decode(codec.encode(most, context) as Uint8Array, context) as unknown[]).length).toBe(4_000_000)
    expect(() =>
      codec.encode(
        Array.from({ length: 1_100_000 }, () => []),
        context,
      ),
    ).toThrow(/more than 1048576 objects/)
  }, 30_000)
})
