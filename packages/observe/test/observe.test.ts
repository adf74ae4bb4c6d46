import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { make, watch } from './make.ts'

describe('an observer', () => {
  it('has nothing to show at first, and loads when somebody listens', async () => {
    const { cache } = make()
    const loader = deferredLoader<string>()
    const city = observe(cache, ['city', 42], loader)
    const first = city.snapshot()
    expect(first).toEqual({
      data: undefined,
      error: undefined,
      status: 'pending',
      isStale: false,
      isFetching: false,
      isPlaceholder: false,
      updatedAt: undefined,
      source: undefined,
    })
    expect([city.snapshot(), loader.calls.length]).toEqual([first, 0])
    const { seen } = watch(city)
    await flush()
    expect(loader.calls).toHaveLength(1)
    expect(city.snapshot()).toMatchObject({ status: 'pending', isFetching: true })
    loader.at(0).resolve('Bern')
    await flush()
    expect(seen.at(-1)).toMatchObject({
      data: 'Bern',
      status: 'ready',
      isFetching: false,
      isStale: false,
      source: 'load',
    })
    expect(city.snapshot()).toBe(city.snapshot())
  })

  it('shows what is fresh in memory at once, and does not load', async () => {
    const { cache, clock } = make()
    await cache.set('k', 1)
    clock.advance(10_000)
    const load = vi.fn(() => 2)
    const one = observe(cache, 'k', load)
    expect(one.snapshot()).toMatchObject({
      data: 1,
      status: 'ready',
      source: 'memory',
      updatedAt: clock.now() - 10_000,
    })
    const { seen } = watch(one)
    await flush()
    expect([seen, load.mock.calls.length]).toEqual([[], 0])
  })

  it('loads once for all that observe a key, through whichever namespace', async () => {
    const { cache } = make()
    const load = vi.fn(async () => ({ n: 1 }))
    const one = observe(cache, ['user', 1], load)
    const other = observe(cache.namespace('user'), [1], load)
    watch(one)
    watch(other)
    await flush()
    expect(load).toHaveBeenCalledTimes(1)
    expect(one.snapshot().data).toBe(other.snapshot().data)
  })

  it('shows what anybody stores', async () => {
    const { cache, clock } = make({ staleWhileRevalidate: '1m' })
    const one = observe(cache, 'k', () => 1)
    const { seen } = watch(one)
    await flush()
    await cache.set('k', 2)
    await flush()
    expect(seen.map(({ data }) => data)).toEqual([1, 2])
    clock.advance(70_000)
    await cache.getOrSet('k', () => 3)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 3, isStale: false })
  })

  it('is replaced only when it says something else, and keeps what is equal', async () => {
    const { cache } = make()
    await cache.set('k', { a: { n: 1 }, b: { n: 1 } })
    const one = observe(cache, 'k', () => ({ a: { n: 1 }, b: { n: 1 } }))
    const { seen } = watch(one)
    await flush()
    const before = one.snapshot()
    await cache.set('k', { a: { n: 1 }, b: { n: 1 } })
    await flush()
    expect([seen, one.snapshot() === before]).toEqual([[], true])
    await cache.set('k', { a: { n: 1 }, b: { n: 2 } })
    await flush()
    const after = one.snapshot()
    expect(seen).toHaveLength(1)
    expect([after.data?.a === before.data?.a, after.data?.b.n]).toEqual([true, 2])
  })

  it('takes values as they are without structural sharing', async () => {
    const { cache } = make()
    const one = observe(cache, 'k', () => ({ n: 1 }), { structuralSharing: false })
    const { seen } = watch(one)
    await flush()
    await cache.set('k', { n: 1 })
    await flush()
    expect(seen).toHaveLength(2)
    expect(seen[0]?.data).not.toBe(seen[1]?.data)
  })

  it('turns stale when its time has passed, and is not loaded by that', async () => {
    const { cache, clock } = make()
    const load = vi.fn(() => 1)
    const one = observe(cache, 'k', load)
    const { seen, stop } = watch(one)
    await flush()
    await clock.advanceAsync(59_999)
    expect(one.snapshot().isStale).toBe(false)
    await clock.advanceAsync(1)
    expect(seen.at(-1)).toMatchObject({ data: 1, isStale: true, status: 'ready' })
    expect(load).toHaveBeenCalledTimes(1)
    stop()
    await flush()
    expect(clock.pending).toBe(0)
  })

  it('shows what is stale while the cache refreshes it', async () => {
    const { cache, clock } = make({ staleWhileRevalidate: '1m' })
    await cache.set('k', 1)
    clock.advance(70_000)
    const loader = deferredLoader<number>()
    const one = observe(cache, 'k', loader)
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: false })
    watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: true })
    loader.at(0).resolve(2)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 2, isStale: false, isFetching: false })
  })

  it('reports a refresh that fails, and keeps what it shows', async () => {
    const { cache, clock } = make({ staleWhileRevalidate: '1h' })
    await cache.set('k', 1)
    clock.advance(70_000)
    const error = new Error('down')
    const one = observe<number>(cache, 'k', () => Promise.reject(error))
    watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 1, status: 'failed', error, isStale: true, isFetching: false })
  })

  it('does not load while it is not enabled, and loads when it is', async () => {
    const { cache } = make()
    const load = vi.fn(() => 1)
    const one = observe(cache, 'k', load, { enabled: false })
    watch(one)
    await cache.invalidateTags(['x'])
    await flush()
    expect([load.mock.calls.length, one.snapshot().status, (await one.ready()).status]).toEqual([
      0,
      'pending',
      'pending',
    ])
    one.update('k', load, { enabled: true })
    await flush()
    expect(one.snapshot().data).toBe(1)
  })

  it('loads with `refetch` whatever there is', async () => {
    const { cache } = make()
    let n = 0
    const one = observe(cache, 'k', () => ++n, { enabled: false })
    expect((await one.refetch()).data).toBe(1)
    expect((await one.refetch()).data).toBe(2)
    expect(cache.peek('k')).toBe(2)
  })

  it('waits with the first `refetch` for the second, which takes its place', async () => {
    const { cache } = make()
    let n = 0
    const one = observe(cache, 'k', async () => ++n)
    const [first, second] = await Promise.all([one.refetch(), one.refetch()])
    expect([first, first.data, second]).toEqual([second, 1, first])
  })

  it('passes on the options of the load', async () => {
    const { cache } = make()
    const one = observe(cache, 'k', () => 1, { tags: ['t'], ttl: '1s' })
    await one.ready()
    expect(await cache.inspect('k')).toMatchObject({ tags: ['t'], ttlLeftMs: 1_000 })
  })
})

