/** What a page needs beside its engine: placeholders are saved, memory is given back, scopes end, databases of before go. */
import { systemClock } from '@hotpath/contract'
import type { Token } from '@hotpath/core'
import { storagePrefix } from '../database/names.ts'
import { HEARD_TOKEN, META, SERVER_TOKEN } from '../database/stores.ts'
import { promote } from '../placeholders/promote.ts'
import { saveHeld } from '../placeholders/save.ts'
import { databasesOf, deleteDatabase, deleteUnused } from '../scope/databases.ts'
import { hotItemName, itemsOf, removeItem } from '../scope/items.ts'
import { ScopeEnds } from '../scope/scope-ends.ts'
import { noteHotKeys, startWarm } from '../warm-start/warm-start.ts'
import type { Attendant } from './attendant.ts'
import { setHeard } from './heard.ts'
import { memoryOnlyKeys } from './memory-only.ts'
import type { CachePage } from './page.ts'
import { report, storageManager } from './report.ts'
import { shrinkInTime } from './shrink.ts'
import type { PageStorage } from './storage.ts'

/** Looks after a page until its cache is closed. */
export function attendTo(page: CachePage, storage: PageStorage): Attendant {
  const { cache, owner, name, placeholders, endNote, options } = page
  const { clock = systemClock } = options
  const { lifecycle } = storage
  const prefix = storagePrefix(owner)
  const isWarm = options.indexedDb !== false && options.localStorage !== false
  const isMemoryOnly = memoryOnlyKeys(options.memoryOnly ?? [])
  let ending: Promise<void> | undefined

  /** What an earlier visit saved first, as it is seen first. */
  const start = async (): Promise<void> => {
    await promote(cache, page.saved, () => clock.now())
    if (isWarm) await startWarm(cache, name, () => storage.store)
  }
  /** Nothing is left in this tab. */
  const endHere = (): Promise<void> => {
    ending ??= (async () => {
      stopSaving()
      await page.end()
      await storage.discard()
      for (const item of itemsOf(prefix)) removeItem(item)
    })()
    return ending
  }
  /** Once: what was opened since is another's. */
  let everywhere: Promise<void> | undefined
  const endEverywhere = async (): Promise<void> => {
    await Promise.all([ends.endElsewhere(), endHere()])
    ends.close()
    const deletions = (await databasesOf(prefix, [name])).map(deleteDatabase)
    for (const result of await Promise.allSettled(deletions)) if (result.status === 'rejected') throw result.reason
  }
  const ends = new ScopeEnds({ prefix, clock, lifecycle, endNote, ended: endHere })
  const save = (): void => {
    if (placeholders !== undefined) saveHeld({ cache, name, ...placeholders, now: clock.now() })
    if (isWarm) noteHotKeys(cache, name, isMemoryOnly)
  }
  /** Once for each time that it is seen: afterwards memory is given back. */
  let isSaved = false
  const stopSaving = lifecycle.on('*', ({ type }) => {
    if (type === 'visible' || type === 'pageshow') isSaved = false
    else if (type !== 'resumed' && !isSaved && !ends.isEnded) {
      isSaved = true
      save()
    }
  })
  // Saved by a page with other options: with encryption it would stay as it is.
  if (placeholders === undefined) removeItem(name)
  if (!isWarm) removeItem(hotItemName(name))
  const stopShrinking = shrinkInTime(cache, lifecycle)
  page.whenClosed(() => {
    stopSaving()
    stopShrinking()
    if (ending === undefined) ends.close()
  })

  // So that what a server rendered earlier is not taken to be current.
  if (options.indexedDb !== false) {
    const at = (key: string): Promise<unknown> => storage.database.get(META, key)
    const read = async (): Promise<Token> => ((await at(HEARD_TOKEN)) ?? (await at(SERVER_TOKEN))) as Token
    setHeard(cache, () => read().catch(() => undefined), { isFollowing: false })
  }
  void start().catch(() => {})
  void deleteUnusedLater(page, prefix)
  if (options.persist === true) void askToPersist()

  return {
    database: options.indexedDb === false ? undefined : storage.database,
    get isLate() {
      return storage.absence === 'no response' || storage.absence === 'full'
    },
    lateListeners: storage.absenceListeners,
    endScope() {
      return (everywhere ??= endEverywhere().catch((error: unknown) => {
        everywhere = undefined
        throw error
      }))
    },
    inspect: () => report(page, storage),
  }
}

async function askToPersist(): Promise<void> {
  await storageManager()
    ?.persist?.()
    .catch(() => false)
}

/** Once the page has what it needs itself. Never rejects. */
async function deleteUnusedLater({ cache, name }: CachePage, prefix: string): Promise<void> {
  if (await cache.ready().catch(() => false)) await deleteUnused(prefix, name)
}
