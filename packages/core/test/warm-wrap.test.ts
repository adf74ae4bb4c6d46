import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type LoadContext, type SetEntry, type WarmReport, isHotpathError } from '../src/index.ts'
import { make } from './make.ts'

describe('warm', () => {
  test('loads the keys that are missing, a few at a time', async () => {
    const { cache } = make()
    await cache.set('b', 'there')
    const load = deferredLoader<string, LoadContext>()
    const reports: WarmReport[] = []
    const done = cache.warm(['a', 'b', 'c', 'd'], {
      load,
      concurrency: 2,
      onProgress: (report) => reports.push(report),
    })
    await flush()
    expect(load.calls.map(({ argument }) => argument.key)).toEqual(['a', 'c'])
    load.at(0).resolve('A')
    await flush()
    expect(load.calls).toHaveLength(3)
    load.at(1).resolve('C')
    await flush()
    load.at(2).resolve('D')
    expect(await done).toEqual({ warmed: 4, failed: 0, errors: [] })
    expect(reports.map(({ warmed }) => warmed)).toEqual([1, 2, 3, 4])
    expect(await cache.getMany(['a', 'b', 'c', 'd'])).toEqual(['A', 'there', 'C', 'D'])
  })

  test('stores entries, also from an async iterable, with their own options', async () => {
    const { cache } = make()
    async function* rows(): AsyncGenerator<SetEntry> {
      yield { key: ['city', 1], value: 'Ulm', tags: ['country:DE'] }
      yield { key: ['city', 2], value: 'Graz', ttl: '1s' }
    }
    expect(await cache.warm(rows(), { tags: ['city'], ttl: '1h' })).toMatchObject({ warmed: 2 })
    expect(await cache.inspect(['city', 1])).toMatchObject({ tags: ['country:DE'], ttlLeftMs: 3_600_000 })
    expect(await cache.inspect(['city', 2])).toMatchObject({ tags: ['city'], ttlLeftMs: 1_000 })
  })

  test('does not bring back what was invalidated while it ran', async () => {
    const { cache } = make()
    async function* rows(): AsyncGenerator<SetEntry> {
      await cache.invalidateTags(['t'])
      yield { key: 'k', value: 'read before', tags: ['t'] }
    }
    await cache.warm(rows())
    expect(cache.peek('k')).toBeUndefined()
  })

  test('goes on past failures and keeps the first ten', async () => {
    const { cache } = make()
    const keys = Array.from({ length: 15 }, (_, n) => ['k', n] as const)
    const load = ({ key }: LoadContext): unknown => {
      if (key[1] === 0) return 'first'
      throw new Error(`no ${String(key[1])}`)
    }
    const report = await cache.warm(keys, { load, concurrency: 4 })
    expect(report).toMatchObject({ warmed: 1, failed: 14 })
    expect(report.errors).toHaveLength(10)
  })

  test('a key without `load` is an error of that key', async () => {
    const { cache } = make()
    const { errors } = await cache.warm(['k'])
    expect(isHotpathError(errors[0], 'ERR_CONFIG_OPTION')).toBe(true)
  })

  test('stops when its signal says so, and leaves nothing running', async () => {
    const { cache } = make()
    const controller = new AbortController()
    const load = deferredLoader<number, LoadContext>()
    const done = cache.warm(['a', 'b', 'c'], { load, concurrency: 1, signal: controller.signal })
    await flush()
    controller.abort(new Error('enough'))
    await expect(done).rejects.toThrow('enough')
    expect(load.calls).toHaveLength(1)
    expect(load.at(0).argument.signal.aborted).toBe(true)
  })

  test('a listener that throws ends it with that error, and a source that throws with its own', async () => {
    const { cache } = make()
    const onProgress = (): never => {
      throw new Error('listener')
    }
    const entries = [1, 2, 3].map((value) => ({ key: ['k', value], value }))
    await expect(cache.warm(entries, { onProgress })).rejects.toThrow('listener')
    function* broken(): Generator<SetEntry> {
      yield { key: 'a', value: 1 }
      throw new Error('source')
    }
    await expect(cache.warm(broken())).rejects.toThrow('source')
    await flush()
  })

  test('needs a positive concurrency', async () => {
    const { cache } = make()
    for (const concurrency of [0, -1, 1.5, Number.NaN]) {
      await expect(cache.warm([], { concurrency })).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    }
  })
})

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
