import { describe, expect, test } from 'vitest'
import type { FreshnessOptions } from '@hotpath/contract'
import { type Cache, createCache, createMemoryLog, isHotpathError, memory } from './core.ts'
import { make } from './make.ts'

class Instance {
  readonly id = 1
}

const cyclic: unknown[] = []
cyclic.push(cyclic)

/** Lists in lists. */
function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)]
}

const KEYS: readonly (readonly [what: string, key: unknown, code: string])[] = [
  ['an empty string', '', 'ERR_KEY_EMPTY'],
  ['an empty list', [], 'ERR_KEY_EMPTY'],
  ['nothing', undefined, 'ERR_KEY_PART'],
  ['a number', 42, 'ERR_KEY_PART'],
  ['a function', ['k', () => 1], 'ERR_KEY_PART'],
  ['a symbol', ['k', Symbol('s')], 'ERR_KEY_PART'],
  ['a class instance', ['k', new Instance()], 'ERR_KEY_PART'],
  ['a cycle', cyclic, 'ERR_KEY_PART'],
  ['an invalid date', ['k', new Date(Number.NaN)], 'ERR_KEY_PART'],
  ['nesting without end', ['k', nested(40)], 'ERR_KEY_DEPTH'],
  ['half of a surrogate pair', '\ud800', 'ERR_KEY_MALFORMED'],
]

/** Every method that takes a key. */
const METHODS: Record<string, (cache: Cache, key: never) => Promise<unknown>> = {
  get: (cache, key) => cache.get(key),
  getMany: (cache, key) => cache.getMany(['fine', key]),
  has: (cache, key) => cache.has(key),
  getOrSet: (cache, key) => cache.getOrSet(key, () => 1),
  getOrSetMany: (cache, key) => cache.getOrSetMany(['fine', key], (keys) => keys.map(() => 1)),
  set: (cache, key) => cache.set(key, 1),
  setMany: (cache, key) =>
    cache.setMany([
      { key: 'fine', value: 1 },
      { key, value: 1 },
    ]),
  delete: (cache, key) => cache.delete(key),
  expire: (cache, key) => cache.expire(key),
  inspect: (cache, key) => cache.inspect(key),
}

