/** What one process has of the shared server: connections, and the ports that work over them. */
import {
  type Entry,
  type Invalidation,
  type InvalidationLog,
  type LeaseGrant,
  type Tier,
  type TierStore,
  createEntry,
} from '@hotpath/contract'
import type { Connection } from './connection.ts'
import type { Machine } from './machine.ts'
import type { Server } from './server.ts'
import type { StreamReader } from './stream-reader.ts'

/** Who watches what goes over a link on behalf of one cache. */
export interface Watcher {
  /** The cache is about to append; answers with what to send, and what to call when it is acknowledged. */
  appends(invalidations: readonly Invalidation[]): {
    readonly sent: readonly Invalidation[]
    readonly acknowledged: () => void
  }
  delivered(epoch: string, position: number): void
  /** The state, as read from a server at a moment, has arrived for the mirror that was the last to begin. */
  snapshotArrived(server: Server, readAt: number): void
  /** An entry is stored in a tier. */
  stores(key: string, entry: Entry): void
  /** A tier is asked for a key, or to store it; answers with what to call when it has answered. */
  asks(key: string): () => void
}

export interface Link {
  readonly machine: Machine
  /** One of the connections for commands, by chance. */
  commands(): Connection
  readonly reader: StreamReader
  readonly heartbeatMs: number
}

export function createRemoteLog(link: Link, watcher: Watcher): InvalidationLog {
  const { world } = link.machine
  let begun = 0
  return {
    heartbeatMs: link.heartbeatMs,
    append(invalidations) {
      const { sent, acknowledged } = watcher.appends(invalidations)
      const answer = link.commands().request('append', (server) => server.append(sent))
      return answer.then((mark) => {
        acknowledged()
        return mark
      })
    },
    async follow(follower) {
      const own = ++begun
      let isOver = false
      const subscription = await link.reader.follow({
        record(record) {
          if (isOver) return
          if (own === begun) watcher.delivered(record.epoch, record.position)
          follower.record(record)
        },
        interrupted: (cause) => void (isOver || follower.interrupted(cause)),
      })
      return {
        from: subscription.from,
        stop() {
          isOver = true
          subscription.stop()
        },
      }
    },
    async snapshot() {
      const own = begun
      const read = await link.commands().request('snapshot', (server) => {
        return { snapshot: server.snapshot(), server, readAt: world.observe() }
      })
      if (own === begun) watcher.snapshotArrived(read.server, read.readAt)
      return read.snapshot
    },
    head: () => link.commands().request('head', (server) => server.head()),
    close: () => {},
  }
}

/** Wait at most this long between two looks whether a lease is free. */
const LOOK_MS = 300

export function createRemoteTier(link: Link, watcher: Watcher, hasLeases: boolean): Tier {
  const { machine } = link
  const { world } = machine

  const tier: Tier = {
    type: 'remote',
    open(context): TierStore {
      // An age is what crosses: older by the way there, never younger.
      async function get(keys: readonly string[]): Promise<(Entry | undefined)[]> {
        const answered = keys.map((key) => watcher.asks(key))
        const end = (): void => answered.forEach((one) => one())
        const sentAt = context.elapsed()
        const answer = link.commands().request(`get ${keys.join()}`, (server) => ({
          stored: keys.map((key) => server.entries.get(key)),
          serverAt: world.now,
        }))
        const read = await answer.finally(end)
        return read.stored.map(
          (stored) =>
            stored && createEntry({ ...stored, createdAt: sentAt - Math.ceil(read.serverAt - stored.bornAt) }),
        )
      }
      async function setMany(entries: readonly (readonly [string, Entry])[]): Promise<void> {
        const now = context.elapsed()
        const sent = entries.map(([key, entry]) => {
          watcher.stores(key, entry)
          const { judgedAt, expired, ...fields } = entry
          return [key, { ...fields, bornAt: world.now - (now - entry.createdAt) }] as const
        })
        // Without memory a load ends when its value has arrived.
        const arrived = entries.map(([key]) => watcher.asks(key))
        const answer = link.commands().request('set', (server) => {
          for (const [key, stored] of sent) server.store(key, stored)
        })
        await answer.finally(() => arrived.forEach((one) => one()))
      }
      return {
        sync: false,
        shared: true,
        get: async (key) => (await get([key]))[0],
        getMany: get,
        set: (key, entry) => setMany([[key, entry]]),
        setMany,
        delete: (keys, below) =>
          link.commands().request('delete', (server) => {
            for (const key of keys) server.remove(key, below)
          }),
        clear: () => link.commands().request('clear', (server) => server.entries.clear()),
        purge: async () => 0,
        close: () => {},
      }
    },
  }
  if (!hasLeases) return tier
  return { ...tier, openLease: () => createRemoteLease(link) }
}

function createRemoteLease(link: Link): ReturnType<NonNullable<Tier['openLease']>> {
  const { machine } = link
  return {
    async acquire(key, { ttlMs }): Promise<LeaseGrant | undefined> {
      const holder = `${machine.name} ${machine.world.observe()}`
      const token = await link.commands().request('acquire', (server) => server.acquire(key, holder, ttlMs))
      if (token === undefined) return undefined
      return {
        fencingToken: token,
        renew: () => link.commands().request('renew', (server) => server.renew(key, holder, ttlMs)),
        release: () => link.commands().request('release', (server) => server.release(key, holder)),
      }
    },
    released: (key, { timeoutMs, signal }) =>
      new Promise((resolve, reject) => {
        const until = machine.monotonic() + timeoutMs
        machine.after(timeoutMs, resolve)
        const look = (): void => {
          if (machine.monotonic() >= until || signal?.aborted === true) return resolve()
          const answer = link.commands().request('look', (server) => server.isHeld(key))
          answer.then((isHeld) => (isHeld ? machine.after(LOOK_MS, look) : resolve()), reject)
        }
        look()
      }),
    close: async () => {},
  }
}

/** Memory under the eyes of a watcher. */
export function watchedMemory(inner: Tier, watcher: Watcher): Tier {
  return {
    ...inner,
    open(context) {
      const store = inner.open(context)
      return {
        ...store,
        set(key, entry) {
          watcher.stores(key, entry)
          return store.set(key, entry)
        },
        setMany(entries) {
          for (const [key, entry] of entries) watcher.stores(key, entry)
          return store.setMany(entries)
        },
      }
    },
  }
}
