/**
 * Writes until the disk is full, and beyond. A transaction that the browser refuses for want of space is aborted as a
 * whole: then entries are evicted, what was to be written is split, and each half is tried again, twice. After that
 * nothing is stored any more for a while, and the cache goes on in memory.
 */
import { type EvictionReason, type HotpathError, StorageError, isHotpathError } from '@hotpath/contract'
import type { Database } from '@hotpath/web/database'
import { ENTRIES, LEDGER, META } from '../database/stores.ts'
import { MADE_ROOM, evictionsTo } from '../quota/evictions.ts'
import { Ledger } from '../quota/ledger.ts'
import { readPages, writePage } from '../quota/pages.ts'
import type { EntryWrite } from './entry-write.ts'
import { type Written, forgetAll, writeAll } from './write.ts'

const TRIES = 2
/** How long nothing is stored when there was no room. */
const PAUSE_MS = 5 * 60_000
/** Of what is stored when the browser refuses: the budget from then on. */
const LEFT_OF_REFUSED = 0.9
/** With a smaller one each entry would have to go for the next. */
const MIN_BYTES = 100_000

/** What a writer works with. */
export interface WriterOptions {
  readonly database: Database
  readonly maxBytes: number
  /** Wall time. */
  readonly now: () => number
  /** On the cache's timeline. */
  readonly elapsed: () => number
  readonly random: () => number
  readonly evicted: (key: string, reason: EvictionReason) => void
  /** A value could not be stored; or there is no room, and nothing is stored for now: once. */
  readonly fault: (error: HotpathError) => void
}

export class Writer {
  readonly ledger: Ledger = new Ledger()
  readonly #options: WriterOptions
  #maxBytes: number
  #isFirst = true
  /** On the cache's timeline. */
  #fullUntil = Number.NEGATIVE_INFINITY
  #wasFull = false

  constructor(options: WriterOptions) {
    this.#options = options
    this.#maxBytes = options.maxBytes
  }

  /** Whether nothing is stored for now, as there was no room. */
  get isFull(): boolean {
    return this.#options.elapsed() < this.#fullUntil
  }

  /** Resolves when all of them are written, or given up for want of room. */
  async write(writes: readonly EntryWrite[], tries: number = TRIES): Promise<void> {
    try {
      const { refused } = await this.#transact(writes)
      for (const error of refused) this.#options.fault(error)
    } catch (error) {
      if (!isHotpathError(error, 'ERR_STORAGE_QUOTA')) throw error
      await this.#again(writes, tries, error)
    }
  }

  async #transact(writes: readonly EntryWrite[]): Promise<Written> {
    const { database, evicted, random } = this.#options
    const isFirst = this.#isFirst
    const written = await database.transaction([ENTRIES, LEDGER, META], async (transaction) =>
      writeAll(writes, transaction, {
        ledger: this.ledger,
        maxBytes: this.#maxBytes,
        now: this.#options.now(),
        id: idOf(random),
        isFirst,
      }),
    )
    this.#isFirst = false
    if (written.page !== undefined) this.ledger.wrote(written.page)
    for (const key of written.evictions.evicted) evicted(key, 'max-bytes')
    return written
  }

  async #again(writes: readonly EntryWrite[], tries: number, error: unknown): Promise<void> {
    if (tries === 0) return this.#giveUp(error)
    await this.makeRoom()
    const half = Math.ceil(writes.length / 2)
    await this.write(writes.slice(0, half), tries - 1)
    if (half < writes.length) await this.write(writes.slice(half), tries - 1)
  }

  /** Evicts 30 % of what is there, and keeps below it from now on. Never rejects. */
  async makeRoom(): Promise<void> {
    const { database, evicted, now, random } = this.#options
    const { ledger } = this
    try {
      const { gone, page } = await database.transaction([ENTRIES, LEDGER], async (transaction) => {
        if (!(await readPages(ledger, transaction))) await forgetAll(ledger, transaction)
        const stock = { rows: ledger.rows, bytes: ledger.bytes, changes: new Map() }
        const evictions = evictionsTo(MADE_ROOM, stock, { maxBytes: ledger.bytes, now: now() })
        const keys = [...evictions.expired, ...evictions.evicted]
        await Promise.all(keys.map((key) => transaction.delete(ENTRIES, key)))
        const changed = ledger.page(
          keys.map((key) => [key, undefined]),
          idOf(random),
        )
        await writePage(changed, transaction)
        return { gone: evictions.evicted, page: changed }
      })
      this.#maxBytes = Math.min(this.#maxBytes, Math.max(MIN_BYTES, LEFT_OF_REFUSED * ledger.bytes))
      ledger.wrote(page)
      for (const key of gone) evicted(key, 'max-bytes')
    } catch {
      // Not even that: the tries that are left show it.
    }
  }

  /** What was to be deleted is outdated by the log all the same. */
  #giveUp(cause: unknown): void {
    this.#fullUntil = this.#options.elapsed() + PAUSE_MS
    if (this.#wasFull) return
    this.#wasFull = true
    this.#options.fault(
      new StorageError(
        'ERR_STORAGE_QUOTA',
        'The browser grants no more disk space, also after entries were evicted, so the cache goes on in memory alone. Give `indexedDb` a smaller `maxBytes`, or ask the user for persistent storage.',
        { cause },
      ),
    )
  }
}

function idOf(random: () => number): string {
  return random().toString(36).slice(2)
}
