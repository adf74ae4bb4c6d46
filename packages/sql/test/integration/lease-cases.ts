/** One load for each key across processes, over a database that has leases. */
import type { Lease, LeaseGrant } from '@hotpath/contract'
import { type Cache, systemClock } from '@hotpath/core'
import { deferredLoader } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import type { SqlTier } from '../../src/index.ts'
import { openNodes } from './nodes.ts'
import { until } from './until.ts'

/** What the cases work with. */
export interface LeaseBench {
  /** A tier with a pool of its own. */
  readonly tier: () => SqlTier
  /** How much longer the lease of a key lasts, by the server's clock; 0 when nobody holds it. */
  readonly remainingMs: (name: string, key: string) => Promise<number>
  /** By when those who wait are to have a value that has arrived. */
  readonly wakesWithinMs: number
}

export function leaseCases({ tier, remainingMs, wakesWithinMs }: LeaseBench): void {
  let names = 0
  const openLease = (name: string): Lease => {
    const context = { name, clock: systemClock, elapsed: () => performance.now(), evicted: () => {}, fault: () => {} }
    return tier().openLease?.(context) as Lease
  }

  describe('P7: one load for all processes', () => {
    test('many callers on many nodes share one load, and get its value soon after it has arrived', async () => {
      const caches = await openNodes(4, tier, { backoff: false })
      const load = deferredLoader<string>()
      const reads = caches.flatMap((cache) => Array.from({ length: 50 }, () => cache.getOrSet('k', load)))
      await until('a load', () => load.calls.length > 0)
      await new Promise((resolve) => void setTimeout(resolve, 100))
      expect(load.calls).toHaveLength(1)
      const startedAt = performance.now()
      load.at(0).resolve('value')
      expect(new Set(await Promise.all(reads))).toEqual(new Set(['value']))
      expect(performance.now() - startedAt).toBeLessThan(wakesWithinMs)
      expect(load.calls).toHaveLength(1)
    })

    test('when a load fails the next node takes its turn', async () => {
      const [one, other] = (await openNodes(2, tier, { backoff: false })) as [Cache, Cache]
      const load = deferredLoader<string>()
      const first = one.getOrSet('k', load).catch((error: Error) => error.message)
      await until('the first load', () => load.calls.length === 1)
      const second = other.getOrSet('k', load)
      load.at(0).reject(new Error('down'))
      expect(await first).toBe('down')
      await until('the second load', () => load.calls.length === 2)
      load.at(1).resolve('value')
      expect(await second).toBe('value')
    })

    test('a holder that died is followed by another', async () => {
      const [cache] = (await openNodes(1, tier)) as [Cache]
      const lease = openLease(cache.name)
      await lease.acquire('k', { ttlMs: 700 })
      expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
      await lease.close()
    })

    test('a long load keeps its lease, and a caller who leaves gives it back', async () => {
      const [one, other] = (await openNodes(2, tier, { backoff: false })) as [Cache, Cache]
      const load = deferredLoader<string>()
      const controller = new AbortController()
      const left = one.getOrSet('k', load, { signal: controller.signal }).catch((error: Error) => error.message)
      await until('the first load', () => load.calls.length === 1)
      await new Promise((resolve) => void setTimeout(resolve, 2_000))
      expect(await remainingMs(one.name, 'k')).toBeGreaterThan(3_500)
      const second = other.getOrSet('k', load)
      controller.abort(new Error('left'))
      expect(await left).toBe('left')
      await until('the second load', () => load.calls.length === 2)
      load.at(1).resolve('value')
      expect(await second).toBe('value')
    })
  })

  test('fencing tokens grow, and only the holder can renew or give back', async () => {
    const [name, key] = [`fence${++names}`, 'k\0 ü']
    const [lease, other] = [openLease(name), openLease(name)]
    const held = (await lease.acquire('held', { ttlMs: 30_000 })) as LeaseGrant
    expect(await other.acquire('held', { ttlMs: 30_000 })).toBeUndefined()
    await held.release()
    const first = (await lease.acquire(key, { ttlMs: 100 })) as LeaseGrant
    await until('it has ended', async () => (await remainingMs(name, key)) === 0)
    const second = (await other.acquire(key, { ttlMs: 5_000 })) as LeaseGrant
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken)
    expect(await first.renew()).toBe(false)
    await first.release()
    expect(await second.renew()).toBe(true)
    await second.release()
    expect(await remainingMs(name, key)).toBe(0)
    await second.release()
    const third = (await lease.acquire(key, { ttlMs: 5_000 })) as LeaseGrant
    expect(third.fencingToken).toBeGreaterThan(second.fencingToken)
    await third.release()
    await Promise.all([lease.close(), other.close()])
  })

  test('who waits is woken by a release, by the end of the time, by a signal and by the end of it all', async () => {
    const lease = openLease(`wait${++names}`)
    const grant = await lease.acquire('held', { ttlMs: 30_000 })
    const startedAt = performance.now()
    const controller = new AbortController()
    const waits = [
      lease.released('free', { timeoutMs: 30_000 }),
      lease.released('held', { timeoutMs: 100 }),
      lease.released('held', { timeoutMs: 30_000, signal: controller.signal }),
      lease.released('held', { timeoutMs: 30_000, signal: AbortSignal.abort() }),
    ]
    await waits[0]
    controller.abort()
    await Promise.all(waits)
    const told = lease.released('held', { timeoutMs: 30_000 })
    await new Promise((resolve) => void setTimeout(resolve, 100))
    await grant?.release()
    await told
    await lease.acquire('held', { ttlMs: 30_000 })
    const ended = lease.released('held', { timeoutMs: 30_000 })
    await lease.close()
    await ended
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })

  test('the leases of two caches are apart, and so are those of two keys', async () => {
    const [one, other] = [openLease(`apart${++names}`), openLease(`apart${++names}`)]
    const grants = await Promise.all([
      one.acquire('k', { ttlMs: 5_000 }),
      other.acquire('k', { ttlMs: 5_000 }),
      one.acquire('K', { ttlMs: 5_000 }),
    ])
    for (const grant of grants) expect(grant).toBeDefined()
    for (const grant of grants) await grant?.release()
    await Promise.all([one.close(), other.close()])
  })
}
