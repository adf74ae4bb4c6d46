/** A connection that comes back: opened when it is needed, and again after the browser or another tab closed it. */
import { type Clock, StorageError, within } from '@hotpath/contract'
import { deleteDB, openDB, unwrap } from 'idb'
import { allOrNothing } from './all-or-nothing.ts'
import { isConnectionLost, openError, storageError } from './failures.ts'
import { requestsOf } from './requests.ts'
import type { DatabaseTransaction } from './store.ts'

/**
 * Changes what is stored when the version has grown from `from`, 0 for a database that is new. Stores that are new are
 * there, and those that are not named any more still are. It may await nothing else than requests of the transaction. When
 * it throws, nothing of it is stored, the call that opened the database rejects with what it threw, and the next one tries again.
 */
export type Upgrade = (transaction: DatabaseTransaction, from: number) => void | Promise<void>

/** What a connection needs and reports. */
export interface ConnectionOptions {
  readonly name: string
  readonly version: number
  readonly stores: readonly string[]
  readonly upgrade: Upgrade | undefined
  readonly clock: Clock
  readonly openTimeoutMs: number
  /** Another tab has the database open in an older version, and does not close it. */
  readonly blocked: () => void
  /** This connection is about to be closed: the last chance of what is pending. */
  readonly closing: () => void
  /** This connection is closed: for an upgrade or a deletion by another page, or by the browser. */
  readonly closed: (reason: 'upgraded' | 'deleted' | 'lost') => void
}

/** One database of the origin. */
export class Connection {
  readonly #options: ConnectionOptions
  /** What the browser was asked for: once, however long it takes. */
  #asked: Promise<IDBDatabase> | undefined
  /** The same, as long as somebody waits for it. */
  #opening: Promise<IDBDatabase> | undefined
  #open: IDBDatabase | undefined
  #isBlocked = false

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** Runs `work` with a connection; once again with a new one if the connection turns out to be gone. */
  async use<Result>(work: (database: IDBDatabase) => Promise<Result>): Promise<Result> {
    const { name } = this.#options
    const opening = this.#get()
    try {
      // At once where it is open: a page that is left, or a connection about to be closed, has no second turn.
      return await work(this.#open ?? (await opening))
    } catch (error) {
      if (!isConnectionLost(error)) throw storageError(error, name)
      if (this.#opening === opening) this.close()
    }
    const database = await this.#get().catch((error: unknown) => {
      throw openError(error, name)
    })
    try {
      return await work(database)
    } catch (error) {
      throw storageError(error, name)
    }
  }

  /** Waits for transactions that have begun. */
  close(): void {
    void this.#asked?.then(
      (database) => database.close(),
      () => {},
    )
    this.#forget()
  }

  /** Deletes the database; waits for the tabs that have it open. */
  async destroy(): Promise<void> {
    const { name, clock, openTimeoutMs: limitMs } = this.#options
    this.#assertAvailable()
    this.close()
    try {
      await within(deleteDB(name), { clock, limitMs, expired: () => this.#blockedError() })
    } catch (error) {
      throw openError(error, name)
    }
  }

  #get(): Promise<IDBDatabase> {
    if (this.#opening === undefined) {
      const opening = this.#connect()
      this.#opening = opening
      opening.then(
        (database) => {
          if (this.#opening === opening) this.#open = database
        },
        () => {
          if (this.#opening === opening) this.#opening = undefined
        },
      )
    }
    return this.#opening
  }

  #forget(): void {
    this.#asked = this.#opening = this.#open = undefined
  }

  /** Waits for what the browser was asked for. The next call may find that it is there by now. */
  async #connect(): Promise<IDBDatabase> {
    const { name, clock, openTimeoutMs: limitMs } = this.#options
    this.#assertAvailable()
    if (this.#asked === undefined) {
      const asked = this.#ask()
      this.#asked = asked
      asked.catch(() => {
        if (this.#asked === asked) this.#asked = undefined
      })
    }
    return within(this.#asked, {
      clock,
      limitMs,
      expired: () =>
        this.#isBlocked
          ? this.#blockedError()
          : new StorageError('ERR_STORAGE_UNAVAILABLE', `\`${name}\` was not opened within ${limitMs} ms.`),
    })
  }

  async #ask(): Promise<IDBDatabase> {
    const { name, version, stores, upgrade, blocked, closing, closed } = this.#options
    this.#isBlocked = false
    let upgrading: Promise<void> | undefined
    const opened = openDB(name, version, {
      upgrade(database, from, _to, wrapped) {
        const transaction = unwrap(wrapped)
        // Its end is waited for below.
        wrapped.done.catch(() => {})
        const work = async (): Promise<void> => {
          const before = [...database.objectStoreNames]
          for (const store of stores) if (!before.includes(store)) database.createObjectStore(store)
          await upgrade?.(requestsOf(transaction), from)
          for (const store of before) if (!stores.includes(store)) database.deleteObjectStore(store)
        }
        // One that fails is tried again by the next page.
        upgrading = allOrNothing(transaction, work, name)
        upgrading.catch(() => database.close())
      },
      blocked: () => {
        this.#isBlocked = true
        blocked()
      },
      blocking: (_current, next, { target }) => {
        closing()
        // The other page waits until this is done; transactions that have begun are completed first.
        ;(target as IDBDatabase).close()
        this.#forget()
        // What is read from now on is of the next database.
        closed(next === null ? 'deleted' : 'upgraded')
      },
      terminated: () => {
        this.#forget()
        closed('lost')
      },
    })
    try {
      return unwrap(await opened)
    } finally {
      // Why an upgrade has failed says more than the request that failed with it.
      await upgrading
    }
  }

  #assertAvailable(): void {
    // Reading it throws where the browser's settings deny storage.
    if ((globalThis.indexedDB as IDBFactory | undefined) !== undefined) return
    const { name } = this.#options
    throw new StorageError('ERR_STORAGE_UNAVAILABLE', `There is no IndexedDB here for \`${name}\`. Go on without it.`)
  }

  #blockedError(): StorageError {
    const { name } = this.#options
    return new StorageError('ERR_STORAGE_BLOCKED', `Another tab keeps \`${name}\` open. Close that tab, or reload it.`)
  }
}
