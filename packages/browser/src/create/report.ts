/** What there is in this browser, and what a cache makes of it. */
import { openTabChannel } from '@hotpath/web'
import { hasIndexedDb } from '../database/has-indexed-db.ts'
import { localStorageOf } from '../placeholders/saved.ts'
import { locksOf } from '../scope/databases.ts'
import type { StorageReport, StoredReport } from './attendant.ts'
import type { CachePage } from './page.ts'
import type { PageStorage } from './storage.ts'

/** Never rejects. */
export async function report({ cache, name, options }: CachePage, storage: PageStorage): Promise<StorageReport> {
  const isThere = await cache.ready()
  const { store } = storage
  const isShared = store !== undefined && isThere && !storage.isClosed
  const stored = isShared && !store.isFull ? await storedBy(name, store) : undefined
  const hasDatabase = !storage.isClosed && options.indexedDb !== false && hasIndexedDb()
  return {
    outlivesPage: stored !== undefined,
    indexedDb: stored !== undefined ? 'in use' : hasDatabase ? absenceIn(storage) : 'none',
    otherTabs: !isShared ? 'never' : hasChannel(name) ? 'at once' : 'within a second',
    loadsOnce: isShared && options.lease !== false && locksOf() !== undefined,
    hasPlaceholders: localStorageOf() !== undefined && options.encryption === undefined,
    isPersisted: await storageManager()
      ?.persisted?.()
      .catch(() => undefined),
    stored,
  }
}

function absenceIn({ store, absence = 'no response' }: PageStorage): StorageReport['indexedDb'] {
  return store?.isFull === true ? 'full' : absence
}

async function storedBy(database: string, store: NonNullable<PageStorage['store']>): Promise<StoredReport | undefined> {
  try {
    const { entries, bytes = 0 } = await store.usage()
    return { database, entries, bytes }
  } catch {
    return undefined
  }
}

/** Whether one can be made. */
function hasChannel(name: string): boolean {
  const channel = openTabChannel(name)
  channel?.close()
  return channel !== undefined
}

/** `undefined` outside of secure contexts. */
export function storageManager(): Partial<StorageManager> | undefined {
  return (globalThis.navigator as { readonly storage?: StorageManager } | undefined)?.storage
}
