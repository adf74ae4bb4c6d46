import { type OptionTable, checkOptions, clockOption, functionOption } from '@hotpath/contract'
import type { ConformanceCase } from './suite/conformance-case.ts'
import { check, checkSame } from './suite/check.ts'
import { type LeaseCase, type LeaseCasesOptions, runLeaseCase, TTL_MS } from './suite/lease-bench.ts'

const LEASE_CASES_OPTIONS: OptionTable<keyof LeaseCasesOptions> = { open: functionOption, clock: clockOption }

/** What a store might read as something else. */
const KEYS = ['k', 'K', 'k:1', 'k\0 ü', ' {slot}', '日本', 'k'.repeat(250)]

const CASES: readonly LeaseCase[] = [
  {
    name: 'grants a lease to one of all that ask at once',
    async run({ lease, other }) {
      const asked = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? lease : other).acquire('k', { ttlMs: TTL_MS }),
      )
      const grants = await Promise.all(asked)
      checkSame(grants.filter((grant) => grant !== undefined).length, 1, 'granted leases')
      for (const grant of grants) await grant?.release()
    },
  },
  {
    name: 'grants it again when it was given back, with a larger fencing token',
    async run({ lease, other, granted }) {
      let last = Number.NEGATIVE_INFINITY
      for (const asked of [lease, other, other, lease, other]) {
        const { fencingToken, release } = await granted(asked, 'k')
        check(fencingToken > last, `Fencing tokens must grow, received ${fencingToken} after ${last}.`)
        last = fencingToken
        await release()
      }
    },
  },
  {
    name: 'grants one alone also where nobody looks at the fencing token',
    async run({ lease, other }) {
      const grant = await lease.acquire('k', { ttlMs: TTL_MS, isFenced: false })
      checkSame(grant === undefined, false, 'whether the lease was refused')
      checkSame(
        await other.acquire('k', { ttlMs: TTL_MS, isFenced: false }),
        undefined,
        'the lease while another has it',
      )
      await grant?.release()
      const next = await other.acquire('k', { ttlMs: TTL_MS })
      checkSame(next === undefined, false, 'whether the lease was refused after that')
      await next?.release()
    },
  },
  {
    name: 'renews a lease until it is given back',
    async run({ lease, other, granted }) {
      const first = await granted(lease, 'k')
      checkSame(await first.renew(), true, 'renewal of a lease')
      await first.release()
      checkSame(await first.renew(), false, 'renewal of a lease that was given back')
      const second = await granted(other, 'k')
      await first.release()
      checkSame(await second.renew(), true, 'renewal when a late holder gives back once more')
      checkSame(await lease.acquire('k', { ttlMs: TTL_MS }), undefined, 'a lease that another holds')
      await second.release()
    },
  },
  {
    name: 'keeps the leases of two keys apart, and those of two caches',
    async run({ lease, granted, openApart }) {
      const apart = await openApart()
      const grants = []
      for (const asked of [lease, apart]) for (const key of KEYS) grants.push(await granted(asked, key))
      for (const grant of grants) await grant.release()
    },
  },
  {
    name: 'wakes all that wait when the lease is given back, and at once where it is free',
    async run({ lease, other, granted }) {
      await lease.released('k', { timeoutMs: TTL_MS })
      const grant = await granted(lease, 'k')
      let woken = 0
      const waits = [lease, other, other].map((asked) =>
        asked.released('k', { timeoutMs: TTL_MS }).then(() => void woken++),
      )
      // A question behind those of the waits.
      checkSame(await other.acquire('k', { ttlMs: TTL_MS }), undefined, 'a lease that another holds')
      checkSame(woken, 0, 'waits that ended while the lease was held')
      await grant.release()
      await Promise.all(waits)
      await (await granted(other, 'k')).release()
    },
  },
  {
    name: 'ends a wait by its time, by its signal, and when it is closed',
    async run({ lease, other, granted, pass }) {
      await granted(lease, 'k')
      const controller = new AbortController()
      const waits = [
        other.released('k', { timeoutMs: 50 }),
        other.released('k', { timeoutMs: TTL_MS, signal: controller.signal }),
        other.released('k', { timeoutMs: TTL_MS, signal: AbortSignal.abort() }),
      ]
      controller.abort()
      await pass(60)
      await Promise.all(waits)
      const last = other.released('k', { timeoutMs: TTL_MS })
      await other.close()
      await last
    },
  },
  {
    name: 'closes once, however often it is told to',
    async run({ lease, other, granted }) {
      const grant = await granted(lease, 'k')
      await grant.release()
      await lease.close()
      await lease.close()
      await (await granted(other, 'k')).release()
    },
  },
]

/**
 * The conformance suite of the `Lease` port: at most one holder, and nobody waits for long. Each case opens leases of its
 * own. When a lease ends by itself differs from one store to the next, so that is for tests of your own. For how to hand
 * the cases to a test runner see `tierCases`.
 */
export function leaseCases(options: LeaseCasesOptions): readonly ConformanceCase[] {
  checkOptions(options, 'leaseCases', LEASE_CASES_OPTIONS)
  return CASES.map(({ name, run }) => ({ name, run: () => runLeaseCase(options, run) }))
}
