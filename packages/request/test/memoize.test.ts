import { createFakeClock, deferredLoader } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { createRequestEvents, memoize } from '../src/index.ts'

describe('memoize', () => {
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

  test('after `clear` nothing loaded before is returned or kept, of any key', async () => {
    const { fn, loader, load } = make()
    await load(1, 'kept')
    const before = fn(2)
    await fn.clear()
    loader.at(1).resolve('old')
    expect(await before).toBe('old')
    expect([await load(1, 'new'), await load(2, 'new')]).toEqual(['new', 'new'])
  })

  test('a result that `unless` speaks of is returned and not kept', async () => {
    let calls = 0
    const fn = memoize(async (id: number) => ({ id, isDraft: ++calls === 1 }), {
      maxEntries: 5,
      unless: ([id], { isDraft }) => id === 7 && isDraft,
    })
    expect([(await fn(7)).isDraft, (await fn(7)).isDraft, (await fn(7)).isDraft, calls]).toEqual([
      true,
      false,
      false,
      2,
    ])
  })

  test('`unless` that throws is a fault: the result is returned and not kept', async () => {
    const events = createRequestEvents()
    const faults: unknown[] = []
    events.on('fault', ({ error }) => faults.push([error.code, (error.cause as Error).message]))
    const unless = (): never => {
      throw new Error('no member')
    }
    let calls = 0
    for (const options of [{ events }, {}]) {
      const fn = memoize(async (id: number) => id + calls++, { maxEntries: 2, unless, ...options })
      calls = 0
      expect([await fn(1), await fn(1)]).toEqual([1, 2])
    }
    expect(faults).toEqual([1, 2].map(() => ['ERR_LISTENER_THREW', 'no member']))
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
      '`memoize` would keep results without bound. Pass `{ maxEntries: 1_000 }`, or use `cache.wrap(fn)` of `@hotpath/core`.',
    ],
    [{ maxEntries: Infinity }, '`memoize` would keep results without bound.'],
    [{ maxEntries: 0 }, '`maxEntries` must be a whole number of at least 1, received 0.'],
    [{ maxEntries: 1, ttl: '5x' }, "`ttl` must have a unit of ms, s, m, h, d, received '5x'."],
    [{ maxEntries: 1, cache: new Map() }, 'Use `cache.wrap(load)` to keep results in a cache.'],
    [{ maxEntries: 1, unless: true }, '`unless` must be a function, received true.'],
    [{ maxEntries: 1, key: 5 }, '`key` must be a function, received 5.'],
  ])('refuses %o', (options, message) => {
    expect(() => memoize(async () => 1, options as never)).toThrow(message)
  })
})
