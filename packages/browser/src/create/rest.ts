/** All that a page need not have before its first paint: a chunk of its own. */
import type { Tier } from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import { openLockLease } from '../lease/lock-lease.ts'
import { openBrowserLog } from '../log/browser-log.ts'
import { locksOf } from '../scope/databases.ts'
import type { Attendant } from './attendant.ts'
import { attendTo } from './attend.ts'
import type { CachePage } from './page.ts'
import { type GoOn, storageOf } from './storage.ts'

/**
 * The tier of a page, with the log and the leases of all tabs. Rejects where the browser refuses the database.
 *
 * @param goOn - Called when it does not respond.
 */
export async function openTier(page: CachePage, goOn: GoOn): Promise<Tier> {
  const { name } = page
  const storage = storageOf(page)
  await storage.granted(goOn)
  const { database, lifecycle } = storage
  return {
    type: 'indexeddb',
    shared,
    open: (context) => storage.openStore(context),
    openLog: ({ clock }) =>
      openBrowserLog({
        database,
        name,
        clock,
        lifecycle,
        makeRoom: () => storage.makeRoom(),
        full: (cause) => storage.full(cause),
        heard: {
          record: (record) => storage.store?.logHas(record),
          reached: (mark) => storage.store?.logReached(mark),
        },
      }),
    ...(locksOf() !== undefined && { openLease: ({ clock }) => openLockLease({ name, clock, lifecycle, database }) }),
  }
}

/** Looks after a page beside the engine, until its cache is closed. */
export function attend(page: CachePage): Attendant {
  return attendTo(page, storageOf(page))
}
