import type { Clock, HotpathError, Lease, LeaseGrant, MaybePromise, TierContext } from '@hotpath/contract'
import { createFakeClock } from '../fake-clock.ts'
import { check } from './check.ts'

/** What the suite for leases needs to know. */
export interface LeaseCasesOptions {
  /** Opens leases; those of one `name` are the same, as several processes share them. */
  readonly open: (context: TierContext) => MaybePromise<Lease>
  /** For leases that need real time to pass. Default: a fake clock that the cases advance. */
  readonly clock?: Clock | undefined
}

/** What a case works with. */
export interface LeaseBench {
  readonly lease: Lease
  /** As another process would open it. */
  readonly other: Lease
  /** Opens the leases of another cache. */
  openApart(): Promise<Lease>
  /** Acquires a lease that has to be free. */
  granted(lease: Lease, key: string): Promise<LeaseGrant>
  /** Lets time pass. */
  pass(ms: number): Promise<void>
}

/** A case of the suite for leases. */
export interface LeaseCase {
  readonly name: string
  readonly run: (bench: LeaseBench) => Promise<void>
}

/** Longer than any case takes, so that no lease ends by itself. */
export const TTL_MS = 60_000

let names = 0

/** Opens leases, runs a case on them, and checks that no fault was reported and no timer is left. */
export async function runLeaseCase(options: LeaseCasesOptions, run: LeaseCase['run']): Promise<void> {
  const fakeClock = createFakeClock()
  const clock = options.clock ?? fakeClock
  const faults: HotpathError[] = []
  const opened: Lease[] = []
  async function open(name: string): Promise<Lease> {
    const lease = await options.open({
      name,
      clock,
      elapsed: () => Math.floor(clock.monotonic()),
      evicted: () => {},
      fault: (error) => void faults.push(error),
    })
    opened.push(lease)
    return lease
  }
  const name = `conformance-${++names}`
  try {
    await run({
      lease: await open(name),
      other: await open(name),
      openApart: () => open(`conformance-${++names}`),
      async granted(lease, key) {
        const grant = await lease.acquire(key, { ttlMs: TTL_MS })
        check(grant !== undefined, `The lease of \`${key}\` is free, and must be granted.`)
        return grant
      },
      pass: (ms) =>
        new Promise((resolve) => {
          clock.after(ms, resolve)
          if (options.clock === undefined) fakeClock.advance(ms)
        }),
    })
  } finally {
    for (const lease of opened) await lease.close()
  }
  check(faults.length === 0, `The leases reported a fault although nothing went wrong: ${faults[0]?.message}`)
  check(fakeClock.pending === 0, `${fakeClock.pending} timers are left after \`close()\`.`)
}
