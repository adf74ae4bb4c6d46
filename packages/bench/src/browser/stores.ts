/** What stores a thousand values in a page, each in its own way. */
import { createBrowserCache } from '@hotpath/browser'
import { QueryClient } from '@tanstack/query-core'
import { experimental_createQueryPersister as createQueryPersister } from '@tanstack/query-persist-client-core'
import { createStore, get, set } from 'idb-keyval'
import localforage from 'localforage'

/** Keys and values are the same for all. */
export interface PageStore {
  readonly name: string
  /** Resolves when all of it is stored. */
  writeAll(entries: readonly (readonly [key: string, value: object])[]): Promise<unknown>
  /** Reads all from the disk. */
  readAll(keys: readonly string[]): Promise<readonly unknown[]>
}

/** By their names, made when they are used. */
export const STORES: Readonly<Record<string, () => PageStore>> = {
  hotpath,
  'one transaction each': oneTransactionEach,
  'floor: one transaction': () => oneTransaction(),
  'floor: by ranges': byRanges,
  'idb-keyval': idbKeyval,
  localforage: localForage,
  'TanStack persister': tanStack,
}

function hotpath(): PageStore {
  // A write counts as done when it is stored, and not when nobody waits for it any more.
  const cache = createBrowserCache({
    name: 'bench',
    memory: { maxBytes: '100mb' },
    // Nothing is read ahead.
    localStorage: false,
    ttl: '1h',
    tierTimeout: '60s',
  })
  return {
    name: 'hotpath',
    writeAll: (entries) => Promise.all(entries.map(([key, value]) => cache.set(key, value))),
    readAll: (keys) => Promise.all(keys.map((key) => cache.get(key))),
  }
}

function opening(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.addEventListener('upgradeneeded', () => void request.result.createObjectStore('values'))
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('not opened')))
  })
}

/** As `oneTransaction`, but a hundred neighbours are read by one request. */
function byRanges(): PageStore {
  const opened = opening('ranges')
  return {
    ...oneTransaction(opened),
    name: 'floor: by ranges',
    async readAll(keys) {
      const values = (await opened).transaction('values').objectStore('values')
      const sorted = keys.toSorted((a, b) => (a < b ? -1 : 1))
      const parts = Array.from({ length: Math.ceil(sorted.length / 100) }, (_, part) =>
        sorted.slice(100 * part, 100 * part + 100),
      )
      const read = parts.map(
        (part) =>
          new Promise<readonly unknown[]>((resolve, reject) => {
            const request = values.getAll(IDBKeyRange.bound(part[0], part.at(-1)))
            request.addEventListener('success', () => resolve(request.result))
            request.addEventListener('error', () => reject(request.error ?? new Error('not read')))
          }),
      )
      return (await Promise.all(read)).flat()
    },
  }
}

/** The least that a record for each value can take: no log, no budget, nothing to judge. */
function oneTransaction(opened: Promise<IDBDatabase> = opening('one-for-all')): PageStore {
  return {
    name: 'floor: one transaction',
    async writeAll(entries) {
      const database = await opened
      const transaction = database.transaction('values', 'readwrite', { durability: 'relaxed' })
      const values = transaction.objectStore('values')
      for (const [key, value] of entries) values.put(value, key)
      transaction.commit()
      await new Promise<void>((resolve, reject) => {
        transaction.addEventListener('complete', () => resolve())
        transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')))
      })
    },
    async readAll(keys) {
      const values = (await opened).transaction('values').objectStore('values')
      return Promise.all(
        keys.map(
          (key) =>
            new Promise((resolve, reject) => {
              const request = values.get(key)
              request.addEventListener('success', () => resolve(request.result))
              request.addEventListener('error', () => reject(request.error ?? new Error('not read')))
            }),
        ),
      )
    },
  }
}

/** As a program does that knows no better. */
function oneTransactionEach(): PageStore {
  const opened = opening('one-each')
  return {
    name: 'one transaction each',
    async writeAll(entries) {
      const database = await opened
      await Promise.all(
        entries.map(
          ([key, value]) =>
            new Promise<void>((resolve, reject) => {
              const transaction = database.transaction('values', 'readwrite', { durability: 'relaxed' })
              transaction.objectStore('values').put(value, key)
              transaction.addEventListener('complete', () => resolve())
              transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')))
            }),
        ),
      )
    },
    async readAll(keys) {
      const database = await opened
      return Promise.all(
        keys.map(
          (key) =>
            new Promise((resolve, reject) => {
              const request = database.transaction('values').objectStore('values').get(key)
              request.addEventListener('success', () => resolve(request.result))
              request.addEventListener('error', () => reject(request.error ?? new Error('not read')))
            }),
        ),
      )
    },
  }
}

function idbKeyval(): PageStore {
  const store = createStore('idb-keyval', 'values')
  return {
    name: 'idb-keyval',
    writeAll: (entries) => Promise.all(entries.map(([key, value]) => set(key, value, store))),
    readAll: (keys) => Promise.all(keys.map((key) => get(key, store))),
  }
}

function localForage(): PageStore {
  const store = localforage.createInstance({ name: 'localforage', driver: localforage.INDEXEDDB })
  return {
    name: 'localforage',
    writeAll: (entries) => Promise.all(entries.map(([key, value]) => store.setItem(key, value))),
    readAll: (keys) => Promise.all(keys.map((key) => store.getItem(key))),
  }
}

/** Query by query, over idb-keyval, as its guide has it. */
function tanStack(): PageStore {
  const store = createStore('tanstack', 'values')
  const persister = createQueryPersister({
    storage: {
      getItem: async (key: string) => (await get<string>(key, store)) ?? null,
      setItem: (key: string, value: string) => set(key, value, store),
      removeItem: async () => {},
    },
  })
  // Its own copy of query-core is another version.
  const client = new QueryClient()
  return {
    name: 'TanStack persister',
    async writeAll(entries) {
      for (const [key, value] of entries) client.setQueryData([key], value)
      await Promise.all(entries.map(([key]) => persister.persistQueryByKey([key], client as never)))
    },
    readAll: (keys) => Promise.all(keys.map((key) => persister.retrieveQuery(JSON.stringify([key])))),
  }
}