describe('a key that changes', () => {
  it('shows nothing of the key before, unless it is to keep it', async () => {
    const { cache } = make()
    const loaders = new Map([1, 2, 3].map((id) => [id, deferredLoader<string>()]))
    const loader = (id: number) => loaders.get(id) as ReturnType<typeof deferredLoader<string>>
    const city = observe(cache, ['city', 1], loader(1))
    watch(city)
    await flush()
    loader(1).at(0).resolve('Bern')
    await flush()
    city.update(['city', 2], loader(2), { keepPrevious: true })
    await flush()
    expect(city.snapshot()).toMatchObject({ data: 'Bern', isPlaceholder: true, isStale: true, isFetching: true })
    city.update(['city', 3], loader(3), { keepPrevious: true })
    await flush()
    expect(city.snapshot()).toMatchObject({ data: 'Bern', isPlaceholder: true })
    loader(3).at(0).resolve('Basel')
    await flush()
    expect(city.snapshot()).toMatchObject({ data: 'Basel', isPlaceholder: false, isStale: false })
    city.update(['city', 2], loader(2))
    expect(city.snapshot()).toMatchObject({ data: undefined, status: 'pending' })
  })

  it('aborts what is loaded for the key before', async () => {
    const { cache } = make()
    const signals: AbortSignal[] = []
    const load = ({ signal }: { signal: AbortSignal }) => (signals.push(signal), new Promise<string>(() => {}))
    const city = observe(cache, 'a', load)
    watch(city)
    await flush()
    city.update('b', load)
    await flush()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })
})

