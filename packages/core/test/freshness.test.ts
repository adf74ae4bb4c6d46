import { deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import type { Cache, LoadContext } from './core.ts'
import { make } from './make.ts'

/** How long a value of this cache is fresh, as `inspect` tells. */
async function lifeOf(cache: Cache, key: string): Promise<number | undefined> {
  return (await cache.inspect(key)).ttlLeftMs
}

describe('options are inherited: cache, namespace, call', () => {
  test('the nearest level wins, undefined inherits, false turns off', async () => {
    const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s' })
    const short = cache.namespace('short', { ttl: '1s' })
    await cache.set('own', 1)
    await short.set('k', 1)
    await short.set('call', 1, { ttl: '3s' })
    await short.set('inherits', 1, { ttl: undefined })
    await short.set('off', 1, { staleWhileRevalidate: false })
    expect(await lifeOf(cache, 'own')).toBe(10_000)
    expect(await lifeOf(short, 'k')).toBe(1_000)
    expect(await lifeOf(short, 'call')).toBe(3_000)
    expect(await lifeOf(short, 'inherits')).toBe(1_000)
    clock.advance(1_000)
    expect((await short.inspect('inherits')).state).toBe('stale')
    expect((await short.inspect('off')).state).toBe('dead')
  })

  test('a namespace in a namespace inherits from the one around it', async () => {
    const { cache } = make({ ttl: '10s' })
    const inner = cache.namespace('a', { ttl: '2s' }).namespace('b')
    await inner.set('k', 1)
    expect(await lifeOf(inner, 'k')).toBe(2_000)
    expect(await cache.get(['a', 'b', 'k'])).toBe(1)
  })

  test('a ttl of 0 does not store, and one of Infinity never ends', async () => {
    const { cache, clock } = make()
    await cache.set('never', 1, { ttl: 0 })
    expect(await cache.getOrSet('never', () => 2, { ttl: 0 })).toBe(2)
    expect(await cache.has('never')).toBe(false)
    await cache.set('ever', 1, { ttl: Infinity })
    clock.advance(10 * 365 * 86_400_000)
    expect(await cache.get('ever')).toBe(1)
  })

  test('a set with a ttl of 0 still outdates what was there', async () => {
    const { cache } = make()
    await cache.set('k', 1)
    await cache.set('k', 2, { ttl: 0 })
    expect(await cache.get('k')).toBeUndefined()
  })

  test('negativeTtl is for null alone', async () => {
    const { cache, clock } = make({ ttl: '10s', staleWhileRevalidate: '10s', negativeTtl: '1s' })
    await cache.getOrSet('null', () => null)
    await cache.getOrSet('zero', () => 0)
    clock.advance(1_000)
    expect((await cache.inspect('null')).state).toBe('dead')
    expect((await cache.inspect('zero')).state).toBe('fresh')
  })
})

describe('negativeTtl', () => {
  test('is inherited, turned off by false, and 0 does not store null', async () => {
    const { cache } = make({ ttl: '10s', negativeTtl: '1s', jitter: 0.5 })
    const lives = [undefined, false, 0, '2s'] as const
    for (const [n, negativeTtl] of lives.entries()) {
      await cache.set(`set ${n}`, null, { negativeTtl, jitter: negativeTtl === false ? false : undefined })
      await cache.getOrSet(`loaded ${n}`, () => null, { negativeTtl, jitter: false })
    }
    for (const [n, life] of [1_000, 10_000, undefined, 2_000].entries()) {
      expect(await lifeOf(cache, `set ${n}`)).toBe(life)
      expect(await lifeOf(cache, `loaded ${n}`)).toBe(life)
    }
  })
})

describe('jitter', () => {
  test('shortens only, by at most its ratio, and not each time alike', async () => {
    const { cache } = make({ ttl: '100s', jitter: 0.2 })
    const lives = new Set<number>()
    for (let n = 0; n < 50; n++) {
      await cache.set('k', n)
      lives.add((await lifeOf(cache, 'k')) ?? 0)
    }
    expect(Math.max(...lives)).toBeLessThanOrEqual(100_000)
    expect(Math.min(...lives)).toBeGreaterThanOrEqual(80_000)
    expect(lives.size).toBeGreaterThan(20)
  })

  test('takes off what chance says, from the ttl alone', async () => {
    for (const [chance, ttlLeftMs] of [
      [0, 100_000],
      [0.5, 90_000],
      [0.999_999, 80_001],
    ] as const) {
      const { cache } = make({ ttl: '100s', jitter: 0.2, staleIfError: '10s', random: () => chance })
      await cache.set('k', 1)
      expect(await cache.inspect('k')).toMatchObject({ ttlLeftMs, lifeLeftMs: ttlLeftMs + 10_000 })
    }
  })

  test('can be turned off below, and never ends a short life at once', async () => {
    const { cache } = make({ ttl: '1ms', jitter: 1, random: () => 0.999_999 })
    await cache.set('short', 1)
    await cache.namespace('n', { ttl: '10s', jitter: false }).set('k', 1)
    expect(await lifeOf(cache, 'short')).toBe(1)
    expect((await cache.inspect(['n', 'k'])).ttlLeftMs).toBe(10_000)
  })

  test('leaves Infinity alone', async () => {
    const { cache } = make({ ttl: Infinity, jitter: 1 })
    await cache.set('k', 1)
    expect(await lifeOf(cache, 'k')).toBe(Infinity)
  })
})

describe('timeouts', () => {
  test('the soft one serves the stale value while the load goes on', async () => {
    const { cache, clock } = make({ ttl: '1s', staleIfError: '1h', timeout: { soft: '100ms' } })
    await cache.set('k', 'old')
    clock.advance(1_000)
    const loader = deferredLoader<string, LoadContext<string>>()
    const read = cache.getOrSet('k', loader)
    await clock.advanceAsync(100)
    expect(await read).toBe('old')
    expect(loader.at(0).argument.signal.aborted).toBe(false)
    loader.at(0).resolve('new')
    await flush()
    expect(await cache.get('k')).toBe('new')
  })

  test('the soft one waits on when there is nothing to serve, or no more', async () => {
    const { cache, clock } = make({ ttl: '1s', staleIfError: '1h', timeout: { soft: '100ms' } })
    const loader = deferredLoader<string>()
    const first = cache.getOrSet('empty', loader)
    await cache.set('k', 'old', { tags: ['t'] })
    clock.advance(1_000)
    const second = cache.getOrSet('k', loader)
    await cache.invalidateTags(['t'])
    await clock.advanceAsync(500)
    loader.at(0).resolve('loaded')
    loader.at(1).resolve('loaded too')
    expect(await first).toBe('loaded')
    expect(await second).toBe('loaded too')
  })

  test('a load that ends at the hard timeout falls back to what is good if loaders fail', async () => {
    const { cache, clock } = make({ ttl: '1s', staleIfError: '1h', timeout: '5s' })
    await cache.set('k', 'old')
    clock.advance(1_000)
    const loader = deferredLoader<string, LoadContext<string>>()
    const read = cache.getOrSet('k', loader)
    await flush()
    const { signal } = loader.at(0).argument
    await clock.advanceAsync(5_000)
    expect(await read).toBe('old')
    expect(signal.reason).toMatchObject({ code: 'ERR_LOAD_TIMEOUT' })
  })

  test('a namespace that sets the soft one inherits the hard one', async () => {
    const { cache, clock } = make({ ttl: '1s', staleIfError: '1h', timeout: { hard: '5s' } })
    const fast = cache.namespace('n', { timeout: { soft: '100ms' } })
    await fast.set('k', 'old')
    clock.advance(1_000)
    const loader = deferredLoader<string, LoadContext<string>>()
    const read = fast.getOrSet('k', loader)
    const { signal } = loader.at(0).argument
    await clock.advanceAsync(100)
    expect(await read).toBe('old')
    await clock.advanceAsync(4_899)
    expect(signal.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(signal.aborted).toBe(true)
  })

  test('false waits as long as it takes', async () => {
    const { cache, clock } = make({ timeout: false })
    const loader = deferredLoader<string>()
    const read = cache.getOrSet('k', loader)
    await clock.advanceAsync(86_400_000)
    loader.at(0).resolve('late')
    expect(await read).toBe('late')
  })
})

describe('backoff', () => {
  test('a key that failed waits, another does not, and a success ends it', async () => {
    const { cache, clock } = make({ backoff: '1s' })
    const failing = (): never => {
      throw new Error('down')
    }
    await expect(cache.getOrSet('k', failing)).rejects.toThrow('down')
    expect(await cache.getOrSet('other', () => 1)).toBe(1)
    const loader = deferredLoader<number>()
    const waiting = cache.getOrSet('k', loader)
    await clock.advanceAsync(999)
    expect(loader.calls).toHaveLength(0)
    await clock.advanceAsync(1)
    loader.at(0).resolve(2)
    expect(await waiting).toBe(2)
    await cache.delete('k')
    expect(await cache.getOrSet('k', () => 3)).toBe(3)
  })

  test('a stale value is served meanwhile without another load', async () => {
    const { cache, clock } = make({ ttl: '1s', staleWhileRevalidate: '1h', backoff: '1s' })
    await cache.set('k', 'old')
    clock.advance(1_000)
    let loads = 0
    const failing = (): never => {
      loads++
      throw new Error('down')
    }
    for (let n = 0; n < 3; n++) {
      expect(await cache.getOrSet('k', failing)).toBe('old')
      await flush()
    }
    expect(loads).toBe(1)
    await clock.advanceAsync(1_000)
    expect(await cache.getOrSet('k', failing)).toBe('old')
    await flush()
    expect(loads).toBe(2)
  })
})
