import { flush } from '@hotpath/testkit'
import { describe, expect, it, vi } from 'vitest'
import { observe } from '../src/index.ts'
import { make, watch } from './make.ts'

describe('a key on screen is read again', () => {
  it('when the page is visible again, if it is not fresh', async () => {
    const { cache, clock, lifecycle } = make()
    const load = vi.fn(() => 1)
    watch(observe(cache, 'k', load))
    watch(observe(cache, 'j', () => 1, { refetchOn: { focus: false } }))
    await flush()
    lifecycle.hide()
    lifecycle.show()
    await flush()
    expect(load).toHaveBeenCalledTimes(1)
    lifecycle.hide()
    clock.advance(60_000)
    lifecycle.show()
    await flush()
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('when the page comes from the back/forward cache', async () => {
    const { cache, clock, lifecycle } = make()
    const load = vi.fn(() => 1)
    watch(observe(cache, 'k', load))
    await flush()
    lifecycle.leave()
    clock.suspend(60_000)
    lifecycle.restore()
    await flush()
    expect(load).toHaveBeenCalledTimes(2)
  })

  it('when the network is back, if its load failed', async () => {
    const { cache, connectivity, clock } = make()
    const load = vi.fn(async () => {
      if (!connectivity.isOnline) throw new Error('offline')
      return 1
    })
    const one = observe(cache, 'k', load)
    const quiet = observe(cache, 'j', load, { refetchOn: { reconnect: false } })
    connectivity.set(false)
    watch(one)
    watch(quiet)
    await flush()
    expect(one.snapshot().status).toBe('failed')
    connectivity.set(true)
    await clock.advanceAsync(10_000)
    expect(one.snapshot()).toMatchObject({ status: 'ready', data: 1, error: undefined })
  })

  it('when it is shown again, unless that is switched off', async () => {
    const { cache, clock } = make({ staleWhileRevalidate: '1h' })
    await cache.set('k', 1)
    clock.advance(70_000)
    const load = vi.fn(() => 2)
    const { stop } = watch(observe(cache, 'k', load, { refetchOn: { mount: false } }))
    await flush()
    expect(load).not.toHaveBeenCalled()
    stop()
    watch(observe(cache, 'k', load))
    await flush()
    expect(load).toHaveBeenCalledTimes(1)
  })
})

describe('polling', () => {
  it('loads each time that the interval has passed, and ends with the last listener', async () => {
    const { cache, clock } = make()
    let n = 0
    const one = observe(cache, 'k', () => ++n, { refetchOn: { interval: '10s' } })
    const { stop } = watch(one)
    await clock.advanceAsync(35_000)
    expect(one.snapshot().data).toBe(4)
    stop()
    await clock.advanceAsync(35_000)
    expect(n).toBe(4)
    expect(clock.pending).toBe(0)
  })

  it('pauses while the page is hidden, and goes on at once when it is visible', async () => {
    const { cache, clock, lifecycle } = make()
    let n = 0
    watch(observe(cache, 'k', () => ++n, { refetchOn: { interval: '10s' } }))
    await clock.advanceAsync(5_000)
    lifecycle.hide()
    await clock.advanceAsync(65_000)
    expect(n).toBe(1)
    lifecycle.show()
    await flush()
    expect(n).toBe(2)
    await clock.advanceAsync(10_000)
    expect(n).toBe(3)
  })

  it('does not pile up loads that take longer', async () => {
    const { cache, clock } = make()
    const load = vi.fn(() => new Promise<number>(() => {}))
    watch(observe(cache, 'k', load, { refetchOn: { interval: '1s' } }))
    await clock.advanceAsync(5_500)
    expect(load).toHaveBeenCalledTimes(1)
  })
})

it.each([
  [{ selekt: () => 1 }, 'Did you mean `select`?'],
  [{ enabled: 'yes' }, '`enabled`'],
  [{ refetchOn: { intervall: '1s' } }, 'Did you mean `interval`?'],
  [{ refetchOn: { interval: 0 } }, '`interval` must be 10ms or longer'],
  [{ refetchOn: true }, 'refetchOn'],
  [{ select: 1 }, '`select`'],
])('the options %o are refused', (options, message) => {
  const { cache } = make()
  expect(() => observe(cache, 'k', () => 1, options as never)).toThrow(message)
})

it('what is no loader, key or cache is refused', () => {
  const { cache } = make()
  expect(() => observe(cache, 'k', 'x' as never)).toThrow('`loader` must be a function')
  expect(() => observe(cache, (() => 1) as never, () => 1)).toThrow('key')
  expect(() => observe({} as never, 'k', () => 1)).toThrow('`cache` must be what `createCache` returned')
})
