import type { InvalidationLog, LogFollower } from '@hotpath/contract'
import { asyncTier, createFakeClock, createSharedLog, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type CacheOptions, createMemoryLog } from './core.ts'
import { make } from './make.ts'

/** A cache over a log of another machine: with heartbeats, and a network that can be cut and can lose records. */
function remote(options: Partial<CacheOptions> = {}) {
  const clock = createFakeClock()
  const shared = createSharedLog(() => createMemoryLog())
  const server = shared.connect()
  const network = { isCut: false, losesRecords: false, hidesInterruptions: false }
  const reach = async <Result>(call: () => Result): Promise<Awaited<Result>> => {
    if (network.isCut) throw new Error('no route')
    return await call()
  }
  const log: InvalidationLog = {
    heartbeatMs: 1_000,
    append: (invalidations) => reach(() => server.append(invalidations)),
    head: () => reach(() => server.head()),
    snapshot: () => reach(() => server.snapshot()),
    follow: (follower: LogFollower) =>
      reach(() =>
        server.follow({
          record: (record) => void (network.isCut || network.losesRecords || follower.record(record)),
          interrupted: (cause) => void (network.hidesInterruptions || follower.interrupted(cause)),
        }),
      ),
    close: () => server.close(),
  }
  const { cache } = make({ log: () => log, clock, ttl: '1h', ...options })
  const faults: string[] = []
  cache.on('fault', ({ error }) => faults.push(`${error.code}: ${error.message}`))
  return { cache, clock, server, shared, network, faults }
}

describe('heartbeats', () => {
  test('P3: a record that was the last and was lost is noticed', async () => {
    const { cache, clock, server, network } = remote()
    await flush()
    await cache.set('k', 1, { tags: ['t'] })
    expect(await cache.get('k')).toBe(1)
    network.losesRecords = true
    await server.append([{ scope: { type: 'tag', tag: 't' }, strength: 'hard' }])
    network.losesRecords = false
    expect(cache.peek('k')).toBe(1)
    await clock.advanceAsync(2_000)
    expect(cache.peek('k')).toBeUndefined()
    await cache.set('k', 2)
    expect(cache.peek('k')).toBe(2)
  })

  test('P5: a log that was replaced without a word is noticed', async () => {
    const { cache, clock, shared, network } = remote()
    await flush()
    await cache.set('k', 1)
    network.hidesInterruptions = true
    shared.replace()
    expect(cache.peek('k')).toBe(1)
    await clock.advanceAsync(1_000)
    expect(cache.peek('k')).toBeUndefined()
  })

  test('P3: without contact entries are served for maxOffline, and again when it is back', async () => {
    const { cache, clock, network, faults } = remote({ maxOffline: '10s' })
    await flush()
    await cache.set('k', 1)
    await clock.advanceAsync(5_000)
    network.isCut = true
    await clock.advanceAsync(9_000)
    expect(cache.peek('k')).toBe(1)
    expect(await cache.get('k')).toBe(1)
    await clock.advanceAsync(1_000)
    expect([cache.peek('k'), await cache.get('k')]).toEqual([undefined, undefined])
    expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
    expect(cache.peek('k')).toBeUndefined()
    // Nobody has invalidated anything, so the message must not say so.
    expect(faults).toEqual([
      'ERR_LOG_UNAVAILABLE: The invalidation log cannot be reached, so this process does not hear of invalidations; after `maxOffline` its entries are misses. Check the connection of the tier that brings the log. Cause: no route',
      expect.stringMatching(/^ERR_LOG_NO_VIEW: The value of `k` was not stored/),
    ])
    network.isCut = false
    await clock.advanceAsync(1_000)
    expect(await cache.getOrSet('k', () => 'new')).toBe(1)
  })

  test('P3: a machine that slept too long does not serve before it has asked', async () => {
    const { cache, clock } = remote({ maxOffline: '10s' })
    await flush()
    await cache.set('k', 1)
    clock.suspend(3_600_000 - 1_000)
    expect(await cache.get('k')).toBeUndefined()
    expect((await cache.inspect('k')).state).toBe('outdated')
  })

  test('maxOffline: false serves on', async () => {
    const { cache, clock, network } = remote({ maxOffline: false })
    await flush()
    await cache.set('k', 1)
    network.isCut = true
    await clock.advanceAsync(600_000)
    expect(await cache.get('k')).toBe(1)
  })

  test('what a life of the log acknowledged is appended to the next one', async () => {
    const { cache, clock, server, shared } = remote()
    await flush()
    await cache.invalidateTags(['early'])
    await clock.advanceAsync(31_000)
    await cache.invalidateTags(['late'])
    await cache.delete('k')
    shared.replace()
    await flush()
    // Two of the last half minute; the position of the new life began at nothing.
    expect((await server.head()).position).toBe(2)
    await clock.advanceAsync(5_000)
    expect((await server.head()).position).toBe(2)
  })

  test('so is what a server acknowledged that was replaced long before the process hears of it', async () => {
    const { cache, clock, server, shared } = remote({ maxOffline: '3s' })
    await flush()
    await cache.delete('k')
    await clock.advanceAsync(20_000)
    shared.replace()
    await flush()
    expect((await server.head()).position).toBe(1)
  })

  test('many reads of a lower tier at once look at the clock once in many', async () => {
    const clock = createFakeClock()
    let looks = 0
    const counting = { ...clock, monotonic: () => (looks++, clock.monotonic()) }
    const { cache } = remote({ clock: counting, tiers: [asyncTier()], maxOffline: '10s' })
    await flush()
    await cache.set('k', 1)
    looks = 0
    const found = await Promise.all(Array.from({ length: 1_000 }, () => cache.get('k')))
    expect(found.every((value) => value === 1)).toBe(true)
    expect(looks).toBeLessThan(200)
  })

  test('P17: close ends them', async () => {
    const { cache, clock } = remote()
    await flush()
    await cache.close()
    await clock.advanceAsync(5_000)
    expect(clock.pending).toBe(0)
  })
})
