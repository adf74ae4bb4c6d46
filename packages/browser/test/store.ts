/** Stores over a fake database. */
import { type Entry, type EntryFields, type HotpathError, type TierContext, createEntry } from '@hotpath/contract'
import { type FakeClock, createFakeClock } from '@hotpath/testkit'
import { type FakeDatabase, createFakeDatabase, createFakeLifecycle } from '@hotpath/web/testing'
import { STORES } from '../src/database/stores.ts'
import { IndexedDbStore, type IndexedDbStoreOptions } from '../src/store/indexed-db-store.ts'

/** What a test sees of a store. */
export interface StoreBench {
  readonly store: IndexedDbStore
  readonly database: FakeDatabase
  readonly clock: FakeClock
  readonly lifecycle: ReturnType<typeof createFakeLifecycle>
  readonly faults: HotpathError[]
  readonly evicted: string[]
}

export function fakeDatabase(clock: FakeClock): FakeDatabase {
  return createFakeDatabase({ stores: STORES, window: 0, clock })
}

/** A store, of a database that other stores may share. */
export function openStore(
  options: Partial<IndexedDbStoreOptions> & { readonly clock?: FakeClock; readonly shared?: FakeDatabase } = {},
): StoreBench {
  const { clock = createFakeClock(), shared, ...given } = options
  const database = shared ?? fakeDatabase(clock)
  const lifecycle = createFakeLifecycle()
  const faults: HotpathError[] = []
  const evicted: string[] = []
  const context: TierContext = {
    name: 'test',
    clock,
    elapsed: () => clock.monotonic(),
    evicted: (key, reason) => void evicted.push(`${key} ${reason}`),
    fault: (error) => void faults.push(error),
  }
  const store = new IndexedDbStore({
    database,
    context,
    maxBytes: 1_000_000,
    windowMs: 0,
    lifecycle,
    isMemoryOnly: () => false,
    cipher: undefined,
    readHead: async () => ({ epoch: 'epoch-one', position: 1_000 }),
    closed: async () => {},
    ...given,
  })
  return { store, database, clock, lifecycle, faults, evicted }
}

export function entryOf(value: unknown, fields: Partial<EntryFields> = {}): Entry {
  return createEntry({
    value,
    tags: [],
    createdAt: 0,
    freshMs: 60_000,
    staleMs: 0,
    errorMs: 0,
    epoch: 'epoch-one',
    asOf: 1,
    aheadMs: 0,
    ...fields,
  })
}
