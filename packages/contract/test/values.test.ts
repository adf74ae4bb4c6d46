import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { checkValue, isRememberedFailure, kindOf, rememberFailure } from '../src/values/index.ts'

const MAKERS: Readonly<Record<string, string>> = {
  object: '({ a: 1 })',
  array: '[1, 2]',
  map: 'new Map([[1, 2]])',
  set: 'new Set([1])',
  date: 'new Date(5)',
  regexp: '/a/g',
  error: 'new RangeError("x")',
  buffer: 'new ArrayBuffer(2)',
  'typed array': 'new Float64Array(2)',
}

describe('what an object is', () => {
  test.each(Object.entries(MAKERS))('%s, of this realm and of another', (kind, code) => {
    // oxlint-disable-next-line no-eval -- the same text in two realms
    for (const value of [runInNewContext(code), (0, eval)(code)] as object[]) {
      expect(kindOf(value)).toBe(kind)
      checkValue(value)
    }
  })

  test.each(Object.entries(MAKERS).filter(([kind]) => kind !== 'object' && kind !== 'error'))(
    'a subclass of %s is none, in either realm',
    (_, code) => {
      const subclass = `(() => { const value = ${code}; class Own extends value.constructor {}; return Object.setPrototypeOf(value, Own.prototype) })()`
      // oxlint-disable-next-line no-eval -- the same text in two realms
      for (const value of [runInNewContext(subclass), (0, eval)(subclass)] as object[])
        expect(kindOf(value)).toBeUndefined()
    },
  )

  test('nor is a subclass that has methods of the same names', () => {
    const subclasses: object[] = [
      new (class extends Map {
        override set(key: unknown, value: unknown): this {
          return super.set(key, value)
        }
      })(),
      new (class extends Set {
        override add(member: unknown): this {
          return super.add(member)
        }
      })(),
      new (class extends Date {
        override getTime(): number {
          return 5
        }
      })(),
      new (class extends RegExp {
        override exec(): null {
          return null
        }
      })('a'),
      new (class extends ArrayBuffer {
        override slice(): ArrayBuffer {
          return this
        }
      })(1),
      new (class extends (URL as new (href: string) => object) {
        get href(): string {
          return ''
        }
      })('http://x'),
    ]
    for (const one of subclasses) expect(kindOf(one)).toBeUndefined()
  })

  test('look-alikes are none', () => {
    const fakes: object[] = [
      Object.create(Map.prototype),
      Object.create(Set.prototype),
      Object.create(Date.prototype),
      Object.create(RegExp.prototype),
      Object.create(Array.prototype),
      Object.setPrototypeOf(new Date(0), null),
      new (class Own {
        readonly amount = 5
      })(),
      // As of a class that extends null.
      Object.create(Object.create(null) as object) as object,
      new String('s'),
      new Proxy(new Map(), {}),
      () => 1,
    ]
    for (const fake of fakes) expect(kindOf(fake)).toBeUndefined()
    expect(kindOf(Buffer.from('a'))).toBe('typed array')
    expect(kindOf(new URL('http://x'))).toBe('url')
    expect(kindOf(Object.create(null) as object)).toBe('object')
  })
})

