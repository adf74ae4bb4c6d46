import { createFakeClock, deferred, flush } from '@hotpath/testkit'
import { createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { STORES } from '../src/database/stores.ts'
import { openLockLease } from '../src/lease/lock-lease.ts'

afterEach(() => void vi.unstubAllGlobals())

it('gives a lock back that is granted after the leases were closed', async () => {
  const granting = deferred()
  const held: string[] = []
  const request = async (name: string, _: unknown, work: (lock: object) => Promise<void>) => {
    await granting.promise
    held.push(name)
    await work({ name })
    held.pop()
  }
  vi.stubGlobal('navigator', { locks: { request } })
  const lifecycle = createFakeLifecycle()
  const database = createFakeDatabase({ stores: STORES, lifecycle })
  const lease = openLockLease({ name: 'shop', clock: createFakeClock(), lifecycle, database })
  const acquired = Promise.resolve(lease.acquire('a', { ttlMs: 1_000 })).catch((error: Error) => error.message)
  await lease.close()
  granting.resolve()
  await flush()
  expect(await acquired).toBe('the leases were closed')
  expect(held).toEqual([])
})

it('writes a number for those that look at it, and for a load none', async () => {
  const request = (name: string, _: unknown, work: (lock: object) => Promise<void>) => work({ name })
  vi.stubGlobal('navigator', { locks: { request } })
  const lifecycle = createFakeLifecycle()
  const database = createFakeDatabase({ stores: STORES, lifecycle })
  const transaction = vi.spyOn(database, 'transaction')
  const lease = openLockLease({ name: 'shop', clock: createFakeClock(), lifecycle, database })
  expect(await lease.acquire('a', { ttlMs: 1_000, isFenced: false })).toMatchObject({ fencingToken: 0 })
  expect(transaction).not.toHaveBeenCalled()
  expect(await lease.acquire('b', { ttlMs: 1_000 })).toMatchObject({ fencingToken: 1 })
  await lease.close()
})
