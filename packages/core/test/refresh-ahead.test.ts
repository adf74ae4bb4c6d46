import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { make } from './make.ts'

describe('refreshAhead (XFetch)', () => {
  /** A cache whose load took a second, and whose chance the test decides. */
  async function loaded(chance: number, refreshAhead: boolean | number | undefined) {
    const made = make({ ttl: '10s', refreshAhead, random: () => chance })
    const loader = deferredLoader<string>()
    const first = made.cache.getOrSet('k', loader)
    await made.clock.advanceAsync(1_000)
    loader.at(0).resolve('first')
    await first
    return { ...made, loader }
  }

  test('refreshes behind, the sooner the longer the load took', async () => {
    // -ln(1 - 0.9) × 1 s = 2.3 s before the end.
    const { cache, clock, loader } = await loaded(0.9, true)
    clock.advance(7_600)
    expect(await cache.getOrSet('k', loader)).toBe('first')
    expect(loader.calls).toHaveLength(1)
    clock.advance(200)
    expect(await cache.getOrSet('k', loader)).toBe('first')
    expect(loader.calls).toHaveLength(2)
    // One at a time.
    expect(await cache.getOrSet('k', loader)).toBe('first')
    expect(loader.calls).toHaveLength(2)
    loader.at(1).resolve('second')
    await flush()
    expect(await cache.getOrSet('k', loader)).toBe('second')
  })

  test('a larger beta begins earlier', async () => {
    const { cache, clock, loader } = await loaded(0.9, 3)
    clock.advance(3_200)
    await cache.getOrSet('k', loader)
    expect(loader.calls).toHaveLength(2)
  })

  test('does nothing when it is off', async () => {
    const { cache, clock, loader } = await loaded(0.999, undefined)
    clock.advance(9_999)
    await cache.getOrSet('k', loader)
    expect(loader.calls).toHaveLength(1)
  })

  test('begins at the instant that chance and load time say, not a millisecond before', async () => {
    // -ln(1 - 0.5) × 1 s = 693.1 ms before the end of 10 s.
    for (const [atMs, loads] of [
      [9_306, 1],
      [9_307, 2],
    ] as const) {
      const { cache, clock, loader } = await loaded(0.5, true)
      clock.advance(atMs)
      await cache.getOrSet('k', loader)
      expect(loader.calls).toHaveLength(loads)
    }
  })

  test('never begins for a value that never ends, or that took no time to load', async () => {
    const { cache, clock } = make({ refreshAhead: true, random: () => 0.999_999 })
    const loader = deferredLoader<number>()
    const slow = cache.getOrSet('ever', loader, { ttl: Infinity })
    await clock.advanceAsync(20_000)
    loader.at(0).resolve(1)
    await slow
    await cache.getOrSet('at once', () => 1, { ttl: '10s' })
    clock.advance(9_999)
    await cache.getOrSet('ever', loader)
    await cache.getOrSet('at once', loader)
    expect(loader.calls).toHaveLength(1)
  })

  test('a call that turns it off for what it loads is not asked again before the end', async () => {
    const { cache, clock } = make({ ttl: '10s', refreshAhead: true, random: () => 0.999 })
    const loader = deferredLoader<number>()
    const reads = [cache.getOrSet('off', loader, { refreshAhead: false }), cache.getOrSet('on', loader)]
    await clock.advanceAsync(1_000)
    for (const call of loader.calls) call.resolve(1)
    await Promise.all(reads)
    clock.advance(9_000)
    await cache.getOrSet('off', loader)
    expect(loader.calls).toHaveLength(2)
    await cache.getOrSet('on', loader)
    expect(loader.calls).toHaveLength(3)
  })

  test('reads without a loader leave it be, and a refresh that fails leaves the value', async () => {
    const { cache, clock, loader } = await loaded(0.999, true)
    clock.advance(9_000)
    expect([await cache.get('k'), cache.peek('k'), await cache.getMany(['k'])]).toEqual(['first', 'first', ['first']])
    expect(loader.calls).toHaveLength(1)
    const reasons: string[] = []
    cache.on('refresh', ({ reason }) => reasons.push(reason))
    await cache.getOrSet('k', loader)
    loader.at(1).reject(new Error('down'))
    await flush()
    expect(reasons).toEqual(['ahead'])
    expect(await cache.get('k')).toBe('first')
  })
})
