/**
 * One load of a key among all tabs, by Web Locks: a load runs while its tab holds the lock. The browser frees the lock of
 * a tab that is closed or has crashed; one that is frozen or left gives it back before it stops.
 */
import { type Clock, type Lease, timeLimit } from '@hotpath/contract'
import type { Lifecycle } from '@hotpath/web'
import type { Database } from '@hotpath/web/database'
import { createFence } from './fence.ts'

/** What leases need. */
export interface LockLeaseOptions {
  /** Common to the tabs that share them. */
  readonly name: string
  readonly clock: Clock
  readonly lifecycle: Pick<Lifecycle, 'on'>
  /** Counts what was granted. It is not closed with the leases. */
  readonly database: Pick<Database, 'transaction'>
}

/** Opens the leases of all tabs. A lease lasts until it is given back, however seldom it is renewed. */
export function openLockLease({ name, clock, lifecycle, database }: LockLeaseOptions): Lease {
  const { locks } = navigator
  const nextFence = createFence(database)
  /** Each frees a lock that this tab has. */
  const held = new Set<() => Promise<void>>()
  const waits = new Set<AbortController>()
  let isClosed = false
  const lockOf = (key: string): string => `${name}:lease:${key}`

  function giveBack(free: () => Promise<void>): Promise<void> {
    held.delete(free)
    return free()
  }
  const giveAllBack = (): void => {
    for (const free of held) void giveBack(free)
  }
  const stopFollowing = lifecycle.on('*', ({ type }) => {
    if (type === 'frozen' || type === 'pagehide') giveAllBack()
  })

  return {
    async acquire(key, { signal, isFenced = true }) {
      if (isClosed) throw new Error('the leases were closed')
      signal?.throwIfAborted()
      const free = await take(locks, lockOf(key))
      if (free === undefined) return undefined
      if (isClosed) {
        await free()
        throw new Error('the leases were closed')
      }
      held.add(free)
      try {
        // A load has no use for it, and would wait for a write.
        const fencingToken = isFenced ? await nextFence() : 0
        return { fencingToken, renew: async () => held.has(free), release: () => giveBack(free) }
      } catch (error) {
        await giveBack(free)
        throw error
      }
    },
    async released(key, { timeoutMs, signal }) {
      const wait = new AbortController()
      const end = (): void => wait.abort()
      waits.add(wait)
      const cancel = timeLimit(clock, timeoutMs, end)
      signal?.addEventListener('abort', end)
      if (isClosed || signal?.aborted === true) end()
      try {
        // All that wait get it together, when its holder has given it back.
        await locks.request(lockOf(key), { mode: 'shared', signal: wait.signal }, () => {})
      } catch (error) {
        if (!wait.signal.aborted) throw error
      } finally {
        waits.delete(wait)
        cancel()
        signal?.removeEventListener('abort', end)
      }
    },
    async close() {
      isClosed = true
      stopFollowing()
      giveAllBack()
      for (const wait of waits) wait.abort()
    },
  }
}

/** Takes a lock, unless another has it. What it resolves to frees it, and may be called again. */
function take(locks: LockManager, name: string): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve, reject) => {
    const freed = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((end) => {
        resolve(async () => {
          end()
          await freed
        })
      })
    })
    freed.catch(reject)
  })
}