describe('the check of a value', () => {
  test('costs no more than the bound, whatever is shared', () => {
    let value: unknown[] = []
    for (let level = 0; level < 90; level++) value = [value, value]
    expect(() => checkValue(value)).toThrow(/more than 1048576 objects/)
  })

  test('names a path that is short, of one line, and says no value of a user', () => {
    const secret = 'secret-value'
    const name = `${'x'.repeat(200)}\n`
    for (const value of [
      new Map<unknown, unknown>([[secret, () => 1]]),
      [{ [name]: Symbol(secret) }],
      { a: new Map([[{ key: secret }, new Map([[1, Promise.resolve(secret)]])]]) },
    ]) {
      expect(() => checkValue(value)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(secret) as string }),
      )
      expect(() => checkValue(value)).toThrow(/^`value.{0,140}$/u)
    }
  })

  test('a promise is to be awaited', () => {
    expect(() => checkValue({ user: Promise.resolve(1) })).toThrow(
      '`value.user` cannot be stored: it is a promise. `await` it first.',
    )
  })
})

describe('the way out of a value that cannot be stored', () => {
  class Rates extends Map<string, number> {}
  class Names extends Set<string> {}
  class Day extends Date {}
  class Pattern extends RegExp {}
  class Link extends URL {}
  class List extends Array<number> {}
  class Bytes extends Uint8Array {}
  const view = new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)

  // What is stored when the advice is followed.
  test.each<[name: string, value: object, stored: unknown]>([
    ['Rates', new Rates([['eur', 1.1]]), new Map([['eur', 1.1]])],
    ['Names', new Names(['a']), new Set(['a'])],
    ['Day', new Day(5), new Date(5)],
    ['Pattern', new Pattern('a', 'gi'), /a/gi],
    ['Link', new Link('http://x/?a'), new URL('http://x/?a')],
    ['List', List.of(1, 2), [1, 2]],
    ['Bytes', Bytes.from([1, 2]), Uint8Array.from([1, 2])],
    ['DataView', view, Uint8Array.from([2, 3])],
    ['Headers', new Headers({ a: 'b' }), [['a', 'b']]],
    [
      'URLSearchParams',
      new URLSearchParams('a=1&a=2'),
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    ['SharedArrayBuffer', new SharedArrayBuffer(2), new ArrayBuffer(2)],
    ['String', new String('s'), 's'],
    [
      'a member of another realm',
      runInNewContext('new (class Own extends Map {})([[1, 2]])') as object,
      new Map([[1, 2]]),
    ],
    [
      'an object that inherits',
      Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }),
      { inherited: 1, own: 2 },
    ],
    [
      'an object that inherits from none with a class',
      Object.create(Object.assign(Object.create(null), { a: 1 })),
      { a: 1 },
    ],
    ['a generator', [1, 2].values(), [1, 2]],
    ['a list with the prototype of an object', Object.setPrototypeOf([1, 2], Object.prototype), [1, 2]],
    [
      'a class of data',
      new (class City {
        readonly name = 'Ulm'
      })(),
      { name: 'Ulm' },
    ],
  ])('%s', (_, value, stored) => {
    const [, way] = /\. Store (?:plain data, such as )?`([^`]+)`/.exec(messageOf(value)) ?? []
    // oxlint-disable-next-line typescript/no-implied-eval -- what the message says is run as it is written
    const followed: unknown = new Function('value', `return (${way})`)(value)
    expect(followed).toEqual(stored)
    checkValue(followed)
  })

  test('names what it is', () => {
    expect(messageOf(Object.create({ inherited: 1 }))).toContain('it is an object that inherits from another one.')
    expect(messageOf(new Rates())).toContain('it is an instance of `Rates`.')
    expect(messageOf(Math)).toBe(
      '`value` cannot be stored: it is an instance of `Math`. Leave it out: it is of no use outside of this process.',
    )
    expect(messageOf(Object.defineProperty({}, 'secret', { value: 1 }))).toBe(
      '`value.secret` cannot be stored: it is a member that is not enumerable. Define it as enumerable, or store an object without it.',
    )
    expect(messageOf(new RegExp('\ud800'))).toBe(
      '`value` cannot be stored: it is a RegExp with half of a surrogate pair. Write it as an escape, such as `\\ud800`.',
    )
  })

  function messageOf(value: unknown): string {
    try {
      checkValue(value)
    } catch (error) {
      return (error as Error).message
    }
    return 'stored'
  }
})

describe('a remembered failure', () => {
  test('is told apart by what no data has', () => {
    const failure = rememberFailure(new Error('x'))
    expect(isRememberedFailure(failure)).toBe(true)
    for (const data of [
      { ...failure },
      structuredClone(failure),
      JSON.parse(JSON.stringify(failure)),
      Object.create(failure),
      null,
      'x',
    ]) {
      expect(isRememberedFailure(data)).toBe(false)
    }
    checkValue(failure)
    expect(() => checkValue(rememberFailure(() => 1))).toThrow(/^`value` cannot be stored: it is a function/)
  })
})
