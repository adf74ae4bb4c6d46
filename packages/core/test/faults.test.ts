/** Faults of what is away: the first is told at once, later ones are counted, and the end is told, too. */
import type { Lease, Tier } from '@hotpath/contract'
import { type FakeClock, asyncTier, chaosLog, chaosTier, createFakeClock, createRandom, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { type Cache, createMemoryLog, memory } from './core.ts'
import { make } from './make.ts'

/** What listeners hear: codes with their counts, and recoveries. */
function listen(cache: Cache): string[] {
  const heard: string[] = []
  cache.on('fault', ({ error, tier, count }) => heard.push(`${error.code} of ${tier ?? 'the log'}, ${count}`))
  cache.on('recover', ({ tier, faults, durationMs }) =>
    heard.push(`${tier ?? 'the log'} is back after ${durationMs} ms and ${faults} faults`),
  )
  return heard
}

function withTier() {
  const clock = createFakeClock()
  const tier = chaosTier(asyncTier(), { random: createRandom(1), clock })
  const { cache } = make({ clock, tiers: [tier] })
  return { cache, clock, tier, heard: listen(cache) }
}

async function readEachSecond(cache: Cache, clock: FakeClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await cache.get('k')
    clock.advance(1_000)
  }
}

describe('a tier that is away', () => {
  test('is one fault at once, then a count every half minute, then a recovery', async () => {
    const { cache, clock, tier, heard } = withTier()
    tier.down()
    await readEachSecond(cache, clock, 70)
    // Five failures open the breaker; after that there is a probe every five seconds.
    const { faults } = cache.stats().tiers[0] ?? {}
    expect(heard).toEqual([
      'ERR_TIER_FAILED of async, 1',
      'ERR_TIER_FAILED of async, 10',
      'ERR_TIER_FAILED of async, 6',
    ])
    tier.up()
    clock.advance(5_000)
    await cache.get('k')
    await cache.get('k')
    expect(heard.slice(3)).toEqual([`async is back after 75000 ms and ${faults} faults`])
  })

  test('that fails once in a while says so each time', async () => {
    const { cache, tier, heard } = withTier()
    for (let n = 0; n < 2; n++) {
      tier.down()
      await cache.get('k')
      tier.up()
      await cache.get('k')
    }
    const once = ['ERR_TIER_FAILED of async, 1', 'async is back after 0 ms and 1 faults']
    expect(heard).toEqual([...once, ...once])
  })

  test('that fails in another way says so at once', async () => {
    const clock = createFakeClock()
    let hangs = false
    const store = { ...asyncTier().open(contextOf(clock)), get: () => (hangs ? new Promise<never>(() => {}) : fail()) }
    const tier: Tier = { type: 'slow', open: () => store }
    const { cache } = make({ clock, tiers: [tier], tierTimeout: '1s' })
    const heard = listen(cache)
    await cache.get('k')
    await cache.get('k')
    hangs = true
    const read = cache.get('k')
    await clock.advanceAsync(1_000)
    await read
    expect(heard).toEqual(['ERR_TIER_FAILED of slow, 1', 'ERR_TIER_TIMEOUT of slow, 1'])
  })
})

describe('a log that is away', () => {
  test('is one fault at once, a count every half minute, and a recovery', async () => {
    const clock = createFakeClock()
    const log = chaosLog(createMemoryLog(), { random: createRandom(1), clock })
    log.down()
    const { cache } = make({ clock, log: () => log })
    const heard = listen(cache)
    await clock.advanceAsync(65_000)
    expect(heard).toEqual([
      'ERR_LOG_UNAVAILABLE of the log, 1',
      'ERR_LOG_UNAVAILABLE of the log, 30',
      'ERR_LOG_UNAVAILABLE of the log, 30',
    ])
    log.up()
    await clock.advanceAsync(1_000)
    expect(heard.slice(3)).toEqual([expect.stringMatching(/^the log is back after 66000 ms and \d+ faults$/)])
  })

  test('is a fault of appends, too, whether or not they are queued', async () => {
    const clock = createFakeClock()
    const log = chaosLog(createMemoryLog(), { random: createRandom(1), clock })
    const { cache } = make({ clock, log: () => log, queue: true })
    await flush()
    const heard = listen(cache)
    log.down()
    await cache.delete('k')
    await cache.delete('l', { queue: false }).catch(() => {})
    await cache.set('m', 1)
    expect(heard).toEqual(['ERR_LOG_UNAVAILABLE of the log, 1', 'ERR_LOG_NO_VIEW of the log, 1'])
    log.up()
    await clock.advanceAsync(2_000)
    expect(heard.at(-1)).toMatch(/^the log is back/)
  })
})

describe('leases', () => {
  function leased() {
    const clock = createFakeClock()
    const tier = chaosTier(asyncTier(), { random: createRandom(1), clock })
    let asked = 0
    const lease: Lease = {
      acquire: async () => {
        asked++
        return { fencingToken: asked, renew: async () => true, release: async () => {} }
      },
      released: async () => {},
      close: async () => {},
    }
    const { cache } = make({ clock, tiers: [memory({ maxEntries: 10 }), { ...tier, openLease: () => lease }] })
    return { cache, tier, asked: () => asked }
  }

  test('are not asked of a tier whose look-up has just failed', async () => {
    const { cache, tier, asked } = leased()
    tier.down()
    await cache.getOrSet('k', () => 1)
    expect(asked()).toBe(0)
    tier.up()
    await cache.getOrSet('l', () => 1)
    expect(asked()).toBe(1)
  })
})

describe('`queue` of a cache', () => {
  test('is inherited by every write and every namespace, and a call may say otherwise', async () => {
    const clock = createFakeClock()
    const log = chaosLog(createMemoryLog(), { random: createRandom(1), clock })
    const { cache } = make({ clock, log: () => log, queue: true })
    await flush()
    log.down()
    const writes = [
      cache.set('k', 1),
      cache.setMany([{ key: 'k', value: 1 }]),
      cache.delete('k'),
      cache.expire('k'),
      cache.invalidateTags(['t']),
      cache.expireTags(['t']),
      cache.invalidatePrefix('k'),
      cache.invalidatePattern('k*'),
      cache.clear(),
      cache.namespace('n').clear(),
      cache.wrap((n: number) => n, { name: 'same' }).invalidate(1),
    ]
    for (const token of await Promise.all(writes)) expect(token).toMatch(/\.\d+$/)
    await expect(cache.delete('k', { queue: false })).rejects.toMatchObject({ code: 'ERR_LOG_UNAVAILABLE' })
  })

  test('an error without it names the call and the way out', async () => {
    const clock = createFakeClock()
    const log = chaosLog(createMemoryLog(), { random: createRandom(1), clock })
    const { cache } = make({ clock, log: () => log })
    await flush()
    log.down()
    await expect(cache.invalidateTags(['t'])).rejects.toThrow(/did not confirm `invalidateTags`.*`queue: true`/)
    await expect(cache.namespace('n').set('k', 1)).rejects.toThrow(/did not confirm `set`/)
  })
})

function fail(): never {
  throw new Error('down')
}

function contextOf(clock: FakeClock) {
  return { name: 'test', clock, elapsed: () => clock.monotonic(), evicted: () => {}, fault: () => {} }
}
