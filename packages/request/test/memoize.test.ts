import { createCache, memory } from '@hotpath/core'
import { createFakeClock, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { currentCall, memoize } from '../src/index.ts'

function inCache() {
  const clock = createFakeClock()
  const cache = createCache({ name: 'memo', tiers: [memory({ maxEntries: 100 })], clock, random: () => 0.5 })
  const loader = deferredLoader<{ id: number; owner: string } | undefined, number>()
  const signals: AbortSignal[] = []
  function docOf(id: number): Promise<{ id: number; owner: string } | undefined> {
    signals.push(currentCall().signal)
    return loader(id)
  }
  return { clock, cache, loader, signals, docOf }
}

describe('memoize in a cache', () => {
  test('answers from the cache, under a key of name and arguments', async () => {
    const { cache, loader, docOf } = inCache()
    const fn = memoize(docOf, { cache })
    const calls = [fn(7), fn(7)]
    await flush()
    loader.at(0).resolve({ id: 7, owner: 'ann' })
    expect(await Promise.all(calls)).toEqual([
      { id: 7, owner: 'ann' },
      { id: 7, owner: 'ann' },
    ])
    expect(await cache.get(['docOf', 7])).toEqual({ id: 7, owner: 'ann' })
    await fn(7)
    expect(loader.calls).toHaveLength(1)
  })

  test('takes a key, freshness, and tags made from arguments and result', async () => {
    const { cache, clock, loader, docOf } = inCache()
    const fn = memoize(docOf, {
      cache,
      key: (id) => ['doc', id],
      tags: ([id], doc) => [`doc:${id}`, `owner:${doc?.owner}`],
      ttl: '1s',
    })
    const load = async (): Promise<void> => {
      const call = fn(7)
      await flush()
      loader.at(loader.calls.length - 1).resolve({ id: 7, owner: 'ann' })
      await call
    }
    await load()
    expect((await cache.inspect(['doc', 7])).tags).toEqual(['doc:7', 'owner:ann'])
    await cache.invalidateTags(['owner:ann'])
    await load()
    expect(loader.calls).toHaveLength(2)
    clock.advance(1_000)
    await load()
    expect(loader.calls).toHaveLength(3)
    await fn.invalidate(7)
    await load()
    expect(loader.calls).toHaveLength(4)
  })

  test('does not keep `undefined`, and makes no tags of it', async () => {
    const { cache, loader, docOf } = inCache()
    const fn = memoize(docOf, { cache, tags: (_args, doc) => [(doc as { owner: string }).owner] })
    const call = fn(7)
    await flush()
    loader.at(0).resolve(undefined)
    expect(await call).toBeUndefined()
    void fn(7)
    await flush()
    expect(loader.calls).toHaveLength(2)
    loader.at(1).resolve(undefined)
  })

  test('a signal detaches its caller, the last one aborts the load', async () => {
    const { cache, signals, docOf } = inCache()
    const fn = memoize(docOf, { cache })
    const controllers = [new AbortController(), new AbortController()]
    const calls = controllers.map(({ signal }) =>
      fn
        .with({ signal })(7)
        .catch((error: Error) => error.message),
    )
    await flush()
    controllers[0]?.abort(new Error('one left'))
    await flush()
    expect(signals[0]?.aborted).toBe(false)
    controllers[1]?.abort(new Error('all left'))
    await flush()
    expect(signals[0]?.aborted).toBe(true)
    expect(await Promise.all(calls)).toEqual(['one left', 'all left'])
  })

  test('a key that cannot be made is a rejection', async () => {
    const { cache } = inCache()
    const fn = memoize(async (value: unknown) => value, { cache, name: 'any' })
    await expect(fn(Symbol('s'))).rejects.toMatchObject({ code: 'ERR_KEY_PART' })
  })

  test('refuses what cannot be a cache, options that are wrong, and a function without a name', () => {
    const { cache, docOf } = inCache()
    expect(() => memoize(docOf, { cache: {} as never })).toThrow(
      '`cache` must be a cache, received an object. Use `createCache()` of `@hotpath/core`.',
    )
    expect(() => memoize(docOf, { cache, ttl: -1 })).toThrow('`ttl` must not be negative, received -1.')
    expect(() => memoize(docOf, { cache, tags: [''] })).toThrow(expect.objectContaining({ code: 'ERR_TAG_INVALID' }))
    expect(() =>
      memoize(
        (
          () => () =>
            1
        )(),
        { cache },
      ),
    ).toThrow(
      "`memoize` makes its keys from the name of the function, which has no name. Pass `name: 'loadCity'`, or a `key`.",
    )
    const t = docOf.bind(undefined)
    Object.defineProperty(t, 'name', { value: 't' })
    expect(() => memoize(t, { cache })).toThrow('which is called `t`, as by a minifier.')
    expect(memoize(t, { cache, name: 'docOf' })).toBeTypeOf('function')
  })
})

describe('memoize in this process', () => {
  function make(maxEntries = 2) {
    const clock = createFakeClock()
    const loader = deferredLoader<string | null | undefined, number>()
    const fn = memoize((id: number) => loader(id), { maxEntries, ttl: '1s', clock })
    const load = async (id: number, value: string | null | undefined): Promise<unknown> => {
      const before = loader.calls.length
      const call = fn(id)
      if (loader.calls.length > before) loader.at(before).resolve(value)
      return call
    }
    return { clock, loader, fn, load }
  }

  test('keeps results for their ttl, `null` among them and `undefined` not', async () => {
    const { clock, load, loader } = make(9)
    expect(await load(1, 'one')).toBe('one')
    expect(await load(2, null)).toBeNull()
    await load(3, undefined)
    clock.advance(999)
    expect([await load(1, 'new'), await load(2, 'new'), await load(3, 'new')]).toEqual(['one', null, 'new'])
    clock.advance(1)
    expect(await load(1, 'newer')).toBe('newer')
    expect(loader.calls).toHaveLength(5)
  })

  test('keeps as many as it may, and forgets the least recently used', async () => {
    const { load } = make(2)
    await load(1, 'one')
    await load(2, 'two')
    await load(1, 'not loaded')
    await load(3, 'three')
    expect(await load(1, 'new')).toBe('one')
    expect(await load(2, 'new')).toBe('new')
  })

  test('shares a call in progress, and no error', async () => {
    const { fn, loader, load } = make()
    const calls = [fn(1), fn(1)].map((call) => call.catch((error: Error) => error.message))
    loader.at(0).reject(new Error('down'))
    expect(await Promise.all(calls)).toEqual(['down', 'down'])
    expect(await load(1, 'up')).toBe('up')
  })

  test('after `invalidate` nothing loaded before is answered or kept', async () => {
    const { fn, loader, load } = make()
    await load(1, 'kept')
    await fn.invalidate(1)
    const before = fn(1)
    await fn.invalidate(1)
    const after = fn(1)
    loader.at(1).resolve('old')
    loader.at(2).resolve('new')
    expect([await before, await after]).toEqual(['old', 'new'])
    expect(await load(1, 'never')).toBe('new')
  })

  test('what lands after it was invalidated is not kept', async () => {
    const { fn, loader, load } = make()
    const before = fn(1)
    await fn.invalidate(1)
    loader.at(0).resolve('old')
    await before
    expect(await load(1, 'new')).toBe('new')
  })

  test('a call for the key within the call for the key is a clear error', async () => {
    const fn: (id: number) => Promise<number> = memoize(async (id: number): Promise<number> => fn(id), {
      maxEntries: 1,
    })
    await expect(fn(1)).rejects.toMatchObject({ code: 'ERR_REQUEST_CYCLE' })
  })

  test.each<[object, string]>([
    [
      {},
      '`memoize` would keep results without bound. Pass `{ cache }`, or `{ maxEntries: 1_000 }` to keep so many in this process.',
    ],
    [{ maxEntries: Infinity }, '`memoize` would keep results without bound.'],
    [{ maxEntries: 0 }, '`maxEntries` must be a whole number of at least 1, received 0.'],
    [{ maxEntries: 1, ttl: '5x' }, "`ttl` must have a unit of ms, s, m, h, d, received '5x'."],
    [{ maxEntries: 1, key: 5 }, '`key` must be a function, received 5.'],
  ])('refuses %o', (options, message) => {
    expect(() => memoize(async () => 1, options as never)).toThrow(message)
  })
})
