/**
 * The log of one database. Tabs take turns by the transactions of IndexedDB: one that writes runs alone, and whatever
 * begins after it sees what it wrote.
 *
 * Invariant: the records after `droppedTo` up to `position` are all there, and so is what is left of those before. Where a
 * part is missing, or the head is, a part of the log was lost, so it begins anew in another epoch.
 */
import type { Invalidation, LogPositions, LogRecord, Mark } from '@hotpath/contract'
import { createCellPositions } from '@hotpath/core/log'
import type { Database, DatabaseTransaction } from '@hotpath/web/database'
import { keysAfter } from '../database/ranges.ts'
import { RECORDS } from '../database/stores.ts'
import { cellsIn, DROPPED, droppedOf, floorsOf } from './dropped.ts'
import { inTasks } from '../store/next-task.ts'
import { firstHead, HEAD, headOf, recordOf, recordsIn, rowOf, type StoredHead, storedIn } from './log-rows.ts'
import { madeRoom } from './make-room.ts'

/** Records of one append: no more than are kept apart. */
export const MAX_BATCH = 1_000

/** Records that are taken in by one task of a page that begins, which is some milliseconds. */
const MAX_IN_TASK = 1_000

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

/** What all that is kept says. */
export interface ReadState {
  readonly head: StoredHead
  readonly positions: LogPositions
}

/** As much of a database as a log needs. */
export type LogDatabase = Pick<Database, 'get' | 'getAll' | 'transaction'>

/** A log in a database. */
export class LogStore {
  readonly #database: LogDatabase

  constructor(database: LogDatabase) {
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
      const found = await open(transaction)
      if (invalidations.length === 0) return { before: found, head: found }
      const before =
        (await madeRoom(transaction, found, invalidations.length)) ?? (await open(transaction, found.epoch))
      const head = { ...before, position: before.position + invalidations.length }
      const rows = [
        [head.position, rowOf(head.position, invalidations)],
        [HEAD, head],
      ] as const
      // Not waited for, as that is one more message of the browser: what fails aborts the transaction.
      transaction.putMany(RECORDS, rows).catch(() => {})
      written()
      return { before, head }
    })
  }

  /** Where the log is. */
  async head(): Promise<StoredHead> {
    return headOf(await this.#database.get(RECORDS, HEAD)) ?? this.#begin(undefined)
  }

  /** Reads the records after a position. Those that were dropped are left out. */
  async recordsAfter(position: number): Promise<ReadRecords> {
    const { head, records } = readAfter(position, await this.#database.getAll(RECORDS, keysAfter(position)))
    if (head !== undefined && records !== undefined) return { head, records }
    return { head: await this.#begin(head?.epoch), records: [] }
  }

  /** Reads all that is kept. */
  async state(): Promise<ReadState> {
    const { head, positions } = await this.#state()
    if (head !== undefined && positions !== undefined) return { head, positions }
    return { head: await this.#begin(head?.epoch), positions: createCellPositions() }
  }

  /** Reads all that is kept, and begins nothing where a part of it is missing. */
  async peek(): Promise<ReadState | undefined> {
    const { head, positions } = await this.#state()
    return head && positions && { head, positions }
  }

  async #state(): Promise<Partially<ReadState>> {
    // Of one transaction, as are all reads of one turn.
    const [rows, row] = await Promise.all([
      this.#database.getAll(RECORDS, keysAfter(0)),
      this.#database.get(RECORDS, DROPPED),
    ])
    const { head, others } = headIn(rows)
    return { head, positions: head && (await positionsOf(head, others, row)) }
  }

  /** @param damaged - Epoch of a log of which a part is missing, unless another tab has begun a new one since. */
  #begin(damaged: string | undefined): Promise<StoredHead> {
    return this.#write((transaction) => open(transaction, damaged))
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

/** What was read; `undefined` where a part is missing. */
type Partially<Read> = { readonly [Part in keyof Read]: Read[Part] | undefined }

/** Reads the rows after a position. */
function readAfter(position: number, rows: readonly unknown[]): Partially<ReadRecords> {
  const { head, others } = headIn(rows)
  return { head, records: head && recordsIn(others, Math.max(position, head.droppedTo), head) }
}

/** The head is the last of the rows, unless something else is stored there, which is no row. */
function headIn(rows: readonly unknown[]): {
  readonly head: StoredHead | undefined
  readonly others: readonly unknown[]
} {
  const at = rows.findLastIndex(headOf)
  return { head: headOf(rows[at]), others: rows.toSpliced(at, 1) }
}

/** What rows and what was dropped say; `undefined` where a part is missing. */
async function positionsOf(
  head: StoredHead,
  rows: readonly unknown[],
  droppedRow: unknown,
): Promise<LogPositions | undefined> {
  const { epoch, droppedTo } = head
  const [stored, dropped] = [storedIn(rows, droppedTo, head), droppedOf(droppedRow, droppedTo)]
  if (stored === undefined || dropped === undefined) return undefined
  const positions = createCellPositions({ cells: cellsIn(dropped), records: floorsOf(dropped, epoch) })
  let position = droppedTo
  let isWhole = true
  await inTasks(stored, MAX_IN_TASK, async (some) => {
    for (const one of some) {
      const record = recordOf(one, epoch, ++position)
      if (record === undefined) isWhole = false
      else positions.raise(record)
    }
  })
  return isWhole ? positions : undefined
}
