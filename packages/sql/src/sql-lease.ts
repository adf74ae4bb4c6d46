import { randomUUID } from 'node:crypto'
import type { Clock, Lease } from '@hotpath/contract'
import type { LeaseTable } from './backend.ts'
import { LeaseWaiters } from './lease-waiters.ts'
import { unavailable } from './sql-error.ts'

/** What leases work with. */
export interface LeaseParts {
  readonly type: string
  readonly clock: Clock
  readonly table: LeaseTable
  /** How often it is looked whether a lease has ended without anybody telling. */
  readonly lookMs: () => number
  /** What to do about an error of the database, as a sentence to add. */
  readonly advice: (cause: unknown) => string
}

/** Leases in a database: a row each, which ends by the database's clock. The same for all databases. */
export function openLease({ type, clock, table, lookMs, advice }: LeaseParts): Lease {
  const waiters = new LeaseWaiters({ clock, lookMs, held: (keys) => guard(table.held(keys)) })
  const stopHearing = table.onRelease((key) => {
    if (key === undefined) waiters.lookNow()
    else waiters.wake(key)
  })

  function guard<Result>(answer: Promise<Result>): Promise<Result> {
    return answer.catch((cause: unknown) => {
      throw unavailable(type, 'lease', cause, advice)
    })
  }

  return {
    async acquire(key, { ttlMs }) {
      const holder = randomUUID()
      const fencingToken = await guard(table.acquire({ key, holder, ttlMs }))
      if (fencingToken === undefined) return undefined
      return {
        fencingToken,
        renew: () => guard(table.renew({ key, holder, ttlMs })),
        release: () => guard(table.release({ key, holder })),
      }
    },
    released: (key, options) => waiters.wait(key, options),
    async close() {
      stopHearing()
      waiters.close()
    },
  }
}
