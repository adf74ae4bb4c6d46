import { randomUUID } from 'node:crypto'
import type { Clock, Lease } from '@hotpath/contract'
import type { Connection } from './connection.ts'
import { ACQUIRE, RELEASE, RENEW } from './lease-scripts.ts'
import type { StreamFollower } from './stream-follower.ts'

/** What leases work with. */
export interface LeaseParts {
  readonly connection: Connection
  readonly clock: Clock
  readonly follower: StreamFollower
  /** Between the braces of a hash tag. */
  readonly slotName: string
}

const STREAM_LENGTH = 1_000
/** Nobody reports a holder that died; its lease is looked at this often. */
const LOOK_MS = 500

/** Leases in Redis: taken by one command, given back over the stream that is followed anyway, and ended by Redis itself. */
export function openLease({ connection, clock, follower, slotName }: LeaseParts): Lease {
  const prefix = `{${slotName}}:lease`
  const [grants, returns, stream] = [`${prefix}s:granted`, `${prefix}s:returned`, `${prefix}s:stream`]
  const keyOf = (key: string): string => `${prefix}:${key}`
  const waiting = new Map<string, Set<() => void>>()
  let stopFollowing: (() => void) | undefined
  let beginning: Promise<void> | undefined
  let isClosed = false

  /** From the first caller that waits on. Without the stream, leases are still looked at. */
  function follow(): Promise<void> {
    if (stopFollowing !== undefined) return Promise.resolve()
    beginning ??= begin()
      .catch(() => {})
      .finally(() => (beginning = undefined))
    return beginning
  }

  async function begin(): Promise<void> {
    const last = Number((await connection.call('GET', returns)) ?? 0)
    if (isClosed) return
    stopFollowing = follower.follow(stream, Number.isSafeInteger(last) ? last : 0, {
      entry({ fields }) {
        for (const wake of waiting.get(fields['k'] ?? '') ?? []) wake()
      },
    })
  }

  /** A lease has ended and the stream did not say so: it may have begun anew, at a position before ours. */
  function followAnew(): void {
    stopFollowing?.()
    stopFollowing = undefined
    void follow()
  }

  return {
    async acquire(key, { ttlMs }) {
      const holder = randomUUID()
      // A client that is disconnected may send it later, so its reply is waited for: the lease is given back then.
      const reply = await ACQUIRE.run(connection.patient, [keyOf(key), grants], [holder, ttlMs])
      const fencingToken = Number(reply)
      if (fencingToken === 0) return undefined
      return {
        fencingToken,
        renew: async () => Number(await RENEW.run(connection, [keyOf(key)], [holder, ttlMs])) === 1,
        release: async () => {
          await RELEASE.run(connection, [keyOf(key), stream, returns], [holder, key, STREAM_LENGTH])
        },
      }
    },

    async released(key, { timeoutMs, signal }) {
      await follow()
      if (isClosed || signal?.aborted === true) return
      const isHeld = async (): Promise<boolean> => Number(await connection.call('EXISTS', keyOf(key))) === 1
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
        const look = (isFirst: boolean): void => {
          isHeld().then(
            (held) => {
              if (!wakes.has(wake)) return
              if (held) {
                cancelLook = clock.after(LOOK_MS, () => look(false))
                return
              }
              if (!isFirst) followAnew()
              wake()
            },
            (error: Error) => void (wakes.has(wake) && end(() => reject(error))),
          )
        }
        const cancelTimeout = clock.after(timeoutMs, wake)
        waiting.set(key, wakes.add(wake))
        signal?.addEventListener('abort', wake, { once: true })
        // It may have been given back between the question and now.
        look(true)
      })
    },

    async close() {
      isClosed = true
      for (const wakes of [...waiting.values()]) for (const wake of [...wakes]) wake()
      stopFollowing?.()
    },
  }
}
