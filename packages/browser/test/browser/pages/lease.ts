/** A page with the leases of all tabs. */
import { type Lease, type LeaseGrant, systemClock } from '@hotpath/contract'
import { createBrowserCache } from '@hotpath/browser'
import { leaseCases } from '@hotpath/testkit'
import { createLifecycle } from '@hotpath/web'
import { openDatabase } from '@hotpath/web/database'
import { STORES } from '../../../src/database/stores.ts'
import { openLockLease } from '../../../src/lease/lock-lease.ts'

const lifecycle = createLifecycle()
const grants = new Map<string, LeaseGrant>()
let leases: Lease | undefined

function open(name: string): Lease {
  const database = openDatabase({ name, stores: STORES })
  return openLockLease({ name, clock: systemClock, lifecycle, database })
}

/** Runs the conformance suite; returns what does not hold. */
export async function runCases(): Promise<string[]> {
  const cases = leaseCases({ open: ({ name }) => open(name), clock: systemClock })
  const failures: string[] = []
  for (const { name, run } of cases) await run().catch((error: unknown) => failures.push(`${name}: ${String(error)}`))
  return failures.length === 0 ? [`${cases.length} cases hold`] : failures
}

/** Whether the lease of a key was granted to this tab. */
export async function acquire(key: string): Promise<boolean> {
  leases ??= open('tabs')
  const grant = await leases.acquire(key, { ttlMs: 60_000 })
  if (grant !== undefined) grants.set(key, grant)
  return grant !== undefined
}

/** Waits until the lease of a key is free. */
export async function released(key: string): Promise<void> {
  await leases?.released(key, { timeoutMs: 60_000 })
}

/** Whether this tab has the lease of a key still. */
export async function renew(key: string): Promise<boolean> {
  return (await grants.get(key)?.renew()) === true
}

let loads = 0

/** Reads keys at once through a cache, whose loader takes a while; resolves to how many this tab loaded. */
export async function readCold(name: string, count: number, loadMs: number): Promise<number> {
  const cache = createBrowserCache({ name, ttl: '1h', tierTimeout: '20s' })
  const load = async (): Promise<number> => {
    loads++
    await fetch(`/api/slow?ms=${loadMs}`)
    return 1
  }
  await Promise.all(Array.from({ length: count }, (_, index) => cache.getOrSet(`key:${index}`, load)))
  return loads
}
