import type { Lease, TierContext } from '@hotpath/contract'

interface Held {
  readonly token: number
  readonly woken: Set<() => void>
}

/** Leases in memory, by the names of caches. */
const caches = new Map<string, Map<string, Held>>()
let tokens = 0

/** Leases that never end by themselves. */
export function openModelLease({ name, clock }: TierContext): Lease {
  const held = caches.get(name) ?? new Map<string, Held>()
  caches.set(name, held)
  const endings = new Set<() => void>()
  const isHeld = (key: string, token: number): boolean => held.get(key)?.token === token
  return {
    async acquire(key) {
      if (held.has(key)) return undefined
      const token = ++tokens
      held.set(key, { token, woken: new Set() })
      return {
        fencingToken: token,
        renew: async () => isHeld(key, token),
        async release() {
          if (!isHeld(key, token)) return
          const { woken } = held.get(key) as Held
          held.delete(key)
          for (const wake of woken) wake()
        },
      }
    },
    released(key, { timeoutMs, signal }) {
      return new Promise((resolve) => {
        const lease = held.get(key)
        if (lease === undefined || signal?.aborted === true) return resolve()
        const end = (): void => {
          lease.woken.delete(end)
          endings.delete(end)
          cancel()
          resolve()
        }
        const cancel = clock.after(timeoutMs, end)
        lease.woken.add(end)
        endings.add(end)
        signal?.addEventListener('abort', end)
      })
    },
    async close() {
      for (const end of endings) end()
    },
  }
}
