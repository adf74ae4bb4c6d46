import type { Token } from '@hotpath/contract'
import { type Cache, type CacheOptions, createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { createSharedLog, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { make, watch } from './make.ts'

const act: readonly (readonly [string, (cache: Cache) => Promise<unknown>])[] = [
  ['its key', (cache) => cache.delete(['user', 1])],
  ['a tag', (cache) => cache.invalidateTags(['users'])],
  ['a prefix', (cache) => cache.invalidatePrefix(['user'])],
  ['a pattern', (cache) => cache.invalidatePattern('us*:1')],
  ['all', (cache) => cache.clear()],
  ['its namespace', (cache) => cache.namespace('user').clear()],
  ['a soft record of its key', (cache) => cache.expire(['user', 1])],
  ['a soft record of a tag', (cache) => cache.expireTags(['users'])],
]

describe('what is on screen', () => {
  it.each(act)('is loaded anew when %s is invalidated, and shown as stale until then', async (_, invalidate) => {
    const { cache } = make({ staleWhileRevalidate: '1h' })
    const loader = deferredLoader<number>()
    const one = observe(cache, ['user', 1], loader, { tags: ['users'] })
    const other = observe(cache, ['city', 1], () => 1)
    const { seen } = watch(one)
    const elsewhere = watch(other)
    await flush()
    loader.at(0).resolve(1)
    await flush()
    seen.length = 0
    elsewhere.seen.length = 0
    await invalidate(cache)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: true, status: 'ready' })
    loader.at(1).resolve(2)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 2, isStale: false, isFetching: false })
    expect([loader.calls.length, seen.length]).toEqual([2, 2])
    if (_ !== 'all') expect(elsewhere.seen).toEqual([])
  })

  it.each<[string, CacheOptions['log']]>([
    ['of this process', undefined],
    ['that is shared', () => createMemoryLog()],
  ])('is loaded anew though its `asOf` was made up, ahead of a log %s', async (_, log) => {
    const { cache } = make(log === undefined ? {} : { log, shared })
    await cache.ready()
    const [epoch = ''] = String(cache.position()).split('.')
    await cache.set('k', 'forged', { asOf: `${epoch}.${Number.MAX_SAFE_INTEGER}` as Token, tags: ['t'] })
    const load = vi.fn(async () => 'loaded')
    const one = observe(cache, 'k', load, { tags: ['t'] })
    watch(one)
    await flush()
    expect([one.snapshot().data, load.mock.calls.length]).toEqual(['forged', 0])
    await cache.invalidateTags(['t'])
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 'loaded', isStale: false })
  })

  it('is loaded once for many records of one task', async () => {
    const { cache } = make()
    const load = vi.fn(async () => 1)
    const one = observe(cache, 'k', load, { tags: ['a', 'b'] })
    watch(one)
    await flush()
    void cache.invalidateTags(['a', 'b'])
    void cache.delete('k')
    void cache.clear()
    await flush()
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('is loaded again when a record came during the load that concerns what it returned', async () => {
    const { cache } = make()
    const calls = [deferredLoader<number>(), deferredLoader<number>()]
    let loads = 0
    const one = observe(cache, 'k', (context) => {
      context.addTags(['found'])
      return (calls[loads++] ?? deferredLoader<number>())(context)
    })
    watch(one)
    await flush()
    await cache.invalidateTags(['found'])
    await cache.invalidateTags(['other'])
    calls[0]?.at(0).resolve(1)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: true })
    calls[1]?.at(0).resolve(2)
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 2, isStale: false, isFetching: false })
    expect(loads).toBe(2)
  })

  it('is never replaced by what was loaded before it', async () => {
    const { cache } = make()
    const loader = deferredLoader<string>()
    const one = observe(cache, 'k', loader)
    watch(one)
    await flush()
    await cache.set('k', 'set')
    await flush()
    expect(one.snapshot().data).toBe('set')
    loader.at(0).resolve('older')
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 'set', isStale: false, isFetching: false })
  })

  it('is refreshed when another process invalidates it', async () => {
    const log = createMemoryLog()
    const { cache } = make({ log: () => log, shared })
    const other = make({ log: () => log, shared }).cache
    let n = 0
    const one = observe(cache, 'k', () => ++n, { tags: ['t'] })
    watch(one)
    await flush()
    await other.invalidateTags(['t'])
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 2, isStale: false })
  })

  it('is judged again when records were missed', async () => {
    const log = createSharedLog(createMemoryLog)
    const { cache, clock } = make({ log: () => log.connect(), shared })
    let n = 0
    const one = observe(cache, 'k', () => ++n)
    watch(one)
    await clock.advanceAsync(0)
    expect(one.snapshot().data).toBe(1)
    log.replace()
    await clock.advanceAsync(2_000)
    expect(one.snapshot().data).toBe(2)
  })
})

