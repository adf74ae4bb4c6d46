import type { Lease, LeaseGrant } from '@hotpath/contract'
import { asyncTier, createFakeClock, createSharedStore, type FakeClock, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { lease } from '../src/lease/lease.ts'
import { type Cache, memory } from './core.ts'
import { make } from './make.ts'

/** Leases of one store on virtual time, for several processes. */
function leaseStore(clock: FakeClock) {
  const held = new Map<string, { readonly holder: number; until: number }>()
  const waiting = new Set<() => void>()
  let fencing = 0
  let isDown = false
  let replyMs = 0
  const now = (): number => clock.monotonic()
  const isHeld = (key: string): boolean => (held.get(key)?.until ?? 0) > now()
  const ask = async <Result>(run: () => Result): Promise<Result> => {
    await Promise.resolve()
    if (isDown) throw new Error('down')
    const result = run()
    if (replyMs > 0) await new Promise<void>((resolve) => void clock.after(replyMs, resolve))
    return result
  }
  const open = (): Lease => ({
    acquire: (key, { ttlMs }) =>
      ask((): LeaseGrant | undefined => {
        if (isHeld(key)) return undefined
        const holder = ++fencing
        held.set(key, { holder, until: now() + ttlMs })
        return {
          fencingToken: holder,
          renew: () =>
            ask(() => {
              const own = held.get(key)
              if (own?.holder !== holder || !isHeld(key)) return false
              own.until = now() + ttlMs
              return true
            }),
          release: () =>
            ask(() => {
              if (held.get(key)?.holder === holder) held.delete(key)
              for (const wake of waiting) wake()
            }),
        }
      }),
    released: (key, { timeoutMs, signal }) =>
      new Promise((resolve) => {
        const end = (): void => {
          waiting.delete(end)
          cancel()
          resolve()
        }
        const cancel = clock.after(Math.min(timeoutMs, 500), end)
        waiting.add(end)
        signal?.addEventListener('abort', end)
        if (!isHeld(key)) end()
      }),
    close: async () => {},
  })
  return {
    open,
    down: (is: boolean) => void (isDown = is),
    replyAfter: (ms: number) => void (replyMs = ms),
    keys: () => [...held.keys()],
  }
}

function nodes(count: number) {
  const clock = createFakeClock()
  const store = leaseStore(clock)
  const entries = createSharedStore()
  const caches = Array.from({ length: count }, (): Cache => {
    const tier = { ...asyncTier(entries), openLease: () => store.open() }
    return make({ clock, tiers: [memory({ maxEntries: 10 }), tier] }).cache
  })
  return { clock, store, caches: caches as [Cache, Cache] }
}

describe('a lease', () => {
  test('has one holder, and goes to the next when it is released', async () => {
    const { caches } = nodes(2)
    const [first, second] = await Promise.all(caches.map((cache) => lease(cache, 'job')))
    expect(first?.fencingToken).toBe(1)
    expect(second).toBeUndefined()
    expect((await lease(caches[1], 'other'))?.fencingToken).toBe(2)
    await first?.release()
    await first?.release()
    expect((await lease(caches[1], 'job'))?.fencingToken).toBe(3)
    expect(first?.signal.aborted).toBe(false)
  })

  test('is renewed as long as it is held', async () => {
    const { caches, clock } = nodes(2)
    const held = await lease(caches[0], 'job', { ttl: '3s' })
    for (let second = 0; second < 60; second++) await clock.advanceAsync(1_000)
    expect(held?.signal.aborted).toBe(false)
    expect(await lease(caches[1], 'job')).toBeUndefined()
  })

  test('of a holder that cannot renew it is lost before another can have it', async () => {
    const { caches, clock, store } = nodes(2)
    const held = await lease(caches[0], 'job', { ttl: '3s' })
    store.down(true)
    await clock.advanceAsync(2_999)
    expect(held?.signal.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(held?.signal.reason).toMatchObject({ code: 'ERR_LEASE_LOST' })
    store.down(false)
    const next = await lease(caches[1], 'job', { wait: '10s' })
    expect(next?.fencingToken).toBe(2)
    await clock.advanceAsync(10_000)
    expect(next?.signal.aborted).toBe(false)
  })

  test('ends its time after the renewal was asked for, however late the reply is', async () => {
    const { caches, clock, store } = nodes(1)
    const held = await lease(caches[0], 'job', { ttl: '3s' })
    store.replyAfter(500)
    await clock.advanceAsync(2_000)
    store.down(true)
    await clock.advanceAsync(1_999)
    expect(held?.signal.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(held?.signal.reason).toMatchObject({ code: 'ERR_LEASE_LOST' })
  })

  test('survives a store that is away for less than its time', async () => {
    const { caches, clock, store } = nodes(1)
    const held = await lease(caches[0], 'job', { ttl: '3s' })
    store.down(true)
    await clock.advanceAsync(1_500)
    store.down(false)
    await clock.advanceAsync(60_000)
    expect(held?.signal.aborted).toBe(false)
  })

  test('that another has is waited for', async () => {
    const { caches, clock } = nodes(2)
    const held = await lease(caches[0], 'job')
    const next = lease(caches[1], 'job', { wait: Infinity })
    const briefly = lease(caches[1], 'job', { wait: '2s' })
    for (let step = 0; step < 6; step++) await clock.advanceAsync(500)
    expect(await briefly).toBeUndefined()
    await held?.release()
    await flush()
    expect((await next)?.fencingToken).toBe(2)
  })

  test('is not waited for any more when the signal is aborted, or the cache closed', async () => {
    const { caches, clock } = nodes(2)
    await lease(caches[0], 'job')
    const controller = new AbortController()
    const aborted = lease(caches[1], 'job', { wait: Infinity, signal: controller.signal })
    const closed = lease(caches[1], 'job', { wait: Infinity })
    aborted.catch(() => {})
    closed.catch(() => {})
    await flush()
    controller.abort(new Error('left'))
    await expect(aborted).rejects.toThrow('left')
    await caches[1].close()
    await expect(closed).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    await expect(lease(caches[1], 'job')).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    await caches[0].close()
    expect(clock.pending).toBe(0)
  })

  test('is given back when the cache is closed', async () => {
    const { caches, store } = nodes(2)
    const held = await lease(caches[0], 'job')
    await caches[0].close()
    expect(held?.signal.reason).toMatchObject({ code: 'ERR_CACHE_CLOSED' })
    expect(store.keys()).toEqual([])
  })

  test('that was granted too late for its caller is given back', async () => {
    const { caches, store } = nodes(1)
    const controller = new AbortController()
    const asking = lease(caches[0], 'job', { signal: controller.signal })
    controller.abort(new Error('left'))
    await expect(asking).rejects.toThrow('left')
    await flush()
    expect(store.keys()).toEqual([])
  })

  test('is `undefined` where no tier has leases, and where the store is away', async () => {
    const { caches, store } = nodes(1)
    expect(await lease(make().cache, 'job')).toBeUndefined()
    store.down(true)
    const faults: string[] = []
    caches[0].on('fault', ({ error }) => faults.push(error.code))
    expect(await lease(caches[0], 'job')).toBeUndefined()
    expect(faults).toEqual(['ERR_TIER_FAILED'])
  })

  test('refuses wrong options', async () => {
    const { caches } = nodes(1)
    for (const [name, options] of [
      ['', {}],
      ['job', { ttl: 0 }],
      ['job', { ttl: Infinity }],
      ['job', { ttl: null as never }],
      ['job', { wait: null as never }],
      ['job', { for: 1 }],
    ] as const) {
      await expect(lease(caches[0], name, options as never)).rejects.toMatchObject({
        code: expect.stringMatching('ERR_CONFIG'),
      })
    }
  })
})
