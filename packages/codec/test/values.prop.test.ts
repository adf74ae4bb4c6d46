import { isHotpathError } from '@hotpath/contract'
import { checkValue } from '@hotpath/contract/values'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compressed, msgpack } from '../src/index.ts'
import { differenceOf } from './difference.ts'

class Money {
  readonly amount = 5
}
class Rates extends Map<string, number> {}

/** Everything that JavaScript has, storable or not. */
const { value } = fc.letrec((tie) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.string({ maxLength: 400 }),
    halves(),
  )
  const name = fc.oneof(
    text,
    fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toString', 'length', 'a\0b', '\n', '__keys__'),
  )
  const inner = tie('value')
  const members = fc.array(fc.tuple(name, inner), { maxLength: 5 })
  return {
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      text,
      fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.integer({ min: -200, max: 300 }), fc.constant(-0)),
      fc.constantFrom(null, undefined, true, false),
      fc.oneof(fc.bigInt(), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n })),
      fc.oneof(fc.date({ noInvalidDate: false }), fc.date({ min: new Date(-8.64e15), max: new Date(8.64e15) })),
      members.map((list) => Object.fromEntries(list)),
      members.map((list) => Object.assign(Object.create(null) as object, Object.fromEntries(list))),
      fc.array(inner, { maxLength: 5 }),
      fc.array(fc.tuple(inner, inner), { maxLength: 4 }).map((list) => new Map(list)),
      fc.array(inner, { maxLength: 4 }).map((list) => new Set(list)),
      fc
        .tuple(fc.constantFrom(Error, RangeError, AggregateErrorOf), text, members)
        .map(([Type, message, list]) =>
          Object.assign(
            Reflect.construct(Type, [message]),
            Object.fromEntries(list.filter(([one]) => !['name', 'stack', '__proto__'].includes(one))),
          ),
        ),
      inner.map((cause) => new Error('with a cause', { cause })),
      fc.oneof(
        fc.uint8Array(),
        fc.int16Array(),
        fc.float32Array(),
        fc.float64Array(),
        fc.bigUint64Array(),
        fc.uint8ClampedArray(),
      ),
      fc.uint8Array().map((bytes) => bytes.slice().buffer),
      fc.webUrl().map((href) => new URL(href)),
      fc.constantFrom(/a+/g, /[/\n]/iu, new RegExp('')),
      { weight: 1, arbitrary: strange() },
    ),
  }
})

function AggregateErrorOf(message: string): Error {
  return new AggregateError([new TypeError('one')], message)
}

function halves(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.string(), fc.constantFrom('\ud83d', '\ude00', '\ud83d\ude00'), fc.string())
    .map((parts) => parts.join(''))
}

function strange(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constant(() => 1),
    fc.constant(Symbol('s')),
    fc.constant(new Money()),
    fc.constant(new Rates([['eur', 1]])),
    fc.constant(Object.assign(new Date(1), { zone: 'x' })),
    fc.constant({ a: 1, [Symbol.for('s')]: 2 }),
    fc.constant(Object.assign([1], { total: 2 })),
    fc.constant(Object.assign(Array.from({ length: 1 }), { length: 3 })),
    fc.constant(new String('s')),
    fc.constant(new WeakMap()),
    fc.constant(Promise.resolve(1)),
    fc.constant(new DataView(new ArrayBuffer(1))),
  )
}

describe('every value', () => {
  const codec = compressed(msgpack(), { minBytes: 64 })
  const context = { key: 'k' }

  test('comes out as it went in, or is refused with its path; and the check refuses the same', async () => {
    let [kept, refused] = [0, 0]
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        let bytes: Uint8Array
        try {
          bytes = await codec.encode(given, context)
        } catch (error) {
          refused++
          expect(isHotpathError(error, 'ERR_CODEC_VALUE')).toBe(true)
          expect((error as { context: { path: string } }).context.path).toMatch(/^value/)
          expect(() => checkValue(given)).toThrow((error as Error).message)
          return
        }
        kept++
        checkValue(given)
        expect(differenceOf(await codec.decode(new Uint8Array(bytes), context), given)).toBeUndefined()
      }),
      { numRuns: 3_000 },
    )
    expect(Math.min(kept, refused)).toBeGreaterThan(300)
  }, 60_000)
})
