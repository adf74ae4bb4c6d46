import { isHotpathError } from '@hotpath/contract'
import { setPlaceholders } from '@hotpath/core/placeholders'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { observePages } from '../src/pages/index.ts'
import { make, watch } from './make.ts'

describe('a loader', () => {
  it.each([
    ['throws', new Error('mine')],
    ['rejects with a string', 'mine'],
    ['rejects with nothing', undefined],
  ])('that %s makes a failure, and no unhandled rejection', async (_, error) => {
    const { cache } = make()
    const one = observe<number>(cache, 'k', () => {
      throw error
    })
    const { seen } = watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({ status: 'failed', data: undefined, error, isFetching: false })
    expect(seen).toHaveLength(1)
    expect((await one.ready()).status).toBe('failed')
  })

  it('that returns undefined is ready with nothing', async () => {
    const { cache } = make()
    const load = vi.fn(() => undefined)
    const one = observe(cache, 'k', load)
    watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({ status: 'ready', data: undefined, isFetching: false })
    expect(load).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['at once', () => new Response('{}')],
    ['in a moment', async () => new Response('{}')],
  ])('that returns a Response %s fails with the way out, and nothing is stored', async (_, load) => {
    const { cache } = make()
    const one = observe(cache, ['city', 1], load)
    watch(one)
    await flush()
    expect(one.snapshot()).toMatchObject({
      status: 'failed',
      data: undefined,
      error: {
        code: 'ERR_VALUE_RESPONSE',
        context: { key: 'city:1' },
        message: expect.stringContaining('await response.json()') as unknown,
      },
    })
    expect(cache.peek(['city', 1])).toBeUndefined()
    const list = observePages<unknown, number>(cache, 'cities', load, { first: 0, next: () => undefined })
    expect(await list.ready()).toMatchObject({ status: 'failed', error: { code: 'ERR_VALUE_RESPONSE' } })
  })

  it('that succeeds ends the failure', async () => {
    const { cache, clock } = make({ backoff: false })
    let n = 0
    const one = observe(cache, 'k', async () => {
      if (n++ === 0) throw new Error('once')
      return n
    })
    watch(one)
    await flush()
    expect(one.snapshot().status).toBe('failed')
    await one.refetch()
    await clock.advanceAsync(1)
    expect(one.snapshot()).toMatchObject({ status: 'ready', data: 2, error: undefined })
  })
})

