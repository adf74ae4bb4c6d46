/** The database of a page's cache, and what works in it: opened once, and closed with the store of entries. */
import { isHotpathError, systemClock, toBytes, toMs, type TierContext } from '@hotpath/contract'
import { type Lifecycle, createLifecycle } from '@hotpath/web'
import { type Database, openDatabase } from '@hotpath/web/database'
import { META, STORES } from '../database/stores.ts'
import { LogStore } from '../log/log-store.ts'
import { useDatabase } from '../scope/databases.ts'
import { IndexedDbStore } from '../store/indexed-db-store.ts'
import { WALL } from '../store/write.ts'
import { memoryOnlyKeys } from './memory-only.ts'
import type { CachePage } from './page.ts'

export class PageStorage {
  readonly database: Database
  readonly lifecycle: Lifecycle = createLifecycle()
  /** `undefined` until it is opened, and where there is none. */
  store: IndexedDbStore | undefined
  readonly #page: CachePage
  readonly #release: () => void

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
    page.whenClosed(() => this.#closing())
  }

  /**
   * Rejects where the browser refuses to open the database, as it does in all tabs then. One that takes long to open is
   * for those to wait for who use it.
   */
  async assertGranted(): Promise<void> {
    try {
      await this.database.get(META, WALL)
    } catch (error) {
      if (isHotpathError(error, 'ERR_STORAGE_UNAVAILABLE') && error.cause !== undefined) throw error
    }
  }

  openStore(context: TierContext): IndexedDbStore {
    const { indexedDb, memoryOnly = [], encryption } = this.#page.options
    const { maxBytes = '100mb', window = '50ms' } = indexedDb === false ? {} : (indexedDb ?? {})
    this.store = new IndexedDbStore({
      database: this.database,
      context,
      maxBytes: toBytes(maxBytes, 'indexedDb.maxBytes'),
      windowMs: toMs(window, 'indexedDb.window'),
      lifecycle: this.lifecycle,
      isMemoryOnly: memoryOnlyKeys(memoryOnly),
      cipher: encryption,
      readHead: () => new LogStore(this.database).head(),
      closed: () => this.#closed(),
    })
    return this.store
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
    if (this.store === undefined) void this.#closed()
  }

  async #closed(): Promise<void> {
    this.#release()
    this.lifecycle.close()
    await this.database.close()
  }
}

const storages = new WeakMap<CachePage, PageStorage>()

/** The storage of a page. */
export function storageOf(page: CachePage): PageStorage {
  const storage = storages.get(page) ?? new PageStorage(page)
  storages.set(page, storage)
  return storage
}
