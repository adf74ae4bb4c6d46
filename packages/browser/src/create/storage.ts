/** The database of a page's cache, and what works in it: opened once, and closed with the store of entries. */
import {
  type HotpathError,
  isHotpathError,
  StorageError,
  systemClock,
  type TierContext,
  timeLimit,
  toBytes,
  toMs,
} from '@hotpath/contract'
import { type Lifecycle, createLifecycle } from '@hotpath/web'
import { type Database, openDatabase } from '@hotpath/web/database'
import { hasIndexedDb } from '../database/has-indexed-db.ts'
import { META, STORES } from '../database/stores.ts'
import { LogStore } from '../log/log-store.ts'
import { useDatabase } from '../scope/databases.ts'
import { IndexedDbStore } from '../store/indexed-db-store.ts'
import { WALL } from '../store/write.ts'
import { forgetAll, hasRoomLater, noRoom } from './full-disk.ts'
import { memoryOnlyKeys } from './memory-only.ts'
import type { CachePage } from './page.ts'

/** How long the browser may take to open a database before the cache goes on without it: less than writes wait for their log. */
const RESPONSE_MS = 4_000

/** Lets a cache go on without its storage. Without a cause nothing is reported. */
export type GoOn = (cause?: Error) => void

export class PageStorage {
  readonly database: Database
  readonly lifecycle: Lifecycle = createLifecycle()
  /** `undefined` until it is opened, and where there is none. */
  store: IndexedDbStore | undefined
  /** Why it is not opened. */
  absence: 'no response' | 'refused' | 'full' | undefined
  /** Called when that changes. */
  readonly absenceListeners: Set<() => unknown> = new Set()
  /** Whether the cache is closed. */
  isClosed = false
  readonly #page: CachePage
  readonly #release: () => void
  /** Lets the cache go on without it; `undefined` until it was granted. */
  #goOn: GoOn | undefined
  /** Whether an event has said that there is no room. */
  #saidFull = false

