import { createRandom, deferred, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type LoadContext, type SetEntry, type WarmReport } from './core.ts'
import { make } from './make.ts'

describe('warm', () => {
  test('loads the keys that are missing, a few at a time', async () => {
    const { cache } = make()
    // The first call loads the code for it.
    await cache.warm([])
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

  test('a key without `load` is a mistake of the program, and no failure that is counted', async () => {
    const { cache } = make()
    await expect(cache.warm(['k'])).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    // Entries need none.
    await expect(cache.warm([{ key: 'a', value: 1 }])).resolves.toMatchObject({ warmed: 1, failed: 0 })
    await expect(cache.warm([{ key: 'b', value: 1 }, 'k'])).rejects.toThrow('`warm` got a key but no `load`')
    expect(cache.peek('b')).toBe(1)
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

  test('never has more under way than it may, and as many as it may, in whatever order they end', async () => {
    for (const [concurrency, expected] of [
      [1, 1],
      [3, 3],
      [undefined, 8],
    ] as const) {
      const { cache } = make()
      const random = createRandom(7)
      const open: ReturnType<typeof deferred<number>>[] = []
      let peak = 0
      const load = (): Promise<number> => {
        const one = deferred<number>()
        open.push(one)
        peak = Math.max(peak, open.length)
        return one.promise
      }
      const keys = Array.from({ length: 20 }, (_, n) => ['k', n] as const)
      const done = cache.warm(keys, { load, concurrency })
      for (let ended = 0; ended < 20; ended++) {
        await flush()
        open.splice(random.int(open.length), 1)[0]?.resolve(ended)
      }
      expect(await done).toEqual({ warmed: 20, failed: 0, errors: [] })
      expect(peak).toBe(expected)
    }
  })

  test('loads keys of an async iterable into a namespace, with the options of the call', async () => {
    const { cache } = make({ ttl: '1h' })
    async function* ids(): AsyncGenerator<readonly [number]> {
      for (const id of [1, 2]) yield [id]
    }
    const cities = cache.namespace('city', { ttl: '10s' })
    await cities.warm(ids(), { load: ({ key }) => key, tags: ['warm'], staleIfError: '5s' })
    expect(await cache.inspect(['city', 2])).toMatchObject({ tags: ['warm'], ttlLeftMs: 10_000, lifeLeftMs: 15_000 })
    expect(await cities.get([1])).toEqual([1])
    expect(cities.stats()).toMatchObject({ loads: 2, sets: 0 })
  })

  test('progress counts failures as they come', async () => {
    const { cache } = make()
    const counts: (readonly [warmed: number, failed: number])[] = []
    const load = ({ key }: LoadContext): unknown => {
      if (key === 'b') throw new Error('no b')
      return key
    }
    const onProgress = ({ warmed, failed }: WarmReport): void => void counts.push([warmed, failed])
    const report = await cache.warm(['a', 'b', 'c'], { load, concurrency: 1, onProgress })
    expect(counts).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
    ])
    expect(report.errors).toEqual([new Error('no b')])
  })

  test('an entry that says what it is current at is judged there', async () => {
    const { cache } = make()
    const before = cache.position()
    await cache.invalidateTags(['t'])
    const entries = [
      { key: 'early', value: 1, tags: ['t'], asOf: before },
      { key: 'late', value: 1, tags: ['t'] },
    ]
    expect(await cache.warm(entries)).toMatchObject({ warmed: 1, failed: 0 })
    expect(await cache.getMany(['early', 'late'])).toEqual([undefined, 1])
  })

  test('outdates nothing: what is there and newer stays, and the log gets no record', async () => {
    const { cache } = make()
    async function* rows(): AsyncGenerator<SetEntry> {
      await cache.set('k', 'written meanwhile')
      yield { key: 'k', value: 'read before' }
    }
    await cache.warm(rows())
    expect(await cache.get('k')).toBe('written meanwhile')
    expect(cache.stats().invalidations).toBe(1)
  })

  test('a signal keeps what is warm, and the source is closed', async () => {
    const { cache } = make()
    const controller = new AbortController()
    const source = { given: 0, closed: false }
    function* rows(): Generator<SetEntry> {
      try {
        for (; ; source.given++) yield { key: ['k', source.given], value: source.given }
      } finally {
        source.closed = true
      }
    }
    const onProgress = ({ warmed }: WarmReport): void => void (warmed === 3 && controller.abort(new Error('enough')))
    const done = cache.warm(rows(), { concurrency: 1, onProgress, signal: controller.signal })
    await expect(done).rejects.toThrow('enough')
    expect(source).toEqual({ given: 3, closed: true })
    expect(await cache.getMany([0, 1, 2, 3].map((n) => ['k', n]))).toEqual([0, 1, 2, undefined])
  })

  test('a signal that was aborted before loads nothing', async () => {
    const { cache } = make()
    const load = deferredLoader<number, LoadContext>()
    const signal = AbortSignal.abort(new Error('before'))
    await expect(cache.warm(['a'], { load, signal })).rejects.toThrow('before')
    await expect(cache.warm([], { load, signal })).rejects.toThrow('before')
    expect(load.calls).toHaveLength(0)
  })
})