describe('what this process writes', () => {
  it.each([0, 1, 30])('is not loaded when it is set, if the log confirms it %i turns later', async (turns) => {
    const log = createMemoryLog()
    const append: typeof log.append = async (invalidations) => {
      const mark = await log.append(invalidations)
      await flush(turns)
      return mark
    }
    const { cache, clock } = make({ log: () => ({ ...log, append }), shared })
    const load = vi.fn(() => 1)
    const one = observe(cache, 'k', load)
    const { seen } = watch(one)
    await flush()
    await cache.set('k', 2)
    await clock.advanceAsync(0)
    expect([load.mock.calls.length, seen.map(({ data }) => data)]).toEqual([1, [1, 2]])
  })

  it('is loaded when it is deleted', async () => {
    const log = createMemoryLog()
    const { cache, clock } = make({ log: () => log, shared })
    let n = 0
    const one = observe(cache, 'k', () => ++n)
    watch(one)
    await flush()
    await cache.delete('k')
    await clock.advanceAsync(0)
    expect(one.snapshot().data).toBe(2)
  })
})

describe('what is not on screen', () => {
  it('is not loaded', async () => {
    const { cache } = make()
    const load = vi.fn(() => 1)
    const one = observe(cache, 'k', load, { tags: ['t'] })
    const { stop } = watch(one)
    await flush()
    stop()
    await flush()
    await cache.invalidateTags(['t'])
    await flush()
    expect(load).toHaveBeenCalledTimes(1)
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: false })
    watch(one)
    await flush()
    expect([load.mock.calls.length, one.snapshot().isStale]).toEqual([2, false])
  })

  it('waits for the page to be visible', async () => {
    const { cache, lifecycle } = make()
    let n = 0
    const one = observe(cache, 'k', () => ++n, { tags: ['t'], refetchOn: { focus: false } })
    watch(one)
    await flush()
    lifecycle.hide()
    await cache.invalidateTags(['t'])
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: false })
    lifecycle.show()
    await flush()
    expect(one.snapshot()).toMatchObject({ data: 2, isStale: false })
  })
})

describe('ten thousand keys', () => {
  it('have one observer called when one of them changes', async () => {
    const { cache } = make({ tiers: [memory({ maxEntries: 40_000 })] })
    await cache.setMany(Array.from({ length: 10_000 }, (_, id) => ({ key: ['n', id], value: id })))
    let calls = 0
    for (let id = 0; id < 10_000; id++) observe(cache, ['n', id], () => id).subscribe(() => void calls++)
    await flush()
    calls = 0
    await cache.set(['n', 42], -1)
    await flush()
    expect(calls).toBe(1)
  })
})

it('a cache of two copies of the package has one set of observed keys', async () => {
  vi.resetModules()
  const copy = (await import('../src/index.ts')) as { observe: typeof observe }
  expect(copy.observe).not.toBe(observe)
  const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })], ttl: '1m' })
  const load = vi.fn(() => ({}))
  const [one, other] = [observe(cache, 'k', load), copy.observe(cache, 'k', load)]
  const stops = [one, other].map((observer) => observer.subscribe(() => {}))
  await flush()
  expect([one.snapshot().data === other.snapshot().data, load.mock.calls.length]).toEqual([true, 1])
  for (const stop of stops) stop()
  await cache.close()
})
