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
    expect(() => checkValue(rememberFailure(() => 1))).toThrow(/a function/)
  })
})