describe('the last observer that leaves', () => {
  it('aborts the load, and a new one loads anew', async () => {
    const { cache } = make()
    const signals: AbortSignal[] = []
    const loader = deferredLoader<number>()
    const load = (context: { signal: AbortSignal }) => (signals.push(context.signal), loader(context))
    const one = observe(cache, 'k', load)
    const first = watch(one)
    const second = watch(observe(cache, 'k', load))
    await flush()
    first.stop()
    await flush()
    expect(signals[0]?.aborted).toBe(false)
    second.stop()
    await flush()
    expect(signals[0]?.aborted).toBe(true)
    expect(one.snapshot()).toMatchObject({ status: 'pending', isFetching: false })
    watch(one)
    await flush()
    loader.at(1).resolve(1)
    await flush()
    expect(one.snapshot().data).toBe(1)
  })

  it('and comes back in the same task leaves the load alone', async () => {
    const { cache } = make()
    const load = vi.fn(() => new Promise<number>(() => {}))
    const one = observe(cache, 'k', load)
    const { stop } = watch(one)
    await flush()
    stop()
    watch(one)
    await flush()
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('leaves a load that somebody awaits', async () => {
    const { cache } = make()
    const loader = deferredLoader<number>()
    const one = observe(cache, 'k', loader)
    const ready = one.ready()
    const { stop } = watch(one)
    await flush()
    stop()
    await flush()
    loader.at(0).resolve(1)
    expect((await ready).data).toBe(1)
  })

  it('leaves no timer, and lets go of the value in memory', async () => {
    const { cache, clock } = make()
    const one = observe(cache, 'k', () => 1, { refetchOn: { interval: '1m' } })
    watch(one)
    await flush()
    one.dispose()
    one.dispose()
    await flush()
    expect(clock.pending).toBe(0)
  })
})

describe('a listener', () => {
  it('that throws is a fault, and the others are called', async () => {
    const { cache, faults } = make()
    const one = observe(cache, 'k', () => 1)
    one.subscribe(() => {
      throw new Error('mine')
    })
    const { seen } = watch(one)
    await flush()
    expect(seen.at(-1)?.data).toBe(1)
    expect(faults.every((error) => isHotpathError(error, 'ERR_LISTENER_THREW'))).toBe(true)
    expect(faults[0]?.message).toContain('mine')
  })

  it('may refetch, subscribe and leave', async () => {
    const { cache } = make()
    let n = 0
    const one = observe(cache, 'k', () => ++n)
    let calls = 0
    const stop = one.subscribe(() => {
      calls++
      one.subscribe(() => {})
      if (one.snapshot().data === 1 && !one.snapshot().isFetching) void one.refetch()
      if (one.snapshot().data === 2) stop()
    })
    await flush()
    expect(one.snapshot().data).toBe(2)
    expect(calls).toBeLessThan(8)
  })
})

it('a placeholder function that throws is a fault, and other observers are called', async () => {
  const { cache, faults } = make()
  const placeholder = () => {
    throw new Error('mine')
  }
  const bad = observe<number>(cache, 'k', () => new Promise(() => {}), { placeholder })
  const { seen } = watch(observe(cache, 'j', () => 1))
  bad.subscribe(() => {})
  await flush()
  expect([seen.at(-1)?.data, bad.snapshot().status]).toEqual([1, 'pending'])
  expect(faults[0]).toMatchObject({ code: 'ERR_LISTENER_THREW' })
})

describe('a cache that is closed', () => {
  it('ends what is loaded, and keeps what is shown', async () => {
    const { cache, clock } = make()
    const one = observe(cache, 'k', () => 1, { refetchOn: { interval: '1s' } })
    const hung = observe(cache, 'j', () => new Promise<number>(() => {}))
    watch(one)
    const { stop } = watch(hung)
    await flush()
    await cache.close()
    await flush()
    expect(clock.pending).toBe(0)
    expect(one.snapshot()).toMatchObject({ data: 1, status: 'ready' })
    expect(hung.snapshot()).toMatchObject({ status: 'failed', error: { code: 'ERR_CACHE_CLOSED' }, isFetching: false })
    expect((await one.refetch()).error).toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    stop()
    one.dispose()
    watch(one)
    await clock.advanceAsync(10_000)
  })

  it('shows what it showed, and fails for other keys, without a throw', async () => {
    const { cache } = make()
    const known = observe(cache, 'k', () => 1)
    await known.ready()
    await cache.close()
    const others = [known.fork('a', () => 1), observe(cache, 'b', () => 1), observe(cache.namespace('n'), 'c', () => 1)]
    for (const one of others) {
      expect(one.snapshot()).toMatchObject({ status: 'pending', data: undefined })
      watch(one)
      await flush()
      expect(one.snapshot()).toMatchObject({ status: 'failed', error: { code: 'ERR_CACHE_CLOSED' } })
    }
    known.update('k', () => 1)
    expect([known.snapshot(), known.fork('k', () => 1).snapshot()]).toMatchObject([{ data: 1 }, { data: 1 }])
  })

  it('before anything of it was observed fails without a throw as well', async () => {
    const { cache } = make()
    await cache.close()
    const one = observe(cache, 'k', () => 1)
    watch(one)
    expect((await one.ready()).error).toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    one.dispose()
  })
})

it('a clock that is set back makes nothing fresh again', async () => {
  const { cache, clock } = make()
  const one = observe(cache, 'k', () => 1)
  watch(one)
  await flush()
  clock.jumpWall(-86_400_000)
  await clock.advanceAsync(59_999)
  expect(one.snapshot().isStale).toBe(false)
  await clock.advanceAsync(1)
  expect(one.snapshot().isStale).toBe(true)
})

it('a page that is hidden during a load takes what it returns, and goes on when it is visible', async () => {
  const { cache, lifecycle } = make()
  const loader = deferredLoader<number>()
  const one = observe(cache, 'k', loader, { tags: ['t'] })
  watch(one)
  await flush()
  lifecycle.hide()
  await cache.invalidateTags(['t'])
  loader.at(0).resolve(1)
  await flush()
  expect(one.snapshot()).toMatchObject({ data: 1, isStale: true, isFetching: false })
  lifecycle.show()
  await flush()
  loader.at(1).resolve(2)
  await flush()
  expect(one.snapshot()).toMatchObject({ data: 2, isStale: false })
})

it('what is loaded without a subscription, as on a server, leaves no timer', async () => {
  const { cache, clock } = make()
  expect((await observe(cache, 'k', () => 1).ready()).data).toBe(1)
  await flush()
  expect(clock.pending).toBe(0)
})

it('a placeholder of an earlier visit is shown as such until there is a value', async () => {
  const { cache, clock } = make()
  setPlaceholders(cache, [{ key: 'k', value: 1, age: '1h' }])
  const loader = deferredLoader<number>()
  const one = observe(cache, 'k', loader)
  expect(one.snapshot()).toEqual({
    data: 1,
    error: undefined,
    status: 'ready',
    isStale: true,
    isFetching: false,
    isPlaceholder: true,
    updatedAt: clock.now() - 3_600_000,
    source: 'placeholder',
  })
  watch(one)
  await flush()
  loader.at(0).resolve(2)
  await flush()
  expect(one.snapshot()).toMatchObject({ data: 2, isPlaceholder: false, isStale: false })
})

it('at most a thousand keys that nobody observes are kept', async () => {
  const { cache } = make({ ttl: 0 })
  const first = observe(cache, ['n', 0], () => ({}))
  const before = (await first.ready()).data
  expect((await observe(cache, ['n', 0], () => ({})).ready()).data).toBe(before)
  for (let id = 1; id <= 1_001; id++) await observe(cache, ['n', id], () => ({})).ready()
  expect(observe(cache, ['n', 0], () => ({})).snapshot().status).toBe('pending')
  expect(observe(cache, ['n', 1_001], () => ({})).snapshot().status).toBe('ready')
})

it('a key that was forgotten and made again is one for all observers', async () => {
  const { cache, lifecycle } = make()
  const options = { tags: ['t'] }
  const first = observe(cache, 'k', () => 1, options)
  for (let id = 0; id <= 1_000; id++) observe(cache, ['n', id], () => 1)
  const second = observe(cache, 'k', () => 1, options)
  watch(second)
  await flush()
  const { stop } = watch(first)
  lifecycle.hide()
  await cache.invalidateTags(['t'])
  await flush()
  expect([first.snapshot().isStale, second.snapshot().isStale]).toEqual([true, true])
  stop()
  await flush()
  lifecycle.show()
  await flush()
  expect(second.snapshot().isStale).toBe(false)
})

it('what was loaded before the view of the log was there is loaded anew once it is', async () => {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const log = createMemoryLog()
  const late = { ...log, snapshot: async () => begun.then(() => log.snapshot()) }
  const { cache, clock } = make({ log: () => late, shared })
  let n = 0
  const one = observe(cache, 'k', () => ++n)
  const { stop } = watch(one)
  await clock.advanceAsync(3_000)
  expect([one.snapshot().data, cache.position()]).toEqual([1, undefined])
  begin()
  await clock.advanceAsync(2_000)
  expect([cache.position() !== undefined, one.snapshot().data, one.snapshot().isStale]).toEqual([true, 2, false])
  await clock.advanceAsync(10_000)
  expect(n).toBe(2)
  stop()
})
