/** Options that do not exist or have another type, at every door: refused before anything is loaded or stored. */
import { describe, expect, test } from 'vitest'
import { type Cache, createCache, createMemoryLog, memory } from './core.ts'
import { lru } from '../src/memory/lru.ts'
import { tinyLfu } from '../src/memory/tiny-lfu.ts'
import { make } from './make.ts'

type Call = (cache: Cache, options: never) => unknown

const load = (): number => 1

/** The doors that read or write, with an option of each that is of the wrong type. */
const METHODS: Readonly<Record<string, readonly [Call, object]>> = {
  get: [(cache, options) => cache.get('k', options), { stale: 'yes' }],
  getMany: [(cache, options) => cache.getMany(['k'], options), { stale: 1 }],
  has: [(cache, options) => cache.has('k', options), { stale: null }],
  getOrSet: [(cache, options) => cache.getOrSet('k', load, options), { refresh: 'true' }],
  getOrSetMany: [(cache, options) => cache.getOrSetMany(['k'], () => [1], options), { signal: {} }],
  set: [(cache, options) => cache.set('k', 1, options), { queue: 'yes' }],
  setMany: [(cache, options) => cache.setMany([{ key: 'k', value: 1 }], options), { queue: 1 }],
  delete: [(cache, options) => cache.delete('k', options), { queue: 1 }],
  expire: [(cache, options) => cache.expire('k', options), { queue: 1 }],
  invalidateTags: [(cache, options) => cache.invalidateTags(['t'], options), { queue: 1 }],
  expireTags: [(cache, options) => cache.expireTags(['t'], options), { queue: 1 }],
  invalidatePrefix: [(cache, options) => cache.invalidatePrefix('k', options), { queue: 1 }],
  invalidatePattern: [(cache, options) => cache.invalidatePattern('k*', options), { queue: 1 }],
  clear: [(cache, options) => cache.clear(options), { queue: 1 }],
  wrap: [async (cache, options) => cache.wrap(load, options), { key: 'user' }],
  warm: [(cache, options) => cache.warm([{ key: 'k', value: 1 }], options), { concurrency: '8' }],
  namespace: [async (cache, options) => cache.namespace('n', options), { jitter: '0.1' }],
}

describe.each(Object.entries(METHODS))('%s', (method, [call, wrong]) => {
  test.each([
    ['an option that is unknown', { unknown: 1 }, `\`${method}\` has no option \`unknown\``],
    ['a number', 1_000, `\`options of ${method}\` must be an object, received 1000`],
    ['null', null, `\`options of ${method}\` must be an object, received null`],
    ['an option of the wrong type', wrong, `\`${Object.keys(wrong)[0]}\``],
  ])('refuses %s, and changes nothing', async (_, options, message) => {
    const { cache } = make()
    await cache.set('other', 1)
    const before = cache.position()
    await expect((async () => call(cache, options as never))()).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining(message),
    })
    expect([cache.position(), cache.peek('k'), cache.peek('other')]).toEqual([before, undefined, 1])
    expect(cache.stats()).toMatchObject({ loads: 0, misses: 0 })
  })

  test('takes options that are undefined', async () => {
    const { cache } = make()
    await call(cache, { unknown: undefined } as never)
  })
})

