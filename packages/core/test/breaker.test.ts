import type { Entry, TierStore } from '@hotpath/contract'
import { asyncTier, chaosTier, createFakeClock, createRandom, deferredLoader, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { Breaker } from '../src/shared/tiers/breaker.ts'
import { memory } from './core.ts'
import { GuardedTier } from '../src/shared/tiers/lower-tiers.ts'
import { make } from './make.ts'

describe('breaker', () => {
  test('opens after five failures in a row, and lets one call probe after each pause', () => {
    const breaker = new Breaker()
    for (let n = 0; n < 4; n++) breaker.failed(0)
    expect(breaker.allows(0)).toBe(true)
    breaker.succeeded()
    for (let n = 0; n < 5; n++) breaker.failed(0)
    expect(breaker.allows(4_999)).toBe(false)
    expect([breaker.allows(5_000), breaker.allows(5_001)]).toEqual([true, false])
    breaker.failed(5_100)
    expect([breaker.allows(10_099), breaker.allows(10_100)]).toEqual([false, true])
    breaker.succeeded()
    expect([breaker.allows(10_101), breaker.allows(10_101)]).toEqual([true, true])
  })

  test('while it is open, failures of calls that began before put the probe off', () => {
    const breaker = new Breaker()
    for (let n = 0; n < 5; n++) breaker.failed(0)
    breaker.failed(3_000)
    expect([breaker.allows(5_000), breaker.allows(7_999), breaker.allows(8_000)]).toEqual([false, false, true])
  })
})

describe('a tier behind its breaker', () => {
  test('is not asked while it is open, is probed after the pause, and is back with the first success', async () => {
    const clock = createFakeClock()
    const tier = chaosTier(asyncTier(), { random: createRandom(1), clock })
    const { cache } = make({ clock, tiers: [memory({ maxEntries: 1 }), tier] })
    await cache.set('k', 'below')
    await cache.set('pushes it out', 1)
    const faults: string[] = []
    cache.on('fault', ({ error }) => faults.push(error.code))
    const callsOf = async (reads: number): Promise<number> => {
      const before = tier.counts.calls
      for (let n = 0; n < reads; n++) await cache.get('k')
      return tier.counts.calls - before
    }
    tier.down()
    expect(await callsOf(20)).toBe(5)
    expect(faults).toEqual(['ERR_TIER_FAILED'])
    expect(cache.stats().tiers[1]).toMatchObject({ faults: 5 })
    clock.advance(5_000)
    expect(await callsOf(20)).toBe(1)
    tier.up()
    expect(await cache.get('k')).toBeUndefined()
    clock.advance(5_000)
    expect(await cache.get('k')).toBe('below')
    expect(cache.stats().tiers[1]).toMatchObject({ faults: 6, hits: 1 })
  })

  /** A guarded tier whose reads the test answers. */
  function guarded(timeoutMs: number) {
    const clock = createFakeClock()
    const load = deferredLoader<Entry | undefined>()
    const faults: string[] = []
    const store = { get: load } as unknown as TierStore
    const tier = new GuardedTier(
      { type: 'slow', index: 1, store },
      {
        clock,
        timeoutMs,
        elapsed: () => clock.monotonic(),
        fault: ({ code }) => void faults.push(code),
        recovered: () => {},
        measure: () => undefined,
      },
    )
    return { clock, load, faults, tier }
  }

  test('being too slow counts as a failure, once, whatever comes later', async () => {
    const { clock, load, faults, tier } = guarded(200)
    const reads = Array.from({ length: 5 }, () => tier.run('get', (store) => store.get('k')))
    await clock.advanceAsync(199)
    expect(faults).toEqual([])
    await clock.advanceAsync(1)
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 5 }, () => undefined))
    load.at(0).reject(new Error('late'))
    load.at(1).resolve(undefined)
    await flush()
    expect(faults).toEqual(Array.from({ length: 5 }, () => 'ERR_TIER_TIMEOUT'))
    // The late success has not closed it.
    await tier.get('k').answers
    expect(load.calls).toHaveLength(5)
    expect(clock.pending).toBe(0)
  })

  test('without a limit it is waited for', async () => {
    const { clock, load, faults, tier } = guarded(Infinity)
    const read = tier.get('k').answers
    await clock.advanceAsync(3_600_000)
    load.at(0).resolve(undefined)
    expect(await read).toEqual([undefined])
    expect(faults).toEqual([])
  })

  test('what it throws or rejects with is the cause of a typed error that names tier and operation', async () => {
    const clock = createFakeClock()
    const cause = new Error('down')
    const told: unknown[] = []
    const tier = new GuardedTier(
      { type: 'broken', index: 1, store: {} as TierStore },
      {
        clock,
        timeoutMs: 1_000,
        elapsed: () => 0,
        fault: (error) => void told.push(error),
        recovered: () => {},
        measure: () => undefined,
      },
    )
    const thrower = (): never => {
      throw cause
    }
    expect(await tier.run('get', thrower)).toBeUndefined()
    expect(await tier.run('delete', () => Promise.reject(cause))).toBeUndefined()
    expect(told).toMatchObject([
      { code: 'ERR_TIER_FAILED', cause, context: { tier: 'broken', operation: 'get' } },
      { code: 'ERR_TIER_FAILED', cause, context: { tier: 'broken', operation: 'delete' } },
    ])
    tier.close()
    expect(clock.pending).toBe(0)
  })
})