/** The error of a call that must reject, not throw. */
async function errorOf(call: () => Promise<unknown>): Promise<unknown> {
  const promise = call()
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('bad keys reject in every method, and nothing is stored', () => {
  for (const [what, key, code] of KEYS) {
    test(`${what} is ${code}`, async () => {
      for (const [method, call] of Object.entries(METHODS)) {
        const { cache } = make()
        const error = await errorOf(() => call(cache, key as never))
        expect(isHotpathError(error, code as never), `${method}: ${String(error)}`).toBe(true)
        expect(cache.stats()).toMatchObject({ sets: 0, loads: 0, invalidations: 0 })
        expect(cache.stats().tiers[0]?.usage?.entries).toBe(0)
      }
    })
  }

  test('a hole in a list of keys is ERR_KEY_PART, and nothing is invalidated', async () => {
    const holes = new Array<string>(2)
    holes[1] = 'k'
    const calls: ((cache: Cache) => Promise<unknown>)[] = [
      (cache) => cache.getMany(holes),
      (cache) => cache.getOrSetMany(holes, (keys) => keys.map(() => 1)),
      (cache) => cache.deleteMany(holes),
    ]
    for (const call of calls) {
      const { cache } = make()
      expect(await errorOf(() => call(cache))).toMatchObject({ code: 'ERR_KEY_PART' })
      expect(cache.stats()).toMatchObject({ loads: 0, invalidations: 0, misses: 0 })
    }
  })

  test('peek throws, as it is not asynchronous', () => {
    const { cache } = make()
    expect(() => cache.peek([] as never)).toThrow(expect.objectContaining({ code: 'ERR_KEY_EMPTY' }))
  })
})

describe('bad options of a call', () => {
  const OPTIONS: readonly (readonly [options: object, code: string])[] = [
    [{ ttl: -1 }, 'ERR_CONFIG_DURATION'],
    [{ ttl: Number.NaN }, 'ERR_CONFIG_DURATION'],
    [{ ttl: '5 parsecs' }, 'ERR_CONFIG_DURATION'],
    [{ ttl: null }, 'ERR_CONFIG_DURATION'],
    [{ ttl: false }, 'ERR_CONFIG_DURATION'],
    [{ ttl: '5' }, 'ERR_CONFIG_DURATION'],
    [{ ttl: 1e300 }, 'ERR_CONFIG_DURATION'],
    [{ staleIfError: true }, 'ERR_CONFIG_DURATION'],
    [{ staleWhileRevalidate: '-1s' }, 'ERR_CONFIG_DURATION'],
    [{ negativeTtl: true }, 'ERR_CONFIG_DURATION'],
    [{ backoff: '1 s' }, 'ERR_CONFIG_DURATION'],
    [{ jitter: 2 }, 'ERR_CONFIG_OPTION'],
    [{ refreshAhead: -1 }, 'ERR_CONFIG_OPTION'],
    [{ timeout: 0 }, 'ERR_CONFIG_OPTION'],
    [{ timeout: { soft: 'soon' } }, 'ERR_CONFIG_DURATION'],
    [{ tags: 'country:DE' }, 'ERR_TAG_INVALID'],
    [{ tags: [''] }, 'ERR_TAG_INVALID'],
    [{ tags: [1] }, 'ERR_TAG_INVALID'],
    [{ tags: Array.from({ length: 1_000 }, (_, n) => `t${n}`) }, 'ERR_TAG_COUNT'],
  ]
  for (const [options, code] of OPTIONS) {
    test(`${JSON.stringify(options).slice(0, 40)} is ${code}`, async () => {
      const { cache } = make()
      for (const call of [
        () => cache.getOrSet('k', () => 1, options),
        () => cache.getOrSetMany(['k'], () => [1], options),
        () => cache.set('k', 1, options),
        () =>
          cache.setMany([
            { key: 'k', value: 1 },
            { key: 'l', value: 1, ...options },
          ] as never),
      ]) {
        const error = await errorOf(call)
        expect(isHotpathError(error, code as never), String(error)).toBe(true)
      }
      expect(cache.stats()).toMatchObject({ sets: 0, loads: 0, invalidations: 0 })
    })
  }

  test('a token that no write resolved to is an error', async () => {
    const { cache } = make()
    for (const after of ['', 'x', 'e.-1', 5, null] as never[]) {
      for (const call of [
        () => cache.get('k', { after }),
        () => cache.getMany(['k'], { after }),
        () => cache.getOrSet('k', () => 1, { after }),
        () => cache.getOrSetMany(['k'], () => [1], { after }),
        () => cache.has('k', { after }),
        () => cache.set('k', 1, { asOf: after }),
        () => cache.setMany([{ key: 'k', value: 1 }], { asOf: after }),
        () => cache.setMany([{ key: 'k', value: 1, asOf: after }]),
      ]) {
        expect(isHotpathError(await errorOf(call), 'ERR_TOKEN_INVALID')).toBe(true)
      }
    }
    expect(cache.stats()).toMatchObject({ sets: 0, loads: 0, invalidations: 0, hits: 0, misses: 0 })
  })

  test('tags, prefixes, patterns and namespaces are checked', async () => {
    const { cache } = make()
    const long = 'x'.repeat(300)
    for (const [call, code] of [
      [() => cache.invalidateTags(['']), 'ERR_TAG_INVALID'],
      [() => cache.expireTags('t' as never), 'ERR_TAG_INVALID'],
      [() => cache.invalidatePrefix([]), 'ERR_KEY_EMPTY'],
      [() => cache.invalidatePrefix([long]), 'ERR_KEY_PREFIX_LENGTH'],
      [() => cache.invalidatePattern(''), 'ERR_PATTERN_INVALID'],
      [() => cache.invalidatePattern('a\\'), 'ERR_PATTERN_INVALID'],
      [() => cache.invalidatePattern(5 as never), 'ERR_PATTERN_INVALID'],
    ] as const) {
      expect(isHotpathError(await errorOf(call), code), code).toBe(true)
    }
    expect(cache.stats().invalidations).toBe(0)
    expect(() => cache.namespace(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_KEY_PART' }))
    expect(() => cache.namespace('')).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_EMPTY', message: expect.stringContaining("needs a name, received ''") }),
    )
    expect(() => cache.namespace(long)).toThrow(expect.objectContaining({ code: 'ERR_KEY_PREFIX_LENGTH' }))
  })

  test('one bad entry of many stores none of them', async () => {
    const { cache } = make()
    const entries = [
      { key: 'fine', value: 1 },
      { key: 'k', value: undefined },
    ]
    expect(isHotpathError(await errorOf(() => cache.setMany(entries)), 'ERR_VALUE_UNDEFINED')).toBe(true)
    expect(cache.stats()).toMatchObject({ sets: 0, invalidations: 0 })
    expect(cache.peek('fine')).toBeUndefined()
  })

  test('warm reports what is wrong with each item, and namespaces and wraps throw where they stand', async () => {
    const { cache } = make()
    const items = ['', { key: [() => 1], value: 1 }, { key: 'k', value: 1, tags: [''] }, { key: 'k', value: undefined }]
    const { warmed, errors } = await cache.warm(items as never, { load: () => 1, concurrency: 1 })
    const codes = errors.map((error) => isHotpathError(error) && error.code)
    expect(codes).toEqual(['ERR_KEY_EMPTY', 'ERR_KEY_PART', 'ERR_TAG_INVALID', 'ERR_VALUE_UNDEFINED'])
    expect(warmed).toBe(0)
    expect(cache.stats()).toMatchObject({ sets: 0, loads: 0, invalidations: 0 })
    for (const call of [
      (bad: FreshnessOptions) => cache.namespace('n', bad),
      (bad: FreshnessOptions) => cache.wrap(Number, bad),
    ]) {
      expect(() => call({ jitter: -1 })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    }
  })

  test('a loader that is no function, and loaders of many that answer something else', async () => {
    const { cache } = make({ backoff: false })
    expect(isHotpathError(await errorOf(() => cache.getOrSet('k', 5 as never)), 'ERR_CONFIG_OPTION')).toBe(true)
    expect(isHotpathError(await errorOf(() => cache.getOrSetMany(['k'], {} as never)), 'ERR_CONFIG_OPTION')).toBe(true)
    expect(() => cache.wrap(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    for (const answer of [undefined, null, 5, [], [1, 2]]) {
      const error = await errorOf(() => cache.getOrSetMany(['k'], () => answer as never))
      expect(isHotpathError(error, 'ERR_LOAD_RESULT'), String(answer)).toBe(true)
    }
  })
})

describe('bad options of a cache', () => {
  const OPTIONS: readonly (readonly [options: object | undefined, code: string])[] = [
    [undefined, 'ERR_CONFIG_OPTION'],
    [{}, 'ERR_CONFIG_OPTION'],
    [{ name: '' }, 'ERR_CONFIG_OPTION'],
    [{ name: 'has space' }, 'ERR_CONFIG_OPTION'],
    [{ name: 'x'.repeat(65) }, 'ERR_CONFIG_OPTION'],
    [{ name: 'a' }, 'ERR_CONFIG_OPTION'],
    [{ name: 'a', tiers: [] }, 'ERR_CONFIG_OPTION'],
    [{ name: 'a', tiers: [{}] }, 'ERR_CONFIG_OPTION'],
    [{ name: 'a', tiers: [memory({ maxEntries: 1 })], ttl: 'x' }, 'ERR_CONFIG_DURATION'],
    [{ name: 'a', tiers: [memory({ maxEntries: 1 })], tierTimeout: -1 }, 'ERR_CONFIG_DURATION'],
  ]
  for (const [options, code] of OPTIONS) {
    test(`${JSON.stringify(options)?.slice(0, 60)} is ${code}`, () => {
      expect(() => createCache(options as never)).toThrow(expect.objectContaining({ code }))
    })
  }

  test('bounds must be positive and finite', () => {
    for (const options of [undefined, {}, { maxEntries: Infinity }, { maxBytes: Infinity }]) {
      expect(() => memory(options as never)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }))
    }
    for (const maxEntries of [0, -1, 1.5, '10' as never]) {
      expect(() => memory({ maxEntries })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    }
    expect(() => memory({ maxBytes: '1 lot' as never })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_BYTES' }))
    expect(() => createMemoryLog({ maxEntries: Infinity })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_UNBOUNDED' }),
    )
  })

  test('every message names its subject in backticks and says the way out', () => {
    for (const [options] of OPTIONS) {
      try {
        createCache(options as never)
      } catch (error) {
        expect((error as Error).message).toMatch(/`[^`]+`.*\. (Use|Leave|Pass)/s)
      }
    }
  })
})