describe('options that caches are made of', () => {
  const tiers = [memory({ maxEntries: 10 })]
  test.each([
    [
      () => createCache({ name: 'x', tiers, tll: '1s' } as never),
      '`createCache` has no option `tll`. Did you mean `ttl`?',
    ],
    [() => createCache({ name: 'x', tiers, tierTimout: 1 } as never), 'Did you mean `tierTimeout`?'],
    [() => createCache({ name: 'x', tiers, lease: 'no' as never }), "`lease` must be `true` or `false`, received 'no'"],
    [() => createCache({ name: 'x', tiers, clock: Date as never }), '`clock` must be a Clock, received a function'],
    [() => createCache({ name: 'x', tiers, random: 0.5 as never }), '`random` must be a function, received 0.5'],
    [() => createCache({ name: 'x', tiers, log: {} as never }), '`log` must be a function, received an object'],
    [() => createCache({ name: 5 as never, tiers }), '`name` must be 1 to 64 letters'],
    [() => createCache({ name: 5 as never, tiers }), 'received 5.'],
    [() => createCache({ name: 'x', tiers: memory({ maxEntries: 1 }) as never }), 'tiers, received an object'],
    [() => createCache(undefined as never), '`options of createCache` must be an object, received undefined'],
    [() => createCache({ name: 'x', tiers, timeout: { soft: '2s', hard: '1s' } }), '`timeout.soft` must be at most'],
    [() => memory({ maxEntries: '500' as never }), "`maxEntries` must be a whole number from 1, received '500'"],
    [
      () => createCache({ name: 'x', tiers: [memory({ maxEntries: 1, policy: lru as never })] }),
      'Call it: `policy: lru()`, not `policy: lru`.',
    ],
    [
      () => createCache({ name: 'x', tiers: [memory({ maxEntries: 1, policy: () => null as never })] }),
      'received null',
    ],
    [
      () => createCache({ name: 'x', tiers, shared: {} as never }),
      "`shared` must be `shared` of '@hotpath/core/shared', received an object.",
    ],
    [
      () => (lru as (options: object) => unknown)({ maxEntries: 5 }),
      '`lru` has no option `maxEntries`. It takes none.',
    ],
    [() => tinyLfu({ x: 1 } as never), '`tinyLfu` has no option `x`. Use one of `seed`.'],
    [() => tinyLfu(500 as never), '`options of tinyLfu` must be an object, received 500.'],
    [() => (lru as (options: unknown) => unknown)(null), '`options of lru` must be an object, received null.'],
    [() => tinyLfu({ seed: 0.5 }), '`seed` must be a whole number from 1, received 0.5.'],
    [() => tinyLfu({ seed: 'a' as never }), "`seed` must be a whole number from 1, received 'a'."],
    [
      () => createCache({ name: 'x', tiers: [memory({ maxEntries: 1, policy: tinyLfu as never })] }),
      'Call it: `policy: lru()`, not `policy: lru`.',
    ],
    [() => memory({ max: 500 } as never), '`memory` has no option `max`.'],
    [() => memory({ maxEntries: 1, sizeof: () => 1 } as never), 'Did you mean `sizeOf`?'],
    [() => memory(500 as never), '`options of memory` must be an object, received 500'],
    [() => createMemoryLog({ maxEntry: 1 } as never), 'Did you mean `maxEntries`?'],
    [() => createMemoryLog({ maxEntries: '5' as never }), "received '5'"],
  ])('%s is refused', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining(message) }))
  })
})

test('a loader in the place of the options is told where it belongs', async () => {
  const { cache } = make()
  const swapped = (cache.getOrSet as (...args: unknown[]) => Promise<unknown>)('k', { ttl: '5m' }, () => 1)
  await expect(swapped).rejects.toThrow('The loader comes before the options: `(key, loader, options)`.')
  const many = (cache.getOrSetMany as (...args: unknown[]) => Promise<unknown>)(['k'], { ttl: '5m' }, () => [1])
  await expect(many).rejects.toThrow('The loader comes before the options')
  // A promise in the place of the loader is not to be awaited.
  const begun = cache.getOrSet('k', Promise.resolve(1) as never)
  await expect(begun).rejects.toThrow('received a Promise. Use for example `() => db.city(42)`.')
})

test('the milliseconds that other libraries take in the place of options are refused with the way out', async () => {
  const { cache } = make()
  await expect(cache.set('k', 1, 1_000 as never)).rejects.toThrow('Write `{ ttl: 1000 }`, in milliseconds.')
})

test('an entry of many is refused like the options of one', async () => {
  const { cache } = make()
  const entries = (entry: object): never =>
    [
      { key: 'a', value: 1 },
      { key: 'k', value: 1, ...entry },
    ] as never
  await expect(cache.setMany(entries({ tll: 1 }))).rejects.toThrow(
    '`an entry of setMany` has no option `tll`. Did you mean `ttl`?',
  )
  await expect(cache.setMany(entries({ queue: true }))).rejects.toThrow('has no option `queue`')
  expect(cache.peek('a')).toBeUndefined()
  const { errors } = await cache.warm(entries({ tag: ['t'] }))
  expect(errors).toMatchObject([{ message: expect.stringContaining('Did you mean `tags`?') }])
})

test('what a loader sets is checked, too', async () => {
  const { cache } = make()
  const failing = cache.getOrSet('k', ({ setTtl }) => setTtl({ tll: 1 } as never))
  await expect(failing).rejects.toThrow('`setTtl` has no option `tll`. Did you mean `ttl`?')
})

