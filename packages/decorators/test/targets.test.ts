import { describe, expect, test } from 'vitest'
import { CacheEvict, CachePut, Cacheable, Memoize, cacheEvict, cachePut, cacheable } from '../src/index.ts'

// Untyped, as in a program that is not checked.
const decorators = {
  '@Cacheable': () => Cacheable(),
  '@CachePut': () => CachePut({ key: () => 'key' }),
  '@CacheEvict': () => CacheEvict({ keys: ['key'] }),
  '@Memoize': () => Memoize(),
} as unknown as Readonly<Record<string, () => (...args: unknown[]) => void>>

describe.for(Object.entries(decorators))('%s', ([name, make]) => {
  test.for(['field', 'setter', 'accessor', 'class'])('refuses to stand before a %s', (kind) => {
    const context = { kind, name: 'member', static: false, private: false, addInitializer() {} }
    const refused = expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' })
    expect(() => make()(kind === 'field' ? undefined : () => {}, context)).toThrow(refused)
    expect(() => make()(() => {}, context)).toThrow(`\`${name}\` stands before the ${kind} \`member\``)
  })

  test('refuses a field and a setter of legacy code, a class, and plain values', () => {
    const set = { set() {}, get: undefined, configurable: true, enumerable: false }
    for (const args of [[{}, 'field', undefined], [{}, 'field'], [{}, 'setter', set], [Date], [1, 2, 3]]) {
      expect(() => make()(...args)).toThrow(expect.objectContaining({ code: 'ERR_DECORATOR_TARGET' }))
    }
  })

  test('refuses generators', () => {
    const generators = [function* sync() {}, async function* later() {}]
    for (const fn of generators) {
      const context = { kind: 'method', name: 'all', static: false, private: false, addInitializer() {} }
      expect(() => make()(fn, context)).toThrow(/stands before the generator `all`/)
    }
  })
})

describe('options', () => {
  test('a decorator without its parentheses is told so', () => {
    expect(() => Cacheable((() => {}) as never)).toThrow(/Write `@Cacheable\(\)`, with parentheses/)
    expect(() => Memoize((() => {}) as never)).toThrow(/Write `@Memoize\(\)`, with parentheses/)
  })

  test('what is no object is refused', () => {
    for (const options of [() => {}, 'ttl', null, [], 5]) {
      for (const [name, decorate] of Object.entries({ Cacheable, Memoize, CachePut, CacheEvict })) {
        expect(() => decorate(options as never)).toThrow(`\`options of @${name}\` must be an object, received`)
      }
    }
  })

  test.for<[options: object, message: RegExp]>([
    [{ ttl: '5 minutes' }, /`ttl`/],
    [{ ttl: -1 }, /`ttl` must not be negative, received -1/],
    [{ staleWhileRevalidate: '1y' }, /`staleWhileRevalidate`/],
    [{ jitter: 2 }, /`jitter` must be a ratio/],
    [{ errorTtl: 'long' }, /`errorTtl`/],
    [{ key: ['user'] }, /`key` must be a function, received an array/],
    [{ key: null }, /`key` must be a function, received null/],
    [{ name: '' }, /`name` must be a string that is not empty, received ''/],
    [{ name: 5 }, /`name` must be a string that is not empty, received 5/],
    [{ tags: 'users' }, /`tags` must be an array of tags/],
    [{ when: true }, /`when` must be a function, received true/],
    [{ unless: {} }, /`unless` must be a function, received an object/],
  ])('%o is refused where it stands', ([options, message]) => {
    expect(() => Cacheable(options)).toThrow(message)
    expect(() => cacheable(Number, options)).toThrow(message)
  })

  test('a twin needs a function', () => {
    expect(() => cacheable('load' as never)).toThrow(/`cacheable` needs a function, received a string/)
    expect(() => cachePut(null as never, { key: () => 'k' })).toThrow(/`cachePut` needs a function, received null/)
    expect(() => cacheEvict({} as never, { keys: ['k'] })).toThrow(/`cacheEvict` needs a function, received an object/)
  })
})
