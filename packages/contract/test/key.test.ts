import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { KeyError } from '../src/errors.ts'
import { type KeyPart, assertKey, displayKey, encodeKey, isShortenedKey } from '../src/key.ts'

/** Encodes what the types would not let through. */
function encode(...parts: unknown[]): string {
  return encodeKey(parts as KeyPart[])
}

function failure(run: () => unknown): KeyError {
  try {
    run()
  } catch (error) {
    if (error instanceof KeyError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('a readable encoding', () => {
  test.each<[key: KeyPart[], encoded: string]>([
    [['user', 42], 'user:42'],
    [['user', '42'], 'user:"42"'],
    [['user', 42n], 'user:42n'],
    [['user', '42n'], 'user:"42n"'],
    [['country', 'DE', 'cities'], 'country:DE:cities'],
    [['file', 'src/index.ts'], 'file:src/index.ts'],
    [['mail', 'a.b+c@example.org'], 'mail:a.b+c@example.org'],
    [['id', '7f9c24e8-3b12-4fd1-9a3e-2f1d7a0b6c55'], 'id:7f9c24e8-3b12-4fd1-9a3e-2f1d7a0b6c55'],
    [['a:b'], '"a:b"'],
    [['a', 'b'], 'a:b'],
    [[''], '""'],
    [['old town', 'é', '\n', '"'], '"old town":"é":"\\n":"\\""'],
    [['@types', '-x', '+x', '.x'], '"@types":"-x":"+x":".x"'],
    [[true, false, null, undefined], 'true:false:null:undefined'],
    [['true', 'false', 'null', 'undefined'], '"true":"false":"null":"undefined"'],
    [['NaN', 'Infinity', 'nan', 'nulls', 'n'], '"NaN":"Infinity":nan:nulls:n'],
    [['042', '0x1f', '1e5', '4th'], '"042":"0x1f":"1e5":4th'],
    [[0, -0, -1.5, 1e21, 1e-7, Number.NaN, Infinity, -Infinity], '0:0:-1.5:1e+21:1e-7:NaN:Infinity:-Infinity'],
    [[new Date(0), new Date(-1)], '@0:@-1'],
    [[['a', 1, ['b']], []], '[a,1,[b]]:[]'],
    [[{ b: 'x y', a: 1, 10: [], 9: {} }], '{"10":[],"9":{},a:1,b:"x y"}'],
    [[{ a: undefined }, {}], '{a:undefined}:{}'],
    [[{ 'x:y': { '': 1 } }], '{"x:y":{"":1}}'],
    [['\ud800'], '"\\ud800"'],
  ])('$1', (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded)
  })

  test('a hole in an array is undefined', () => {
    // oxlint-disable-next-line no-sparse-arrays
    expect(encode([, 1])).toBe('[undefined,1]')
    expect(encodeKey(new Array(2))).toBe('undefined:undefined')
  })

  test('objects without a prototype and those of other realms are plain', () => {
    const bare = Object.assign(Object.create(null), { a: 1 })
    const foreign = runInNewContext('({ object: { a: 1 }, date: new Date(5), list: [1] })')
    expect(encode(bare)).toBe('{a:1}')
    expect(encode(foreign.object, foreign.date, foreign.list)).toBe('{a:1}:@5:[1]')
  })

  test('an object may appear twice as long as it does not contain itself', () => {
    const filter = { a: 1 }
    expect(encode(filter, [filter, filter])).toBe('{a:1}:[{a:1},{a:1}]')
  })

  test('a member called __proto__ is a member', () => {
    expect(encode(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{__proto__:{a:1}}')
  })
})

describe('a string key', () => {
  test('is used as it is, and names the entry of the array with that encoding', () => {
    expect(encodeKey('user:42')).toBe(encodeKey(['user', 42]))
    expect(encodeKey('any thing, "really"')).toBe('any thing, "really"')
  })

  test('may not be empty, nor may an array', () => {
    expect(failure(() => encodeKey(''))).toMatchObject({
      code: 'ERR_KEY_EMPTY',
      message: expect.stringContaining('user:42'),
    })
    expect(failure(() => encodeKey([]))).toMatchObject({
      code: 'ERR_KEY_EMPTY',
      message: expect.stringContaining('[]'),
    })
    expect(failure(() => assertKey('')).code).toBe('ERR_KEY_EMPTY')
  })

  test.each(['\ud800', 'a\udc00b', '\ud800\ud800', '\ude00\ud83d'])(
    'with half of a pair is refused by the full check: %j',
    (key) => {
      expect(failure(() => assertKey(key)).code).toBe('ERR_KEY_MALFORMED')
      expect(failure(() => encodeKey(key.padEnd(300, 'x'))).code).toBe('ERR_KEY_MALFORMED')
      expect(failure(() => encodeKey(key.padStart(300, 'x'))).code).toBe('ERR_KEY_MALFORMED')
    },
  )

  test('over the limit is refused by the full check, since encodeKey would have shortened it', () => {
    expect(failure(() => assertKey('é'.repeat(129)))).toMatchObject({
      code: 'ERR_KEY_MALFORMED',
      message: expect.stringContaining('258'),
    })
    assertKey('é'.repeat(128))
  })
})

describe('what cannot be a key is refused with the path to it', () => {
  class Owner {
    readonly id = 1
  }
  class Rootless extends (null as unknown as ObjectConstructor) {}
  const cycle: Record<string, unknown> = {}
  cycle['a'] = [cycle]

  test.each<[string, unknown[], string, string]>([
    ['a function', ['x', () => 1], 'key[1]', 'a function'],
    ['a symbol', [Symbol('s')], 'key[0]', 'a symbol'],
    ['a class instance', ['x', { filter: { owner: new Owner() } }], 'key[1].filter.owner', '`Owner`'],
    [
      'an instance of a class without name',
      [
        new (class {
          readonly id = 1
        })(),
      ],
      'key[0]',
      'an unnamed class',
    ],
    ['an instance of a class that extends null', [Object.create(Rootless.prototype)], 'key[0]', '`Rootless`'],
    ['a Map', [[0, new Map()]], 'key[0][1]', '`Map`'],
    ['a boxed string', [Object('x')], 'key[0]', '`String`'],
    ['a look-alike of a date', [Object.create(Date.prototype)], 'key[0]', '`Date`'],
    ['an invalid date', [{ at: new Date(Number.NaN) }], 'key[0].at', 'an invalid date'],
    ['a symbol as a name', [{ by: { [Symbol('s')]: 1 } }], 'key[0].by', 'symbol'],
    ['a cycle through an object', [cycle], 'key[0].a[0]', 'around it'],
    ['a member with an unusual name', [{ 'x y': { '1a': () => 1 } }], 'key[0]["x y"]["1a"]', 'a function'],
  ])('%s', (_, parts, path, found) => {
    const error = failure(() => encode(...parts))
    expect(error).toMatchObject({ code: 'ERR_KEY_PART', context: { path } })
    expect(error.message).toContain(`\`${path}\``)
    expect(error.message).toContain(found)
  })

  test('a key that contains itself', () => {
    const key: unknown[] = ['x']
    key.push(key)
    expect(failure(() => encode(...key))).toMatchObject({ code: 'ERR_KEY_PART', context: { path: 'key[1][1]' } })
    expect(failure(() => encodeKey(key as KeyPart[]))).toMatchObject({ context: { path: 'key[1]' } })
  })

  test('nesting of more than 32 levels, however deep', () => {
    const nested = (levels: number): KeyPart[] => {
      let key: KeyPart[] = [1]
      for (let level = 1; level < levels; level++) key = [key]
      return key
    }
    expect(encodeKey(nested(32))).toBe(`${'['.repeat(31)}1${']'.repeat(31)}`)
    expect(failure(() => encodeKey(nested(33)))).toMatchObject({
      code: 'ERR_KEY_DEPTH',
      context: { path: `key${'[0]'.repeat(32)}` },
    })
    expect(failure(() => encodeKey(nested(100_000))).code).toBe('ERR_KEY_DEPTH')
  })

  test.each([[42], [null], [undefined], [{ a: 1 }], [Symbol('s')]])('a key of another type: %s', (key) => {
    expect(failure(() => encodeKey(key as never))).toMatchObject({ code: 'ERR_KEY_PART', context: { path: 'key' } })
  })

  test('the error shows no values', () => {
    const error = failure(() => encode('secret', { password: 'hunter2', broken: () => 'hunter2' }))
    expect(error.message).not.toMatch(/secret|hunter2/)
  })
})

describe('a long key', () => {
  test('keeps its beginning and ends in a hash of the whole', () => {
    const encoded = encodeKey(['search', 'x'.repeat(300)])

    expect(encoded).toBe(`search:${'x'.repeat(208)}~a9ad6ec2a2a128327d9ea2528183aeaabb4f63f2`)
  })

  test('differs where only the part that was cut off differs', () => {
    expect(encodeKey(['x'.repeat(300), 1])).not.toBe(encodeKey(['x'.repeat(300), 2]))
  })

  test('is shortened from the first byte over 256, not of characters', () => {
    expect(isShortenedKey(encodeKey('x'.repeat(256)))).toBe(false)
    expect(isShortenedKey(encodeKey('x'.repeat(257)))).toBe(true)
    expect(isShortenedKey(encodeKey('é'.repeat(128)))).toBe(false)
    expect(isShortenedKey(encodeKey('é'.repeat(129)))).toBe(true)
    expect(isShortenedKey(encodeKey('😀'.repeat(64)))).toBe(false)
    expect(isShortenedKey(encodeKey('😀'.repeat(65)))).toBe(true)
  })

  test.each([0, 1, 2, 3])('is never cut inside a character (%i bytes before it)', (offset) => {
    const encoded = encodeKey('x'.repeat(offset) + '😀'.repeat(100))
    expect(Buffer.from(encoded).toString()).toBe(encoded)
    expect(isShortenedKey(encoded)).toBe(true)
  })

  test('is not mistaken for a string key that ends in a hash of its own', () => {
    const commit = '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12'
    expect(isShortenedKey(`branch~${commit}`)).toBe(false)
    expect(isShortenedKey(`~${commit}`)).toBe(false)
    expect(isShortenedKey(commit)).toBe(false)
    expect(isShortenedKey('')).toBe(false)
    expect(isShortenedKey(`${'x'.repeat(215)}~${commit.toUpperCase()}`)).toBe(false)
    expect(isShortenedKey(`${'x'.repeat(215)}~${commit}`)).toBe(true)
  })
})

describe('a key in a message', () => {
  test('is shown in full up to 64 characters, and cut with an ellipsis beyond', () => {
    expect(displayKey('x'.repeat(64))).toBe('x'.repeat(64))
    expect(displayKey('x'.repeat(65))).toBe(`${'x'.repeat(63)}…`)
  })

  test('cannot break a line, turn the order of writing, or hold half of a character', () => {
    expect(displayKey('a\nb\u2028c\u202ed\u0000')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd')
    expect(displayKey(`${'x'.repeat(62)}😀😀`)).toBe(`${'x'.repeat(62)}\ufffd…`)
  })
})
