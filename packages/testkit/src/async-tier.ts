import {
  type Clock,
  type Entry,
  type EntryFields,
  type Mark,
  type OptionTable,
  type Tier,
  type TierContext,
  type TierStore,
  checkOptions,
  clockOption,
  createEntry,
  wrongOption,
} from '@hotpath/contract'
import { cloneValue } from './clone-value.ts'

/** Bounds and time of a shared store. */
export interface SharedStoreOptions {
  /** How many entries each name holds; the ones written longest ago make room. Default 10,000. */
  readonly maxEntries?: number | undefined
  /** The store's own clock, which need not agree with that of any cache. Default: the clock of each cache. */
  readonly clock?: Clock | undefined
}

const SHARED_STORE_OPTIONS: OptionTable<keyof SharedStoreOptions> = { maxEntries: true, clock: clockOption }

/** The server of asynchronous tiers: what several caches share. */
export interface SharedStore {
  /** How many entries each name holds. */
  readonly maxEntries: number
  /** The store's own clock. */
  readonly clock: Clock | undefined
  /** Entries by name and key; `createdAt` is on the monotonic time of the store's clock. */
  readonly names: Map<string, Map<string, EntryFields>>
}

/** A tier over a shared store. */
export interface AsyncTier extends Tier {
  /** How many round trips were made. */
  readonly trips: number
}

/**
 * Makes the store that the asynchronous tiers of several caches share.
 *
 * @throws ConfigError `ERR_CONFIG_UNBOUNDED` for a `maxEntries` that is not a whole number from 1.
 */
export function createSharedStore(options: SharedStoreOptions = {}): SharedStore {
  checkOptions(options, 'createSharedStore', SHARED_STORE_OPTIONS)
  const { maxEntries = 10_000, clock } = options
  if (Number.isSafeInteger(maxEntries) && maxEntries >= 1) return { maxEntries, clock, names: new Map() }
  const wayOut = 'Leave it out for 10,000.'
  throw wrongOption('maxEntries', 'a whole number from 1', maxEntries, wayOut, 'ERR_CONFIG_UNBOUNDED')
}

/**
 * Makes an asynchronous, shared tier in memory: the stand-in for Redis or a database. Each call is one round trip that
 * takes effect at once and is answered by a promise; values are copied in and out, so identity never leaks.
 *
 * @param store - What to work on. Default: a store of its own, still shared by all caches that the tier is given to.
 *
 * @example
 * ```ts
 * import { asyncTier, createSharedStore } from '@hotpath/testkit'
 *
 * const server = createSharedStore({ maxEntries: 100 })
 * const [one, other] = [asyncTier(server), asyncTier(server)] // for two caches of one name
 * ```
 */
export function asyncTier(store: SharedStore = createSharedStore()): AsyncTier {
  let trips = 0

  async function trip<Result>(serve: () => Result): Promise<Result> {
    trips++
    return serve()
  }

  return {
    type: 'async',
    get trips() {
      return trips
    },
    open: (context) => openStore(store, context, trip),
  }
}

function openStore(
  server: SharedStore,
  context: TierContext,
  trip: <Result>(serve: () => Result) => Promise<Result>,
): TierStore {
  const table = server.names.get(context.name) ?? new Map<string, EntryFields>()
  server.names.set(context.name, table)
  const serverTime = (): number => (server.clock ?? context.clock).monotonic()

  // Only ages cross between the two timelines, as the clocks of two machines cannot be compared.
  const read = (key: string): Entry | undefined => {
    const stored = table.get(key)
    if (stored === undefined) return undefined
    return createEntry({ ...cloneValue(stored), createdAt: context.elapsed() - (serverTime() - stored.createdAt) })
  }

  const write = (key: string, entry: Entry): void => {
    const present = table.get(key)
    if (present !== undefined && present.epoch === entry.epoch && present.asOf > entry.asOf) return
    const { judgedAt, expired, ...fields } = entry
    const createdAt = serverTime() - (context.elapsed() - entry.createdAt)
    const stored = cloneValue({ ...fields, createdAt })
    // Deleting first moves the key to the end of the map's order, so that the first is the one to make room.
    table.delete(key)
    table.set(key, stored)
    for (const oldest of table.keys()) {
      if (table.size <= server.maxEntries) break
      table.delete(oldest)
      context.evicted(oldest, 'max-entries')
    }
  }

  const remove = (key: string, below: Mark | undefined): void => {
    const present = table.get(key)
    if (below === undefined || present?.epoch !== below.epoch || present.asOf < below.position) table.delete(key)
  }

  return {
    sync: false,
    shared: true,
    get: (key) => trip(() => read(key)),
    getMany: async (keys) => (keys.length === 0 ? [] : trip(() => keys.map(read))),
    set: (key, entry) => trip(() => write(key, entry)),
    setMany: async (entries) => {
      if (entries.length > 0) await trip(() => entries.forEach(([key, entry]) => write(key, entry)))
    },
    delete: async (keys, below) => {
      if (keys.length > 0) await trip(() => keys.forEach((key) => remove(key, below)))
    },
    clear: () => trip(() => table.clear()),
    purge: ({ isDead }) =>
      trip(() => {
        const dead = [...table.keys()].filter((key) => isDead(key, read(key) as Entry))
        for (const key of dead) table.delete(key)
        return dead.length
      }),
    usage: () => trip(() => ({ entries: table.size, bytes: undefined })),
    close: async () => {},
  }
}
