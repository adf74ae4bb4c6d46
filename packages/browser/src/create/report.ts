/** What there is in this browser, and what a cache makes of it. */
import { localStorageOf } from '../placeholders/saved.ts'
import { locksOf } from '../scope/databases.ts'
import type { StorageReport, StoredReport } from './attendant.ts'
import type { CachePage } from './page.ts'
import type { PageStorage } from './storage.ts'

/** Never rejects. */
export async function report({ cache, name, options }: CachePage, { store }: PageStorage): Promise<StorageReport> {
  const isShared = store !== undefined && (await cache.ready())
  const stored = isShared && !store.isFull ? await storedBy(name, store) : undefined
  return {
    outlivesPage: stored !== undefined,
    otherTabs: !isShared ? 'never' : hasChannel() ? 'at once' : 'within a second',
    loadsOnce: isShared && options.lease !== false && locksOf() !== undefined,
    hasPlaceholders: localStorageOf() !== undefined && options.encryption === undefined,
    isPersisted: await storageManager()
      ?.persisted?.()
      .catch(() => undefined),
    stored,
  }
}

async function storedBy(database: string, store: NonNullable<PageStorage['store']>): Promise<StoredReport | undefined> {
  try {
    const { entries, bytes = 0 } = await store.usage()
    return { database, entries, bytes }
  } catch {
    return undefined
  }
}

function hasChannel(): boolean {
  return typeof globalThis.BroadcastChannel === 'function'
}

/** `undefined` outside of secure contexts. */
export function storageManager(): Partial<StorageManager> | undefined {
  return (globalThis.navigator as { readonly storage?: StorageManager } | undefined)?.storage
}