  constructor(page: CachePage) {
    const { name, options } = page
    this.#page = page
    this.database = openDatabase({
      name,
      stores: STORES,
      lifecycle: this.lifecycle,
      clock: options.clock ?? systemClock,
    })
    this.#release = useDatabase(name)
    this.database.on('closed', () => void this.#reopen())
    page.whenClosed(() => this.#closing())
  }

  /**
   * Resolves when the browser has opened the database; rejects where it refuses to, as it does in all tabs then, and for one
   * that is not ours.
   *
   * @param goOn - Called when the browser does not respond, also when it has to open it again. It may do so later.
   */
  async granted(goOn: GoOn): Promise<void> {
    do {
      if (this.absence === 'full') while (!(await hasRoomLater(this.database, this.#page))) {}
    } while (!(await this.#isGranted(goOn)))
  }

  /** `false`: there was no room to make it. */
  async #isGranted(goOn: GoOn): Promise<boolean> {
    const { name, options } = this.#page
    const cancel = timeLimit(options.clock ?? systemClock, RESPONSE_MS, () => {
      this.#away('no response')
      goOn(noResponse(name))
    })
    try {
      while (!(await this.#isOpened())) {}
      if (this.absence !== undefined) this.#is(undefined)
      this.#goOn = goOn
      return true
    } catch (error) {
      if (!isHotpathError(error, 'ERR_STORAGE_QUOTA')) {
        this.#away('refused')
        throw error
      }
      this.#goOn = goOn
      await this.full(error)
      return false
    } finally {
      cancel()
    }
  }

  /**
   * There is no room for the log: the cache goes on without it, and nothing is left that this tab could not invalidate any
   * more, as far as the browser lets it be deleted. Never rejects.
   */
  async full(cause: unknown): Promise<void> {
    const goOn = this.#goOn
    if (goOn === undefined) return
    this.#goOn = undefined
    this.#away('full')
    await forgetAll(this.database, this.#page.name)
    goOn(this.#isSaid() ? undefined : noRoom(cause))
  }

  /** Whether it was said already that there is no room, as it is from now on. */
  #isSaid(): boolean {
    const wasSaid = this.#saidFull
    this.#saidFull = true
    return wasSaid
  }

  /** What waits in a store from before the connection was lost is given up. */
  #away(absence: NonNullable<PageStorage['absence']>): void {
    this.store?.discard()
    this.store = undefined
    this.#is(absence)
  }

  #is(absence: PageStorage['absence']): void {
    this.absence = absence
    for (const listener of this.absenceListeners) listener()
  }

  /** The connection is gone. Whatever needs it opens it again, in the same time as at first. Never rejects. */
  async #reopen(): Promise<void> {
    const goOn = this.#goOn
    if (goOn === undefined) return
    this.#goOn = undefined
    await this.granted(goOn).catch(goOn)
  }

  /** `false`: the browser has not responded in time, and may be waited for once more. */
  async #isOpened(): Promise<boolean> {
    try {
      await this.database.get(META, WALL)
      return true
    } catch (error) {
      if (isForeign(error)) throw foreign(this.#page.name, error)
      const isLate = isHotpathError(error, 'ERR_STORAGE_UNAVAILABLE') && error.cause === undefined && hasIndexedDb()
      if (isLate) return false
      throw error
    }
  }

  openStore(context: TierContext): IndexedDbStore {
    const { indexedDb, memoryOnly = [], encryption, tierTimeout } = this.#page.options
    const { maxBytes = '100mb', window = '50ms' } = indexedDb === false ? {} : (indexedDb ?? {})
    this.store = new IndexedDbStore({
      database: this.database,
      context: { ...context, fault: (error) => this.#report(error, context) },
      maxBytes: toBytes(maxBytes, 'indexedDb.maxBytes'),
      windowMs: toMs(window, 'indexedDb.window'),
      readMs: tierTimeout === undefined || tierTimeout === false ? undefined : toMs(tierTimeout, 'tierTimeout'),
      lifecycle: this.lifecycle,
      isMemoryOnly: memoryOnlyKeys(memoryOnly),
      cipher: encryption,
      readHead: () => new LogStore(this.database).head(),
      closed: () => this.#closed(),
    })
    return this.store
  }

  #report(error: HotpathError, context: TierContext): void {
    if (!isHotpathError(error, 'ERR_STORAGE_QUOTA') || !this.#isSaid()) context.fault(error)
  }

  /** Makes room for what cannot be done without. Never rejects. */
  async makeRoom(): Promise<void> {
    await this.store?.makeRoom()
  }

  /** Nothing is written from here on, and nothing keeps the database from being deleted. */
  async discard(): Promise<void> {
    this.store?.discard()
    await this.#closed()
  }

  #closing(): void {
    this.isClosed = true
    if (this.store === undefined) void this.#closed()
  }

  async #closed(): Promise<void> {
    this.#release()
    this.lifecycle.close()
    await this.database.close()
  }
}

/** A database of this name has other stores than ours. */
function isForeign(error: unknown): boolean {
  return isHotpathError(error, 'ERR_STORAGE_FAILED') && (error.cause as Error | undefined)?.name === 'NotFoundError'
}

function foreign(name: string, cause: unknown): StorageError {
  return new StorageError(
    'ERR_STORAGE_UNAVAILABLE',
    `The database \`${name}\` was made by another program, without the stores of a cache. Delete it, or give the cache another \`schema\`.`,
    { cause },
  )
}

function noResponse(name: string): StorageError {
  return new StorageError(
    'ERR_STORAGE_UNAVAILABLE',
    `The browser has not opened \`${name}\` within ${RESPONSE_MS} ms. Another tab may be deleting it, or hang.`,
  )
}

const storages = new WeakMap<CachePage, PageStorage>()

/** The storage of a page. */
export function storageOf(page: CachePage): PageStorage {
  const storage = storages.get(page) ?? new PageStorage(page)
  storages.set(page, storage)
  return storage
}
