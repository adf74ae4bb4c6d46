import { describe, expect, test } from 'vitest'
import { isHotpathError } from '@hotpath/contract'
import { runInNewContext } from 'node:vm'
import { msgpack } from '../src/index.ts'
import { differenceOf } from './difference.ts'

const codec = msgpack()
const roundTrip = async (value: unknown): Promise<unknown> =>
  codec.decode(await codec.encode(value, { key: 'k' }), { key: 'k' })

const VALUES: Record<string, unknown> = {
  null: null,
  true: true,
  zero: 0,
  'negative zero': -0,
  'negative zeros within': [-0, { a: -0 }, new Map([['a', -0]])],
  'numbers that are next to those of structures': [63, 64, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32, -32, -33, -129],
  'large lists and maps': [
    Array.from({ length: 70_000 }, (_, index) => index),
    new Map(Array.from({ length: 70_000 }, (_, index) => [index, 1])),
  ],
  'texts of every length class': [31, 32, 255, 256, 65_535, 65_536].map((length) => 'ä'.repeat(length)),
  'an object with very many members': Object.fromEntries(Array.from({ length: 300 }, (_, id) => [`m${id}`, { id }])),
  fraction: 1.1,
  'a large number': 2 ** 53,
  infinity: -Infinity,
  NaN: Number.NaN,
  'an empty text': '',
  'a text like a date': '2027-01-01T00:00:00.000Z',
  'a text in other scripts': 'Zürich 東京 🚀',
  'a small bigint': 5n,
  'large bigints': [63n, 64n, 127n, 128n, 500n, 65_535n, 65_536n, 65_543n, 70_000n].flatMap((bits) => [
    2n ** bits,
    2n ** bits - 1n,
    -(2n ** bits),
    -(2n ** bits) - 1n,
  ]),
  'a date': new Date(1_700_000_000_123),
  'an invalid date': new Date(Number.NaN),
  'dates far away': [-1, -62_135_596_800_001, 4_294_967_295_999, 4_294_967_296_000, 8.64e15, -8.64e15].map(
    (at) => new Date(at),
  ),
  'a map': new Map<unknown, unknown>([
    [{ a: 1 }, 'b'],
    ['c', new Map([[1, 2]])],
    ['undefined', undefined],
  ]),
  'a set': new Set([1, 'a', null]),
  'a regular expression': /a\/b+/giu,
  'a url': new URL('https://user@example.org:8080/path?q=1#part'),
  'undefined members': { a: undefined, b: null, c: [undefined, 1] },
  'negative zeros beside other types': [
    { a: [1, -0, { b: -0 }], at: new Date(0) },
    new Map<unknown, unknown>([[{ zero: -0 }, [-0]]]),
    new Set([[-0], [0]]),
    Object.fromEntries(Array.from({ length: 130 }, (_, id) => [`m${id}`, id === 7 ? -0 : {}])),
  ],
  'equal empty objects in a set and as keys': [
    new Set([{}, {}]),
    new Map([
      [{}, 1],
      [{}, 2],
    ]),
  ],
  'objects of more shapes than have numbers': Array.from({ length: 70 }, (_, id) => ({ [`m${id}`]: [{ id }, -0] })),
  'names that msgpackr uses itself': { toJSON: 1, constructor: null, __keys__: [{ __keys__: 1 }], read: 5, length: 2 },
  'names of Object.prototype': { constructor: 1, toString: 'x', hasOwnProperty: null },
  bytes: new Uint8Array([0, 255, 7]),
  floats: new Float64Array([1.5, -0.5]),
  'large integers': new BigInt64Array([1n, -1n]),
  'an array buffer': new Uint8Array([1, 2, 3]).buffer,
  nested: { list: [{ when: new Date(0), tags: new Set(['a']) }], deep: { deeper: { deepest: [[[]]] } } },
  'many alike': Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}`, at: new Date(id) })),
}

describe('values come back with their types', () => {
  for (const [what, value] of Object.entries(VALUES)) {
    test(what, async () => {
      const back = await roundTrip(value)
      expect(differenceOf(back, value)).toBeUndefined()
      expect(back).toStrictEqual(value)
    })
  }

  test('an ordinary object comes out where there was one without a prototype', async () => {
    expect(await roundTrip(Object.assign(Object.create(null) as object, { a: 1 }))).toStrictEqual({ a: 1 })
  })

  test('errors keep their name, message and cause', async () => {
    const back = (await roundTrip(new TypeError('wrong', { cause: { code: 5 } }))) as Error
    expect(back).toBeInstanceOf(TypeError)
    expect([back.name, back.message, back.cause]).toEqual(['TypeError', 'wrong', { code: 5 }])
  })

  test('errors keep what they carry, but not where they were made', async () => {
    class NotFound extends Error {
      override readonly name = 'NotFound'
      readonly code = 'E_NOT_FOUND'
      readonly status = 404
    }
    const failure = new AggregateError([new NotFound('user 1'), new RangeError('b')], 'all', { cause: new Date(0) })
    const back = (await roundTrip(failure)) as AggregateError
    expect(back).toBeInstanceOf(AggregateError)
    expect(back.message).toBe('all')
    expect(back.cause).toEqual(new Date(0))
    const [notFound, range] = back.errors as [NotFound, RangeError]
    expect(notFound).toMatchObject({ name: 'NotFound', message: 'user 1', code: 'E_NOT_FOUND', status: 404 })
    expect(Object.hasOwn(notFound, 'cause')).toBe(false)
    expect(range).toBeInstanceOf(RangeError)
    expect(range.stack).not.toBe((failure.errors[1] as Error).stack)
    expect(await roundTrip(new DOMException('late', 'AbortError'))).toMatchObject({
      name: 'AbortError',
      message: 'late',
    })
  })

  test('values of another realm, as test runners with sandboxes have them', async () => {
    const foreign = runInNewContext(`({
      plain: { a: [1, { b: null }] }, map: new Map([[1, new Set([2])]]), at: new Date(5), floats: new Float32Array([1.5]),
      bytes: new Uint8Array([1, 2]).buffer, pattern: /a/gi, failure: Object.assign(new RangeError('far'), { code: 'E' }),
    })`) as object
    const back = (await roundTrip(foreign)) as Record<string, unknown>
    expect(back).toStrictEqual({
      plain: { a: [1, { b: null }] },
      map: new Map([[1, new Set([2])]]),
      at: new Date(5),
      floats: new Float32Array([1.5]),
      bytes: new Uint8Array([1, 2]).buffer,
      pattern: /a/gi,
      failure: back['failure'],
    })
    expect(back['failure']).toBeInstanceOf(RangeError)
    expect(back['failure']).toMatchObject({ message: 'far', code: 'E' })
    expect(await roundTrip(structuredClone({ a: new Map([[1, 2]]) }))).toStrictEqual({ a: new Map([[1, 2]]) })
  })

  test('values of another realm in each other, and a Buffer that is not of it', async () => {
    const foreign = runInNewContext(
      `({ all: new Map([[[-0], new Set([new Map([[{}, /a/g]]), new BigInt64Array([1n, -1n]).subarray(1)])]]) })`,
    )
    expect(await roundTrip(foreign)).toStrictEqual({
      all: new Map([[[-0], new Set([new Map([[{}, /a/g]]), new BigInt64Array([-1n])])]]),
    })
    expect(await roundTrip([Buffer.from('abc').subarray(1)])).toStrictEqual([new Uint8Array([98, 99])])
  })

  test('the value itself is left as it is', async () => {
    const value = Object.freeze({ zero: -0, list: Object.freeze([-0, new Error('x')]), url: new URL('http://x') })
    const before = { ...value }
    await roundTrip(value)
    expect(differenceOf(value, before)).toContain('the very same object')
    expect([value.zero, value.list[0]]).toEqual([-0, -0])
    expect(value.list[1]).toBeInstanceOf(Error)
  })

  test('a value whose getter encodes another one', async () => {
    const value = {
      a: 1,
      get b() {
        return [...(codec.encode({ c: [1, 2, 3] }, { key: 'k' }) as Uint8Array)].length
      },
      d: 4,
    }
    expect(await roundTrip(value)).toEqual({ a: 1, b: value.b, d: 4 })
  })

  test('parts that are shared come back, as equals', async () => {
    const shared = { a: 1 }
    expect(await roundTrip({ x: shared, y: [shared, shared] })).toEqual({ x: shared, y: [shared, shared] })
  })
})

describe('values that would not come back are refused', () => {
  class Money {
    readonly amount = 5
  }
  const cycle: Record<string, unknown> = { list: [] }
  ;(cycle['list'] as unknown[]).push({ back: cycle })
  let reads = 0
  function holed(): unknown[] {
    return Object.assign([1], { length: 3 })
  }
  /** Storable when it is looked over, and not when it is written. */
  function changing(second: unknown): unknown {
    let isRead = false
    return {
      get a(): unknown {
        const value = isRead ? second : 1
        isRead = !isRead
        return value
      },
    }
  }
  function thirtyDoublings(): unknown {
    let value: unknown[] = []
    for (let level = 0; level < 30; level++) value = [value, value]
    return value
  }
  function transferred(buffer: ArrayBuffer): ArrayBuffer {
    structuredClone(buffer, { transfer: [buffer] })
    return buffer
  }
  function viewOfTransferred(): Uint8Array {
    const view = new Uint8Array(8)
    transferred(view.buffer)
    return view
  }
  function revoked(): object {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  }
  let deep: unknown = 1
  for (let level = 0; level < 200; level++) deep = [deep]

  const REFUSED: readonly (readonly [what: string, value: unknown, path: string])[] = [
    ['a function', { on: { click: () => 1 } }, 'value.on.click'],
    ['a symbol', [1, Symbol('s')], 'value[1]'],
    ['an instance', { price: new Money() }, 'value.price'],
    ['a cycle', cycle, 'value.list[0].back'],
    ['a promise', { later: Promise.resolve(1) }, 'value.later'],
    ['a weak map', new WeakMap(), 'value'],
    ['a boxed text', new String('s'), 'value'],
    ['an instance in a map', new Map([['price', new Money()]]), 'value (value 0)'],
    ['a function as a key of a map', new Map([[() => 1, 1]]), 'value (key 0)'],
    ['a function in a set', new Set([() => 1]), 'value (member 0)'],
    ['half of a surrogate pair', { text: 'hi 😀'.slice(0, 4) }, 'value.text'],
    ['half of a pair in a long text', ['x'.repeat(100) + '\udc00'], 'value[0]'],
    ['half of a pair as a name', { a: { '\ud800': 1 } }, 'value.a'],
    [
      'a map whose keys would become one',
      new Map([
        ['\ud800', 1],
        ['\ud801', 2],
      ]),
      'value (key 0)',
    ],
    ['a member named __proto__', { a: JSON.parse('{"__proto__":{"b":1}}') as object }, 'value.a.__proto__'],
    ['a symbol as a name', { a: { b: 1, [Symbol.for('s')]: 2 } }, 'value.a'],
    ['a subclass of Map', [new (class Rates extends Map<string, number> {})([['eur', 1.1]])], 'value[0]'],
    ['a subclass of Set', [new (class Names extends Set {})()], 'value[0]'],
    ['a subclass of Date', [new (class Day extends Date {})(5)], 'value[0]'],
    ['a subclass of Array', [new (class List extends Array {})()], 'value[0]'],
    ['a subclass of RegExp', [new (class Pattern extends RegExp {})('a')], 'value[0]'],
    ['a subclass of URL', [new (class Link extends URL {})('http://x')], 'value[0]'],
    ['a subclass of Uint8Array', [new (class Bytes extends Uint8Array {})(2)], 'value[0]'],
    ['a date with a member', [Object.assign(new Date(5), { zone: 'x' })], 'value[0]'],
    ['a map with a member', [Object.assign(new Map(), { total: 1 })], 'value[0]'],
    ['a list with a member', { list: Object.assign([1, 2], { total: 5 }) }, 'value.list'],
    ['a list with a hole', { list: holed() }, 'value.list[1]'],
    ['a list with a hole and a member', { list: Object.assign(holed(), { total: 5 }) }, 'value.list[1]'],
    ['a function that an error carries', [Object.assign(new Error('x'), { retry: () => 1 })], 'value[0].retry'],
    ['a cause that is an instance', new Error('x', { cause: new Money() }), 'value.cause'],
    ['an object over one without a prototype', [Object.create(Object.create(null))], 'value[0]'],
    [
      'a map with a key without a prototype, and an instance',
      new Map([[Object.create(null), new Money()]]),
      'value (value 0)',
    ],
    [
      'a getter that throws',
      {
        a: {
          get b() {
            throw new Error('boom')
          },
        },
      },
      'value.a.b',
    ],
    [
      'a proxy that throws',
      {
        a: new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('trap')
            },
          },
        ),
      },
      'value.a',
    ],
    ['a RegExp with half of a surrogate pair', { a: [new RegExp('\ud800')] }, 'value.a[0]'],
    ['a message of a DOMException that is cut', [new DOMException('\ud800')], 'value[0].message'],
    ['an object of hidden members', [Object.defineProperty({}, 'secret', { value: 2 })], 'value[0].secret'],
    ['the namespace Math', { a: Math }, 'value.a'],
    ['the namespace JSON', { a: JSON }, 'value.a'],
    ['a list with the prototype of an object', [Object.setPrototypeOf([1], Object.prototype)], 'value[0]'],
    ['a date with the prototype of an object', [Object.setPrototypeOf(new Date(), Object.prototype)], 'value[0]'],
    ['an error with the prototype of an object', [Object.setPrototypeOf(new Error('x'), Object.prototype)], 'value[0]'],
    [
      'arguments',
      [
        (function () {
          // oxlint-disable-next-line eslint/prefer-rest-params -- they are what is tested
          return arguments
        })(),
      ],
      'value[0]',
    ],
    ['a buffer that was transferred', [transferred(new ArrayBuffer(8))], 'value[0]'],
    ['a view of a buffer that was transferred', [viewOfTransferred()], 'value[0]'],
    ['a proxy that was revoked', [revoked()], 'value[0]'],
    ['a proxy that was revoked, alone', revoked(), 'value'],
    ['something that only says it is a Map', [{ [Symbol.toStringTag]: 'Map' }], 'value[0]'],
    ['shared memory', [new SharedArrayBuffer(2)], 'value[0]'],
    ['a view of memory', [new DataView(new ArrayBuffer(2))], 'value[0]'],
    ...('Float16Array' in globalThis
      ? [
          [
            'a Float16Array, which not every Node has',
            [new (globalThis as never as Record<string, new (length: number) => object>)['Float16Array']!(1)],
            'value[0]',
          ] as const,
        ]
      : []),
    [
      'a value that is another one each time',
      {
        get a() {
          return reads++ % 2 === 0 ? () => 1 : 1
        },
      },
      'value',
    ],
    ...[() => 1, Symbol('s'), { another: 1 }, new Money()].map(
      (second) => [`a value that has ${typeof second} when it is read again`, changing(second), 'value'] as const,
    ),
    ['parts that are shared a billion times', thirtyDoublings(), 'value'],
    ['nesting without end', deep, 'value'],
  ]
  for (const [what, value, path] of REFUSED) {
    test(what, () => {
      try {
        void codec.encode(value, { key: 'k' })
        expect.unreachable()
      } catch (error) {
        expect(isHotpathError(error, 'ERR_CODEC_VALUE')).toBe(true)
        expect((error as { context: { path: string } }).context.path).toContain(path)
      }
    })
  }
})
