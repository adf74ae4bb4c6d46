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
})
