import type { Lease, LeaseGrant } from '@hotpath/contract'
import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { GuardedLease } from '../src/shared/lease/guarded-lease.ts'

function guarded() {
  const clock = createFakeClock()
  const faults: unknown[] = []
  const asked: ReturnType<typeof deferred<LeaseGrant | undefined>>[] = []
  const released = deferred()
  const inner: Lease = {
    acquire: () => {
      const answer = deferred<LeaseGrant | undefined>()
      asked.push(answer)
      return answer.promise
    },
    released: () => released.promise,
    close: async () => {},
  }
  const host = {
    clock,
    timeoutMs: 200,
    elapsed: () => clock.monotonic(),
    isAway: () => false,
    recovered: () => {},
    fault: (error: unknown) => faults.push(error),
  }
  return { lease: new GuardedLease(inner, host), clock, faults, asked, released }
}

function grant(): LeaseGrant & { readonly releases: number } {
  const one = {
    fencingToken: 1,
    releases: 0,
    renew: async () => true,
    release: async () => void one.releases++,
  }
  return one
}

describe('a lease behind its guard', () => {
  test('is granted, or taken by somebody else', async () => {
    const { lease, asked, faults } = guarded()
    const [first, second] = [lease.acquire('k', { ttlMs: 1 }), lease.acquire('k', { ttlMs: 1 })]
    const mine = grant()
    asked[0]?.resolve(mine)
    asked[1]?.resolve(undefined)
    expect(await first).toEqual({ type: 'granted', grant: mine })
    expect(await second).toEqual({ type: 'taken' })
    expect(faults).toEqual([])
  })

  test('that is not answered for in time cannot be had, and is given back when it comes late', async () => {
    const { lease, clock, asked, faults } = guarded()
    const asking = lease.acquire('k', { ttlMs: 1 })
    await clock.advanceAsync(200)
    expect(await asking).toEqual({ type: 'unavailable' })
    expect(faults).toMatchObject([{ code: 'ERR_TIER_FAILED', context: { operation: 'lease' } }])
    const late = grant()
    asked[0]?.resolve(late)
    await flush()
    expect(late.releases).toBe(1)
  })

  test('that fails again and again is not asked for for a while, then probed once', async () => {
    const { lease, clock, asked, faults } = guarded()
    for (let n = 0; n < 5; n++) {
      const asking = lease.acquire('k', { ttlMs: 1 })
      asked[n]?.reject(new Error('down'))
      await asking
    }
    expect(await lease.acquire('k', { ttlMs: 1 })).toEqual({ type: 'unavailable' })
    expect([asked.length, faults.length]).toEqual([5, 5])
    clock.advance(5_000)
    void lease.acquire('k', { ttlMs: 1 })
    expect(asked).toHaveLength(6)
    expect(await lease.acquire('k', { ttlMs: 1 })).toEqual({ type: 'unavailable' })
  })

  test('P17: a release that hangs is waited for no longer than any other answer, and close ends all waiting', async () => {
    const { lease, clock, faults } = guarded()
    const stuck = { ...grant(), release: () => new Promise<never>(() => {}) }
    const releasing = lease.release('k', stuck)
    await clock.advanceAsync(200)
    await releasing
    expect(faults).toHaveLength(1)
    const asking = lease.acquire('k', { ttlMs: 1 })
    await lease.close()
    expect(await asking).toEqual({ type: 'unavailable' })
    expect(clock.pending).toBe(0)
  })

  test('whose end cannot be told of is not waited for', async () => {
    const { lease, released, faults } = guarded()
    const waiting = lease.released('k', { timeoutMs: 1_000 })
    released.reject(new Error('down'))
    expect(await waiting).toBe(false)
    expect(faults).toHaveLength(1)
  })
})
