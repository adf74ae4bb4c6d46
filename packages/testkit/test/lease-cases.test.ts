import type { Lease } from '@hotpath/contract'
import { describe, expect, test } from 'vitest'
import { ConformanceError, leaseCases } from '../src/index.ts'
import { openModelLease } from './model-lease.ts'

describe('the model leases keep the contract of leases: they', () => {
  for (const { name, run } of leaseCases({ open: openModelLease })) test(name, run)
})

interface Fault {
  readonly case: string
  readonly break: (lease: Lease) => Partial<Lease>
}

/** Ways to break leases. Each must be noticed by the case that is about it. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'grant one lease to all': {
    case: 'grants a lease to one of all that ask at once',
    break: () => ({ acquire: async () => ({ fencingToken: 1, renew: async () => true, release: async () => {} }) }),
  },
  'repeat their fencing tokens': {
    case: 'grants it again when it was given back, with a larger fencing token',
    break: (lease) => ({
      async acquire(key, options) {
        const grant = await lease.acquire(key, options)
        return grant && { ...grant, fencingToken: 1 }
      },
    }),
  },
  'renew what was given back': {
    case: 'renews a lease until it is given back',
    break: (lease) => ({
      async acquire(key, options) {
        const grant = await lease.acquire(key, options)
        return grant && { ...grant, renew: async () => true }
      },
    }),
  },
  'take small letters for capital ones': {
    case: 'keeps the leases of two keys apart, and those of two caches',
    break: (lease) => ({ acquire: (key, options) => lease.acquire(key.toLowerCase(), options) }),
  },
  'wake at once': {
    case: 'wakes all that wait when the lease is given back, and at once where it is free',
    break: () => ({ released: async () => {} }),
  },
}

describe('the suite notices leases that', () => {
  for (const [fault, { case: name, break: broken }] of Object.entries(FAULTS)) {
    test(fault, async () => {
      const cases = leaseCases({
        open(context) {
          const lease = openModelLease(context)
          return { ...lease, ...broken(lease) }
        },
      })
      await expect(cases.find((one) => one.name === name)?.run()).rejects.toThrow(ConformanceError)
    })
  }
})
