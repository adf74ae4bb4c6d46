import { randomUUID } from 'node:crypto'
import type { Clock, Lease } from '@hotpath/contract'
import type { RedisClient } from './client.ts'
import { ACQUIRE, RELEASE, RENEW } from './lease-scripts.ts'
import type { StreamFollower } from './stream-follower.ts'

/** What leases work with. */
export interface LeaseParts {
  readonly client: RedisClient
  readonly clock: Clock
  readonly follower: StreamFollower
  /** Between the braces of a hash tag. */
  readonly slotName: string
}

const STREAM_LENGTH = 1_000
/** Nobody tells of a holder that died; its lease is looked at this often. */
const LOOK_MS = 500

/** Leases in Redis: taken by one command, told of over the stream that is followed anyway, and ended by Redis itself. */
export function openLease({ client, clock, follower, slotName }: LeaseParts): Lease {
  const prefix = `{${slotName}}:lease`
  const [grants, returns, stream] = [`${prefix}s:granted`, `${prefix}s:returned`, `${prefix}s:stream`]
  const keyOf = (key: string): string => `${prefix}:${key}`
  const waiting = new Map<string, Set<() => void>>()
  let stopFollowing: (() => void) | undefined

  /** From the first who waits on; before that there is nobody to tell. */
  async function follow(): Promise<void> {
    if (stopFollowing !== undefined) return
    stopFollowing = () => {}
    const count = Number((await client.call('GET', returns)) ?? 0)
    const stop = follower.follow(stream, count, ({ fields }) => {
      for (const wake of waiting.get(fields['k'] ?? '') ?? []) wake()
    })
    stopFollowing = stop
  }

  return {
    async acquire(key, { ttlMs }) {
      const holder = randomUUID()
      const fencingToken = Number(await ACQUIRE.run(client, [keyOf(key), grants], [holder, ttlMs]))
      if (fencingToken === 0) return undefined
      return {
        fencingToken,
        renew: async () => Number(await RENEW.run(client, [keyOf(key)], [holder, ttlMs])) === 1,
        release: async () => {
          await RELEASE.run(client, [keyOf(key), stream, returns], [holder, key, STREAM_LENGTH])
        },
      }
    },

    async released(key, { timeoutMs, signal }) {
      await follow()
      const isHeld = async (): Promise<boolean> => Number(await client.call('EXISTS', keyOf(key))) === 1
      await new Promise<void>((resolve, reject) => {
        const wakes = waiting.get(key) ?? new Set()
        let cancelLook = (): void => {}
        const end = (then: () => void): void => {
          wakes.delete(wake)
          if (wakes.size === 0) waiting.delete(key)
          cancelLook()
          cancelTimeout()
          signal?.removeEventListener('abort', wake)
          then()
        }
        const wake = (): void => end(resolve)
        const look = (): void => {
          isHeld().then(
            (held) => {
              if (!wakes.has(wake)) return
              if (held) cancelLook = clock.after(LOOK_MS, look)
              else wake()
            },
            (error: Error) => void (wakes.has(wake) && end(() => reject(error))),
          )
        }
        const cancelTimeout = clock.after(timeoutMs, wake)
        waiting.set(key, wakes.add(wake))
        signal?.addEventListener('abort', wake, { once: true })
        // It may have been given back between the question and now.
        look()
      })
    },

    async close() {
      for (const wakes of [...waiting.values()]) for (const wake of [...wakes]) wake()
      stopFollowing?.()
    },
  }
}