describe('tags that are no list of tags', () => {
  const entries = [{ key: 'k', value: 1 }]
  const doors: Readonly<Record<string, (cache: Cache, tags: never) => unknown>> = {
    getOrSet: (cache, tags) => cache.getOrSet('k', load, { tags }),
    getOrSetMany: (cache, tags) => cache.getOrSetMany(['k'], () => [1], { tags }),
    'getOrSetMany of nothing': (cache, tags) => cache.getOrSetMany([], () => [], { tags }),
    set: (cache, tags) => cache.set('k', 1, { tags }),
    setMany: (cache, tags) => cache.setMany(entries, { tags }),
    'setMany of nothing': (cache, tags) => cache.setMany([], { tags }),
    'an entry of setMany': (cache, tags) => cache.setMany([{ key: 'k', value: 1, tags }]),
    'an entry with tags of its own': (cache, tags) => cache.setMany([{ key: 'k', value: 1, tags: [] }], { tags }),
    'warm with a loader': (cache, tags) => cache.warm(['k'], { load, tags }),
    'warm with entries': (cache, tags) => cache.warm(entries, { tags }),
    addTags: (cache, tags) =>
      cache.getOrSet('k', ({ addTags }) => {
        addTags(tags)
        return 1
      }),
  }
  const wrong: Readonly<Record<string, unknown>> = {
    'a function': () => ['t'],
    'an async function': async () => ['t'],
    'an empty string': '',
    null: null,
    zero: 0,
    false: false,
    'an object': {},
    'an empty set': new Set(),
    'a list of something else': [''],
  }

  describe.each(Object.entries(doors))('%s', (door, call) => {
    test.each(Object.entries(wrong))('refuses %s, and stores nothing', async (_, tags) => {
      const { cache } = make()
      await expect((async () => call(cache, tags as never))()).rejects.toMatchObject({
        code: 'ERR_TAG_INVALID',
        message: expect.stringMatching(door === 'addTags' ? /^`addTags/ : /^`tags/),
      })
      expect(cache.peek('k')).toBeUndefined()
    })
  })

  test.each(Object.entries(wrong))(
    '%s that a function of wrap returns is a fault, and nothing is stored',
    async (_, tags) => {
      const { cache } = make()
      const faults: unknown[] = []
      cache.on('fault', ({ error }) => faults.push((error.cause as { code?: string }).code))
      const wrapped = cache.wrap(load, { key: () => 'k', tags: () => tags as never })
      expect([await wrapped(), cache.peek('k'), faults]).toEqual([1, undefined, ['ERR_TAG_INVALID']])
    },
  )
})

test('what `peek` is told is checked where nothing is found', async () => {
  const { cache } = make()
  expect(() => cache.peek('k', { stal: true } as never)).toThrow('`peek` has no option `stal`. Did you mean `stale`?')
  await cache.set('k', 1)
  expect(cache.peek('k', { stal: true } as never)).toBe(1)
})

test('what is no loader is refused by `warm`, with one that would be', async () => {
  const { cache } = make()
  await expect(cache.warm(['a'], { load: 5 as never })).rejects.toThrow(
    '`load` must be a function, received 5. Use for example `({ key }) => db.find(key)`, or pass entries',
  )
})

test('a hit in memory checks nothing', async () => {
  const { cache } = make()
  await cache.set('k', 1)
  const options = new Proxy({ tll: 1 } as never, {
    ownKeys: () => {
      throw new Error('looked at')
    },
  })
  expect(await cache.getOrSet('k', () => 2, options)).toBe(1)
  expect(await cache.get('k', options)).toBe(1)
})

describe('a promise in the place of a value', () => {
  test.each([
    ['set', (cache: Cache, value: unknown) => cache.set('k', value)],
    [
      'setMany',
      (cache: Cache, value: unknown) =>
        cache.setMany([
          { key: 'a', value: 1 },
          { key: 'k', value },
        ]),
    ],
  ])('is refused by %s, which stores nothing', async (_, store) => {
    const { cache } = make()
    const before = cache.position()
    await expect(store(cache, Promise.resolve(1))).rejects.toMatchObject({
      code: 'ERR_VALUE_PROMISE',
      message: 'The value of `k` is a promise. Await it first, or let `getOrSet` load it.',
    })
    // As query builders have it.
    // oxlint-disable-next-line unicorn/no-thenable -- that is the point
    await expect(store(cache, { then: () => {} })).rejects.toMatchObject({ code: 'ERR_VALUE_PROMISE' })
    expect([cache.peek('a'), cache.peek('k'), cache.position()]).toEqual([undefined, undefined, before])
  })

  test('is awaited where a loader returns it among many', async () => {
    const { cache } = make()
    expect(await cache.getOrSetMany(['a', 'b'], () => [Promise.resolve(1), 2] as never)).toEqual([1, 2])
    expect(cache.peek('a')).toBe(1)
  })
})
