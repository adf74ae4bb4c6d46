/**
 * The ledger of a database: what is stored, how large it is, when it was last used and when it is dead. The browser's own
 * `estimate()` does not say what may still be written.
 *
 * It is kept as pages in the database: each transaction that writes entries adds one page with what changed, so that every
 * tab that is about to write learns by one request what the others did since. When there are more rows in pages than
 * are worth reading, one page with all rows takes their place.
 */

/** What is known of one entry. Times are wall times in milliseconds. */
export interface LedgerRow {
  readonly bytes: number
  readonly usedAt: number
  readonly deadAt: number
  readonly epoch: string
  readonly asOf: number
}

/** A row that changed; without a row the key is gone. */
export type LedgerChange = readonly [key: string, row: LedgerRow | undefined]

/** What one transaction changed. */
export interface LedgerPage {
  /** Its key in the store. Grows. */
  readonly number: number
  /** Random, as a database that was deleted begins anew with 1. */
  readonly id: string
  /** It has all rows; what is before it is void. */
  readonly isWhole: boolean
  readonly changes: readonly LedgerChange[]
}

/** Rows beyond which pages are replaced by one. */
const MIN_ROWS = 1_000

export class Ledger {
  readonly rows: Map<string, LedgerRow> = new Map()
  /** Of all entries. */
  bytes = 0
  #last: LedgerPage | undefined
  /** Rows in all pages. */
  #written = 0
  readonly #used = new Map<string, number>()

  /** The last page that was read or written, from which on to read, as it may be gone; `undefined`: read all. */
  get last(): LedgerPage | undefined {
    return this.#last
  }

  /**
   * Takes in pages from the last one on, or from one before it: they may have been asked for before this tab wrote the last one.
   * `false`: they do not follow; read all of them after `forget`.
   */
  read(pages: readonly LedgerPage[]): boolean {
    const known = pages.findIndex(({ id }) => id === this.#last?.id)
    if (this.#last !== undefined && known < 0 && pages[0]?.isWhole !== true) return false
    for (const page of pages.slice(known + 1)) this.#take(page)
    return true
  }

  forget(): void {
    this.#clear()
    this.#last = undefined
  }

  /** Notes that an entry was used; written with the next page. */
  use(key: string, at: number): void {
    if (this.#used.size < MIN_ROWS) this.#used.set(key, at)
  }

  /** The page for what a transaction changes, with the uses noted until now; the ledger has it when `wrote` is called. */
  page(changes: readonly LedgerChange[], id: string): LedgerPage {
    const changed = new Map<string, LedgerRow | undefined>(changes)
    for (const [key, usedAt] of this.#used) {
      const row = this.rows.get(key)
      if (row !== undefined && !changed.has(key)) changed.set(key, { ...row, usedAt })
    }
    const number = (this.#last?.number ?? 0) + 1
    const isWhole = this.#written + changed.size > Math.max(MIN_ROWS, 2 * this.rows.size)
    if (!isWhole) return { number, id, isWhole, changes: [...changed] }
    const all = new Map<string, LedgerRow | undefined>([...this.rows, ...changed])
    return { number, id, isWhole, changes: [...all].filter(([, row]) => row !== undefined) }
  }

  /** The transaction of a page is complete. What was read since may have it already. */
  wrote(page: LedgerPage): void {
    this.#used.clear()
    if (page.number > (this.#last?.number ?? 0)) this.#take(page)
  }

  #take(page: LedgerPage): void {
    if (page.isWhole) this.#clear()
    for (const [key, row] of page.changes) {
      this.bytes += (row?.bytes ?? 0) - (this.rows.get(key)?.bytes ?? 0)
      if (row === undefined) this.rows.delete(key)
      else this.rows.set(key, row)
    }
    this.#written += page.changes.length
    this.#last = page
  }

  #clear(): void {
    this.rows.clear()
    this.bytes = 0
    this.#written = 0
  }
}
