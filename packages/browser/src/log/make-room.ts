/**
 * Room for what is appended. Rows of many records take the place of those of single appends, which cost a page more to read
 * than all that is in them; and the oldest of many records are dropped.
 */
import type { DatabaseTransaction } from '@hotpath/web/database'
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
  const range = keysBetween(head.mergedTo + 1, upTo)
  const rows = await transaction.getAll(RECORDS, range)
  if (recordsIn(rows, head.mergedTo, { ...head, position: head.mergedTo }) === undefined) return undefined
  const row = mergedRow(rows)
  if (row === undefined) return undefined
  if (rows.length > 1) {
    await transaction.delete(RECORDS, range)
    await transaction.put(RECORDS, row.position, row)
  }
  return { ...head, mergedTo: row.position }
}

/** The rows up to a position go, and cells are raised for what was in them. */
async function dropped(
  transaction: DatabaseTransaction,
  head: StoredHead,
  upTo: number,
): Promise<StoredHead | undefined> {
  const range = keysBetween(head.droppedTo + 1, upTo)
  const [stored, positions, rows] = await Promise.all([
    transaction.get(RECORDS, DROPPED),
    transaction.getAllKeys(RECORDS, range),
    transaction.getAll(RECORDS, range),
  ])
  const droppedTo = Number(positions.at(-1))
  const before = droppedOf(stored, head.droppedTo)
  const records = recordsIn(rows, head.droppedTo, { ...head, position: droppedTo })
  if (before === undefined || records === undefined) return undefined
  await transaction.delete(RECORDS, range)
  await transaction.put(RECORDS, DROPPED, drop(before, records, droppedTo))
  return { ...head, droppedTo }
}
