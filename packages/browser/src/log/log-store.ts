/**
 * The log of one database. Tabs take turns by the transactions of IndexedDB: one that writes runs alone, and whatever
 * begins after it sees what it wrote.
 *
 * Invariant: the records after `droppedTo` up to `position` are all there. Where one is missing, or the head is, a part of
 * the log was lost, so it begins anew in another epoch.
 */
import type { Invalidation, LogRecord, Mark } from '@hotpath/contract'
import type { Database, DatabaseTransaction } from '@hotpath/web/database'
import { keysAfter, keysUpTo } from '../database/ranges.ts'
import { RECORDS } from '../database/stores.ts'
import { firstHead, HEAD, headOf, recordsIn, rowOf, type StoredHead, stateOf, withoutOldest } from './log-rows.ts'

/** Records that are kept at most, and how many of the last are left at least when there are more. */
const MAX_RECORDS = 2_000
const KEPT_RECORDS = 1_000
/** Records of one append: no more than are kept. */
export const MAX_BATCH = 1_000

/** The records after a position, and the head that they were read with. */
export interface ReadRecords {
  readonly head: StoredHead
  readonly records: readonly LogRecord[]
}

/** Where the log was before an append, and where it is after it. */
export interface Appended {
  readonly before: Mark
  readonly head: Mark
}

/** All that is kept. */
export interface ReadState {
  readonly head: StoredHead
  readonly records: readonly (Invalidation & Mark)[]
}

/** A log in a database. */
export class LogStore {
  readonly #database: Pick<Database, 'transaction'>

  constructor(database: Pick<Database, 'transaction'>) {
    this.#database = database
  }

  /**
   * Appends in one transaction. Resolves when the disk has it.
   *
   * @param written - Called just before the transaction ends: what begins to read from then on waits for its end. So others
   *   hear of it even if this tab is closed now.
   */
  append(invalidations: readonly Invalidation[], written: () => void): Promise<Appended> {
    return this.#write(async (transaction) => {
      const before = await open(transaction)
      if (invalidations.length === 0) return { before, head: before }
      const head = await dropOldest(transaction, { ...before, position: before.position + invalidations.length })
      await Promise.all([
        transaction.put(RECORDS, head.position, rowOf(head.position, invalidations)),
        transaction.put(RECORDS, HEAD, head),
      ])
      written()
      return { before, head }
    })
  }

  /** Where the log is. */
  async head(): Promise<StoredHead> {
    const head = await this.#read(async (transaction) => headOf(await transaction.get(RECORDS, HEAD)))
    return head ?? this.#begin(undefined)
  }

  /** Reads the records after a position. Those that were dropped are left out. */
  async recordsAfter(position: number): Promise<ReadRecords> {
    const { head, records } = await this.#readAfter(position)
    if (head !== undefined && records !== undefined) return { head, records }
    return { head: await this.#begin(head?.epoch), records: [] }
  }

  /** Reads all that is kept. */
  async state(): Promise<ReadState> {
    const { head, records } = await this.recordsAfter(0)
    return { head, records: stateOf(head, records) }
  }

  /** Reads all that is kept, and begins nothing where a part of it is missing. */
  async peek(): Promise<ReadState | undefined> {
    const { head, records } = await this.#readAfter(0)
    return head !== undefined && records !== undefined ? { head, records: stateOf(head, records) } : undefined
  }

  async #readAfter(
    position: number,
  ): Promise<{ readonly head?: StoredHead; readonly records?: readonly LogRecord[] | undefined }> {
    const [row, rows] = await this.#read((transaction) =>
      Promise.all([transaction.get(RECORDS, HEAD), transaction.getAll(RECORDS, keysAfter(position))]),
    )
    const head = headOf(row)
    // The last is the head, unless something else is stored there.
    return head === undefined ? {} : { head, records: recordsIn(rows.slice(0, -1), head, position) }
  }

  /** @param damaged - Epoch of a log of which a part is missing, unless another tab has begun a new one since. */
  #begin(damaged: string | undefined): Promise<StoredHead> {
    return this.#write((transaction) => open(transaction, damaged))
  }

  #read<Result>(work: (transaction: DatabaseTransaction) => Promise<Result>): Promise<Result> {
    return this.#database.transaction([RECORDS], work, { mode: 'readonly' })
  }

  #write<Result>(work: (transaction: DatabaseTransaction) => Promise<Result>): Promise<Result> {
    return this.#database.transaction([RECORDS], work, { durability: 'strict' })
  }
}

/** The head of the log, which begins now where there is none. */
async function open(transaction: DatabaseTransaction, damaged?: string): Promise<StoredHead> {
  const found = headOf(await transaction.get(RECORDS, HEAD))
  if (found !== undefined && found.epoch !== damaged) return found
  const head = firstHead()
  await Promise.all([transaction.clear(RECORDS), transaction.put(RECORDS, HEAD, head)])
  return head
}

/** Makes room for what is appended, where there is none. */
async function dropOldest(transaction: DatabaseTransaction, head: StoredHead): Promise<StoredHead> {
  if (head.position - head.droppedTo <= MAX_RECORDS) return head
  const range = keysUpTo(head.position - KEPT_RECORDS)
  const [positions, rows] = await Promise.all([
    transaction.getAllKeys(RECORDS, range),
    transaction.getAll(RECORDS, range),
  ])
  await transaction.delete(RECORDS, range)
  const droppedTo = Number(positions.at(-1) ?? head.droppedTo)
  return withoutOldest(head, recordsIn(rows, { ...head, position: droppedTo }, 0), droppedTo)
}
