import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHotpathError } from '@hotpath/contract'
import { msgpack } from '../src/index.ts'

const encode = (value: unknown): Uint8Array => msgpack().encode(value, { key: 'k' }) as Uint8Array
const reader = msgpack()
const decode = (bytes: Uint8Array): unknown => reader.decode(bytes, { key: 'k' })
/** A value with structures in front, put together by hand. */
const framed = (structures: string, body: readonly number[]): Uint8Array =>
  new Uint8Array([0xc1, structures.length, ...Buffer.from(structures, 'latin1'), ...body])

describe('structures in front', () => {
  test('are written once each, and need nothing of who wrote them', () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ identifier: id, description: { language: 'de' } }))
    const text = Buffer.from(encode(rows)).toString('latin1')
    for (const name of ['identifier', 'description', 'language']) expect(text.split(name)).toHaveLength(2)
    expect(decode(encode(rows))).toStrictEqual(rows)
  })

  test('with the same names in another order are others', () => {
    const values = [{ a: 1, b: 2 }, { b: 1, a: 2 }, [{ a: 1 }, { b: 1 }], [{ b: 1 }, { a: 1 }]]
    for (const value of values) expect(Object.keys(decode(encode(value)) as object)).toEqual(Object.keys(value))
    for (const value of values) expect(decode(encode(value))).toStrictEqual(value)
  })

  test('are no more than fit into their bytes and numbers', () => {
    const values: unknown[] = [
      Object.fromEntries(Array.from({ length: 120 }, (_, id) => [`member ${id} ${'x'.repeat(40)}`, id])),
      [Array.from({ length: 90 }, (_, id) => ({ [`member ${id} ${'x'.repeat(60)}`]: id })), { last: 1 }],
      Object.fromEntries(Array.from({ length: 200 }, (_, id) => [`member ${id}`, id])),
      Array.from({ length: 100 }, (_, id) => ({ [`m${id}`]: id })),
      {},
      [{}, { a: {} }, new Map([[{ b: 1 }, {}]])],
      { 'a\0b': 1, c: { a: 2, b: 3 } },
      { 'a\nb': 1, 'größe 東京': [{ '': 2 }, {}] },
    ]
    for (const value of values) expect(decode(encode(value))).toStrictEqual(value)
  })

  test('more than are kept are read and written all the same', () => {
    const writer = msgpack()
    for (let round = 0; round < 2; round++) {
      for (let id = 0; id < 1_200; id++) {
        const value = { [`m${id}`]: id, list: [{ [`n${id}`]: round }] }
        expect(decode(writer.encode(value, { key: 'k' }) as Uint8Array)).toStrictEqual(value)
      }
    }
  })

  test('are read from the middle of a larger piece of memory, to its end and no further', () => {
    const bytes = encode({ a: [1, 2, 3], b: 'text' })
    const memory = new Uint8Array(bytes.length + 20).fill(0xc0)
    memory.set(bytes, 7)
    expect(decode(memory.subarray(7, 7 + bytes.length))).toStrictEqual({ a: [1, 2, 3], b: 'text' })
    expect(() => decode(memory.subarray(7, 6 + bytes.length))).toThrow(/cannot be read/)
    expect(() => decode(memory.subarray(7, 8 + bytes.length))).toThrow(/cannot be read/)
  })

  test('any plain value comes back', () => {
    const plain = fc.object({
      maxDepth: 4,
      withDate: true,
      withMap: true,
      withSet: true,
      key: fc.string().filter((name) => name !== '__proto__'),
      values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt()],
    })
    fc.assert(
      fc.property(plain, (value) => {
        expect(decode(encode(value))).toStrictEqual(value)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('structures that nobody here wrote', () => {
  const refused = (bytes: Uint8Array): void => {
    try {
      expect.unreachable(String(decode(bytes)))
    } catch (error) {
      expect(isHotpathError(error, 'ERR_CODEC_FRAME')).toBe(true)
    }
  }

  test('a value cannot define structures, so none changes what another one means', () => {
    const honest = framed('name\0role', [0x40, 0xa5, ...Buffer.from('admin'), 0xa5, ...Buffer.from('guest')])
    // Record 0x40 anew with its names swapped, and then one that nobody defined.
    const define = [
      0xd4,
      0x72,
      0x40,
      0x92,
      0xa4,
      ...Buffer.from('role'),
      0xa4,
      ...Buffer.from('name'),
      0xa1,
      0x78,
      0xa1,
      0x79,
    ]
    for (let round = 0; round < 5; round++) {
      expect(decode(honest)).toStrictEqual({ name: 'admin', role: 'guest' })
      for (const body of [define, [0x92, ...define, 0x45], [0x92, ...define, 0x40, 1, 2]]) {
        refused(framed('name\0role', body))
        refused(new Uint8Array(body))
      }
      refused(framed('name\0role', [0xd5, 0x72, 0x40, 0, 0x91, 0xa1, 0x78, 1]))
    }
    expect(decode(honest)).toStrictEqual({ name: 'admin', role: 'guest' })
  })

  test.each([
    ['a number that no structure has', framed('a', [0x41, 1])],
    ['a number where there are no structures', new Uint8Array([0x41])],
    ['nothing behind them', framed('a', [])],
    ['less than their length', new Uint8Array([0xc1, 100, 0x61])],
    ['no length', new Uint8Array([0xc1])],
    ['half a length', new Uint8Array([0xc1, 0x80])],
    ['too many', framed(Array.from({ length: 65 }, () => '').join('\n'), [0x40, 1])],
    ['more after the value', framed('a', [0x40, 1, 1])],
  ])('%s is refused', (_, bytes) => refused(bytes))

  test('names are data, whatever they look like', () => {
    const name = '"]:(globalThis.polluted=1),["'
    for (let round = 0; round < 10; round++) {
      expect(decode(framed(`${name}\0__proto__`, [0x40, 1, 2]))).toStrictEqual({ [name]: 1, __proto_: 2 })
    }
    expect('polluted' in globalThis).toBe(false)
  })
})
