/**
 * A disk without room for the invalidation log. What is stored then could not be invalidated any more, so all of it goes, if
 * the browser can do that much; and some time later it is seen whether there is room.
 */
import { StorageError, isHotpathError, systemClock } from '@hotpath/contract'
import { openTabChannel } from '@hotpath/web'
import type { Database } from '@hotpath/web/database'
import { ENTRIES, LEDGER, META, RECORDS } from '../database/stores.ts'
import { logChannel } from '../log/browser-log.ts'
import type { CachePage } from './page.ts'

/** How long nothing is stored. */
const PAUSE_MS = 5 * 60_000
/** Key of what is written to see whether there is room, and its length: not less than most rows of the log. */
const PROBE = 'probe'
const PROBE_LENGTH = 10_000

/** Nothing is left of entries and log, which other tabs hear of. Never rejects: what stays is not read by this tab. */
export async function forgetAll(database: Database, name: string): Promise<void> {
  const stores = [ENTRIES, LEDGER, RECORDS]
  await database
    .transaction(stores, async (transaction) => {
      await Promise.all(stores.map((store) => transaction.clear(store)))
    })
    .catch(() => {})
  const channel = openTabChannel(logChannel(name))
  channel?.postMessage(null)
  channel?.close()
}

/** Resolves some time later to whether there is room then. What else may be wrong shows when it is used. Never rejects. */
export async function hasRoomLater(database: Database, page: CachePage): Promise<boolean> {
  const { clock = systemClock } = page.options
  await new Promise<void>((resolve) => page.whenClosed(clock.after(PAUSE_MS, resolve)))
  try {
    await database.transaction([META], async (transaction) => {
      await transaction.put(META, PROBE, PROBE.padEnd(PROBE_LENGTH))
      await transaction.delete(META, PROBE)
    })
    return true
  } catch (error) {
    return !isHotpathError(error, 'ERR_STORAGE_QUOTA')
  }
}

/** What the cache reports. */
export function noRoom(cause: unknown): StorageError {
  return new StorageError(
    'ERR_STORAGE_QUOTA',
    'The browser grants no disk space for the invalidation log, so the cache goes on in memory alone, and other tabs do not hear of what is invalidated here until there is room. Free some, or ask the user for persistent storage.',
    { cause },
  )
}
