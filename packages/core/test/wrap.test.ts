import { flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { make } from './make.ts'

describe('wrap', () => {
  test('keys by name and arguments, and shares one load', async () => {
    const { cache } = make()
    let calls = 0
    async function sum(a: number, b: number): Promise<number> {
      calls++
      return a + b
    }
    const cached = cache.wrap(sum)
    expect(await Promise.all([cached(1, 2), cached(1, 2), cached(2, 1)])).toEqual([3, 3, 3])
    expect(calls).toBe(2)
    expect(cached.key(1, 2)).toEqual(['sum', 1, 2])
    expect(await cache.get(['sum', 1, 2])).toBe(3)
    await cached.invalidate(1, 2)
    await cached(1, 2)
    expect(calls).toBe(3)
  })

  test('takes a key, tags made from arguments and value, and freshness', async () => {
    const { cache, clock } = make()
    const cached = cache.wrap((id: number) => ({ id, owner: 'ann' }), {
      key: (id) => ['doc', id],
      tags: ([id], { owner }) => [`doc:${id}`, `owner:${owner}`],
      ttl: '1s',
    })
    await cached(7)
    expect((await cache.inspect(['doc', 7])).tags).toEqual(['doc:7', 'owner:ann'])
    await cache.invalidateTags(['owner:ann'])
    expect(await cache.has(['doc', 7])).toBe(false)
    await cached(7)
    clock.advance(1_000)
    expect(await cache.has(['doc', 7])).toBe(false)
  })

  test('takes a list of tags and passes `this` on', async () => {
    const { cache } = make()
    const service = {
      prefix: 'hello',
      greet: cache.wrap(
        function greet(this: { prefix: string }, name: string) {
          return `${this.prefix} ${name}`
        },
        { tags: ['greetings'] },
      ),
    }
    expect(await service.greet('ann')).toBe('hello ann')
    expect((await cache.inspect(['greet', 'ann'])).tags).toEqual(['greetings'])
  })

  test('refuses a function with a name that a minifier gave it, unless it is given one', async () => {
    const { cache } = make()
    const t = async (id: number): Promise<number> => id
    expect(() => cache.wrap(t)).toThrow(
      "`wrap` makes its keys from the name of the function, which is called `t`, as by a minifier. Pass `name: 'loadCity'`, or a `key`.",
    )
    expect(cache.wrap(t, { name: 'loadCity' }).key(1)).toEqual(['loadCity', 1])
  })

  test('refuses a function without a name, unless it has a key', async () => {
    const { cache } = make()
    expect(() =>
      cache.wrap(
        (
          () => () =>
            1
        )(),
      ),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_OPTION' }))
    expect(
      await cache.wrap(
        (
          () => () =>
            1
        )(),
        { key: () => 'one' },
      )(),
    ).toBe(1)
  })

  test('a wrong option fails where it stands, a key that throws rejects', async () => {
    const { cache } = make()
    expect(() => cache.wrap(Number, { ttl: 'x' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_DURATION' }),
    )
    expect(() => cache.wrap(Number, { tags: [''] })).toThrow(expect.objectContaining({ code: 'ERR_TAG_INVALID' }))
    const cached = cache.wrap((id: number) => id, {
      key: () => {
        throw new Error('no key')
      },
    })
    await expect(cached(1)).rejects.toThrow('no key')
    await expect(cached.invalidate(1)).rejects.toThrow('no key')
  })

  test('a result that `unless` speaks of is returned and not stored', async () => {
    const { cache } = make()
    let calls = 0
    const cached = cache.wrap(
      function draft(id: number) {
        return { id, isDraft: ++calls === 1 }
      },
      { unless: ([id], { isDraft }) => id === 7 && isDraft },
    )
    expect([await cached(7), await cached(7), await cached(7)].map(({ isDraft }) => isDraft)).toEqual([
      true,
      false,
      false,
    ])
    expect(calls).toBe(2)
  })

  test('a failure is thrown, and not remembered', async () => {
    const { cache } = make({ backoff: false })
    let fail = true
    const cached = cache.wrap(function load() {
      if (fail) throw new Error('down')
      return 'up'
    })
    await expect(cached()).rejects.toThrow('down')
    fail = false
    expect(await cached()).toBe('up')
  })

  test('a key of its own is the one that `key` tells and `invalidate` removes', async () => {
    const { cache } = make()
    const cached = cache.wrap((id: number, locale: string) => `doc ${id} in ${locale}`, { key: (id) => ['doc', id] })
    for (const id of [7, 8]) await cached(id, 'de')
    expect(cached.key(7, 'en')).toEqual(['doc', 7])
    await cached.invalidate(7, 'en')
    expect(await cache.getMany([cached.key(7, ''), cached.key(8, '')])).toEqual([undefined, 'doc 8 in de'])
  })

  test('a namespace wraps within its keys and with its options', async () => {
    const { cache } = make({ ttl: '1h' })
    const cached = cache.namespace('geo', { ttl: '10s' }).wrap(
      function city(id: number) {
        return id
      },
      { ttl: undefined, tags: [] },
    )
    await cached(1)
    expect(await cache.inspect(['geo', 'city', 1])).toMatchObject({ state: 'fresh', ttlLeftMs: 10_000, tags: [] })
  })

  test('null is remembered, undefined is not', async () => {
    const { cache } = make()
    let calls = 0
    const cached = cache.wrap(function find(id: number) {
      calls++
      return id === 0 ? null : undefined
    })
    expect([await cached(0), await cached(0)]).toEqual([null, null])
    expect(calls).toBe(1)
    expect([await cached(1), await cached(1)]).toEqual([undefined, undefined])
    expect(calls).toBe(3)
  })

  test('arguments that cannot be a key reject before the function is called', async () => {
    const { cache } = make()
    let calls = 0
    const cached = cache.wrap(function read(callback: unknown) {
      calls++
      return callback
    })
    await expect(cached(() => 1)).rejects.toMatchObject({ code: 'ERR_KEY_PART' })
    await expect(cached.invalidate(() => 1)).rejects.toMatchObject({ code: 'ERR_KEY_PART' })
    expect(calls).toBe(0)
  })

  test('`tags` or `unless` that throws is a fault: the value is returned, and nothing is stored', async () => {
    const { cache } = make()
    const faults: unknown[] = []
    cache.on('fault', ({ error }) => faults.push([error.code, error.message.split(' ')[0], error.cause]))
    const wrong = new Error('no member')
    const throws = (): never => {
      throw wrong
    }
    const load = async (id: number): Promise<number> => id
    for (const options of [{ tags: throws }, { unless: throws }, { unless: throws, tags: () => ['t'] }]) {
      expect(await cache.wrap(load, { key: (id) => ['k', id], ...options })(1)).toBe(1)
      expect(await cache.has(['k', 1])).toBe(false)
    }
    expect(faults).toEqual(['`tags`', '`unless`', '`unless`'].map((name) => ['ERR_LISTENER_THREW', name, wrong]))
    faults.length = 0
    const rejects = (async () => throws()) as never
    for (const options of [{ tags: rejects }, { unless: rejects }]) {
      expect(await cache.wrap(load, { key: (id) => ['k', id], ...options })(1)).toBe(1)
      expect(await cache.has(['k', 1])).toBe(false)
    }
    expect(faults).toEqual(['`tags`', '`unless`'].map((name) => ['ERR_LISTENER_THREW', name, wrong]))
    faults.length = 0
    expect(await cache.wrap(load, { key: (id) => ['k', id], tags: () => [''] })(1)).toBe(1)
    expect(await cache.has(['k', 1])).toBe(false)
    expect(faults).toEqual([['ERR_LISTENER_THREW', '`tags`', expect.objectContaining({ code: 'ERR_TAG_INVALID' })]])
  })

  test('neither is asked about a value that is not stored', async () => {
    const { cache } = make()
    const asked: string[] = []
    const cached = cache.wrap(async (id: number) => (id === 0 ? undefined : id), {
      name: 'k',
      unless: (_args, id) => asked.push(`unless ${id}`) > 0,
      tags: (_args, id) => (asked.push(`tags ${id}`), []),
    })
    expect([await cached(0), await cached(1)]).toEqual([undefined, 1])
    expect(asked).toEqual(['unless 1'])
  })

  test('a refresh whose `tags` throws leaves the stale value, and nobody fails', async () => {
    const { cache, clock } = make({ ttl: 10, staleWhileRevalidate: 100 })
    let loads = 0
    const cached = cache.wrap(async () => ++loads, { name: 'n', tags: () => (loads > 1 ? (null as never) : ['t']) })
    expect(await cached()).toBe(1)
    clock.advance(10)
    expect(await cached()).toBe(1)
    await flush()
    expect(loads).toBe(2)
    expect(await cached()).toBe(1)
  })
})