describe('a placeholder of the options', () => {
  it('is shown until there is a value, and is never stored', async () => {
    const { cache } = make()
    const loader = deferredLoader<string[]>()
    const one = observe(cache, 'k', loader, { placeholder: ['…'] })
    watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: ['…'], isPlaceholder: true, source: 'placeholder', status: 'ready' })
    expect(cache.peek('k')).toBeUndefined()
    loader.at(0).resolve(['a'])
    await flush()
    expect(one.snapshot()).toMatchObject({ data: ['a'], isPlaceholder: false })
  })

  it('may be made from what was shown before', async () => {
    const { cache } = make()
    const options = { placeholder: (before: number | undefined) => before && before + 0.5 }
    const one = observe(cache, ['n', 1], () => 1, options)
    watch(one)
    await flush()
    one.update(['n', 2], () => new Promise<number>(() => {}), options)
    expect(one.snapshot()).toMatchObject({ data: 1.5, isPlaceholder: true })
  })
})

describe('select', () => {
  it('is called when the value changed, and its result kept while it is equal', async () => {
    const { cache } = make()
    const select = vi.fn(({ list }: { list: number[] }) => list.filter((n) => n > 1))
    const one = observe(cache, 'k', () => ({ list: [1, 2], at: 1 }), { select })
    const { seen } = watch(one)
    await flush()
    await cache.set('k', { list: [0, 2], at: 2 })
    await flush()
    expect(select).toHaveBeenCalledTimes(2)
    expect(new Set(seen.map(({ data }) => data))).toEqual(new Set([[2]]))
    await cache.set('k', { list: [3], at: 2 })
    await flush()
    expect(seen.at(-1)?.data).toEqual([3])
  })

  it('compares with `isEqual` where there is one', async () => {
    const { cache } = make()
    const one = observe(cache, 'k', () => 1.2, { select: (n) => n, isEqual: (a, b) => Math.floor(a) === Math.floor(b) })
    const { seen } = watch(one)
    await flush()
    await cache.set('k', 1.9)
    await cache.set('k', 2.1)
    await flush()
    expect(new Set(seen.map(({ data }) => data))).toEqual(new Set([1.2, 2.1]))
  })

  it('that throws is a failure of this observer alone', async () => {
    const { cache } = make()
    const error = new Error('mine')
    const one = observe(cache, 'k', () => 1, {
      select: () => {
        throw error
      },
    })
    const other = observe(cache, 'k', () => 1)
    watch(one)
    watch(other)
    await flush()
    expect([one.snapshot(), other.snapshot()]).toMatchObject([
      { status: 'failed', error },
      { status: 'ready', data: 1 },
    ])
  })
})

describe('a key that is shown by two, of which one goes on to another', () => {
  it('is loaded by the loader of the one that stays', async () => {
    const { cache } = make()
    const [a, b] = [observe(cache, ['city', 1], async () => 'of a'), observe(cache, ['city', 1], async () => 'of b')]
    watch(a)
    watch(b)
    a.update(['city', 2], async () => 'city 2')
    await flush()
    expect([a.snapshot().data, b.snapshot().data, cache.peek(['city', 1])]).toEqual(['city 2', 'of b', 'of b'])
  })

  it('is loaded by the loader that it was shown with, where nobody stays and somebody waits', async () => {
    const { cache } = make()
    const a = observe(cache, ['city', 1], async () => 'city 1')
    watch(a)
    const refetched = a.refetch()
    a.update(['city', 2], async () => 'city 2')
    await refetched
    await flush()
    expect([a.snapshot().data, cache.peek(['city', 1])]).toEqual(['city 2', 'city 1'])
  })

  it('is loaded by the latest loader of the same key', async () => {
    const { cache } = make()
    const a = observe(cache, ['city', 1], async () => 'before')
    watch(a)
    a.update(['city', 1], async () => 'latest')
    await flush()
    expect(a.snapshot().data).toBe('latest')
  })
})
