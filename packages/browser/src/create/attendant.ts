import type { Database } from '@hotpath/web/database'

/** What a cache of a page works with here, and what that means. */
export interface StorageReport {
  /** Whether entries outlive the page: IndexedDB is in use. */
  readonly outlivesPage: boolean
  /**
   * `'in use'`, or why it is not: there is `'none'`, it is turned off, or the cache is closed; the browser `'refused'` it, or the database is another
   * program's; there is `'no response'`, and it is used once there is one; it is `'full'` for now.
   */
  readonly indexedDb: 'in use' | 'none' | 'refused' | 'no response' | 'full'
  /** When other tabs hear of an invalidation: at once, within a second, or not at all. */
  readonly otherTabs: 'at once' | 'within a second' | 'never'
  /** Whether all tabs together load a key once. */
  readonly loadsOnce: boolean
  /** Whether placeholders can be kept for the next visit. */
  readonly hasPlaceholders: boolean
  /** Whether the browser keeps what is stored when disk space gets short; `undefined`: it does not say. */
  readonly isPersisted: boolean | undefined
  /** What IndexedDB holds of this cache; `undefined` without it. */
  readonly stored: StoredReport | undefined
}

/** What IndexedDB holds of a cache. */
export interface StoredReport {
  /** Name of the database. */
  readonly database: string
  /** How many entries. */
  readonly entries: number
  /** An estimate. */
  readonly bytes: number
}

/** Who looks after a cache of a page beside the engine. */
export interface Attendant {
  /** `undefined`: entries do not outlive the page, nor shall anything else. */
  readonly database: Database | undefined
  /** Whether the browser has not opened it in time, or there is no room, so that the log of all tabs has not what is appended here. */
  readonly isLate: boolean
  /** Called when that changes. */
  readonly lateListeners: Set<() => unknown>
  /** Ends the scope in all tabs: resolves when everything of it is deleted. */
  endScope(): Promise<void>
  /** What there is, and what it is used for. */
  inspect(): Promise<StorageReport>
}
