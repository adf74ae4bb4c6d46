/**
 * Room for what is appended. Rows of many records take the place of those of single appends, which cost a page more to read
 * than all that is in them; and the oldest of many records are dropped.
 */
import type { LogRecord } from '@hotpath/contract'
import type { DatabaseKeyRange, DatabaseTransaction } from '@hotpath/web/database'
import { keysBetween } from '../database/ranges.ts'
import { RECORDS } from '../database/stores.ts'
import { DROPPED, drop, droppedOf } from './dropped.ts'
import { mergedRow, recordsIn, type StoredHead } from './log-rows.ts'

/** Records in rows of their appends at most, and how many of the last are left in them. */
const MAX_APART = 2_000
const LEFT_APART = 1_000
/** Records that are kept at most, and how many of the last are left when there are more. Each page reads them as it starts. */
const MAX_RECORDS = 12_000
const LEFT_RECORDS = 10_000

/** The head when there is room for some more records; `undefined` when a part of the log is missing. */
export async function madeRoom(
  transaction: DatabaseTransaction,
  before: StoredHead,
  added: number,
): Promise<StoredHead | undefined> {
  const position = before.position + added
  let head: StoredHead | undefined = before
  if (position - head.mergedTo > MAX_APART) head = await merged(transaction, head, position - LEFT_APART)
  if (head !== undefined && position - head.droppedTo > MAX_RECORDS)
    head = await dropped(transaction, head, position - LEFT_RECORDS)
  return head
}

/** One row takes the place of those up to a position. */
async function merged(
  transaction: DatabaseTransaction,
  head: StoredHead,
  upTo: number,
): Promise<StoredHead | undefined> {
  const part = await partOf(transaction, head, { after: head.mergedTo, upTo })
  if (part === undefined) return undefined
  const { range, rows, last } = part
  if (rows.length > 1) {
    await transaction.delete(RECORDS, range)
    await transaction.put(RECORDS, last, mergedRow(last, rows))
  }
  return { ...head, mergedTo: last }
}

/** The rows up to a position go, and cells are raised for what was in them. */
async function dropped(
  transaction: DatabaseTransaction,
  head: StoredHead,
  upTo: number,
): Promise<StoredHead | undefined> {
  const [stored, part] = await Promise.all([
    transaction.get(RECORDS, DROPPED),
    partOf(transaction, head, { after: head.droppedTo, upTo }),
  ])
  const before = droppedOf(stored, head.droppedTo)
  if (before === undefined || part === undefined) return undefined
  const { range, records, last } = part
  await transaction.delete(RECORDS, range)
  await transaction.put(RECORDS, DROPPED, drop(before, records, last))
  return { ...head, droppedTo: last }
}

/** Rows that follow each other, with what is in them. */
interface LogPart {
  readonly range: DatabaseKeyRange
  readonly rows: readonly unknown[]
  readonly records: readonly LogRecord[]
  /** Position of the last record. */
  readonly last: number
}

/** The rows after one position, up to another; `undefined` when a part is missing. */
async function partOf(
  transaction: DatabaseTransaction,
  { epoch }: StoredHead,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<LogPart | undefined> {
  const range = keysBetween(after + 1, upTo)
  const rows = await transaction.getAll(RECORDS, range)
  const records = recordsIn(rows, after, { epoch, position: after + 1 })
  return records && { range, rows, records, last: after + records.length }
}
