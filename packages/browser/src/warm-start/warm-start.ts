/**
 * A page begins with what was hot in the tab that was left last. Its keys are noted as it is hidden or left, in
 * `localStorage`, as nothing else is written then for sure.
 */
import type { Cache } from '@hotpath/core'
import { hotKeys, readAhead } from '@hotpath/core/restore'
import { localStorageOf } from '../placeholders/saved.ts'
import { hotItemName } from '../scope/items.ts'
import type { IndexedDbStore } from '../store/indexed-db-store.ts'
import { worthNoting, worthReading } from './hot-keys.ts'

/** Notes what is hot, if anything is. Never throws: without a note the next visit reads what it needs when it needs it. */
export function noteHotKeys(cache: Cache, name: string, isMemoryOnly: (key: string) => boolean): void {
  try {
    const keys = worthNoting(hotKeys(cache), isMemoryOnly)
    if (keys.length > 0) localStorageOf()?.setItem(hotItemName(name), JSON.stringify(keys))
  } catch {
    // There is no room, or a policy of the program's own fails.
  }
}

/** Reads what was noted into memory, once the log is there. Rejects as IndexedDB does. */
export async function startWarm(
  cache: Cache,
  name: string,
  store: () => Pick<IndexedDbStore, 'rows'> | undefined,
): Promise<void> {
  const noted = localStorageOf()?.getItem(hotItemName(name))
  if (typeof noted === 'string' && (await cache.ready()))
    await readAhead(cache, worthReading(JSON.parse(noted), (await store()?.rows()) ?? new Map()))
}
