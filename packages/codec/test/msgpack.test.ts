import { describe, expect, test } from 'vitest'
import { isHotpathError } from '@hotpath/contract'
import { msgpack } from '../src/index.ts'

const codec = msgpack()
const roundTrip = async (value: unknown): Promise<unknown> =>
  codec.decode(await codec.encode(value, { key: 'k' }), { key: 'k' })

const VALUES: Record<string, unknown> = {
  null: null,
  true: true,
  zero: 0,
  'negative zero': -0,
  fraction: 1.1,
  'a large number': 2 ** 53,
  infinity: -Infinity,
  NaN: Number.NaN,
  'an empty text': '',
  'a text like a date': '2027-01-01T00:00:00.000Z',
  'a text in other scripts': 'Zürich 東京 🚀',
  'a small bigint': 5n,
  'a large bigint': -(2n ** 70n),
  'a date': new Date(1_700_000_000_123),
  'an invalid date': new Date(Number.NaN),
  'a map': new Map<unknown, unknown>([
    [{ a: 1 }, 'b'],
    ['c', new Map([[1, 2]])],
    ['undefined', undefined],
  ]),
  'a set': new Set([1, 'a', null]),
  'a regular expression': /a\/b+/giu,
  'a url': new URL('https://user@example.org:8080/path?q=1#part'),
  'undefined members': { a: undefined, b: null, c: [undefined, 1] },
  'an object without a prototype': Object.assign(Object.create(null) as object, { a: 1 }),
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
      if (what === 'an object without a prototype') expect({ ...(back as object) }).toEqual({ a: 1 })
      else expect(back).toStrictEqual(value)
    })
  }

  test('errors keep their name, message and cause', async () => {
    const back = (await roundTrip(new TypeError('wrong', { cause: { code: 5 } }))) as Error
    expect(back).toBeInstanceOf(TypeError)
    expect([back.name, back.message, back.cause]).toEqual(['TypeError', 'wrong', { code: 5 }])
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
    ['an instance in a map', new Map([['price', new Money()]]), 'value.get(price)'],
    ['a function in a set', new Set([() => 1]), 'value (a member)'],
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

describe('what is read touches no prototype', () => {
  test('a member named __proto__ stays data', async () => {
    const hostile: unknown = JSON.parse('{"__proto__":{"polluted":true},"a":1}')
    const back = (await roundTrip(hostile)) as Record<string, unknown>
    expect(back['a']).toBe(1)
    expect(back['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
