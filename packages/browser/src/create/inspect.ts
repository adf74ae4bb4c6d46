import type { Cache } from '@hotpath/core'
import type { StorageReport } from './attendant.ts'
import { knownOf } from './pages.ts'

const NOTHING: StorageReport = {
  outlivesPage: false,
  indexedDb: 'none',
  otherTabs: 'never',
  loadsOnce: false,
  hasPlaceholders: false,
  isPersisted: undefined,
  stored: undefined,
}

/**
 * Says what a cache has to do without here: on a server, in private modes, and where settings deny something.
 *
 * @returns Rejects with ConfigError for what `createBrowserCache` did not return.
 *
 * @example
 * ```ts
 * import { createBrowserCache, inspectStorage } from '@hotpath/browser'
 *
 * const cache = createBrowserCache({ name: 'shop' })
 * const { outlivesPage, otherTabs } = await inspectStorage(cache)
 * console.log(outlivesPage, otherTabs) // false never
 * await cache.close()
 * ```
 */
export async function inspectStorage(cache: Cache): Promise<StorageReport> {
  return (await (await knownOf(cache).attendant)?.inspect()) ?? NOTHING
}
