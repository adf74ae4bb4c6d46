/**
 * What IndexedDB keeps of a log: rows of records, each under the position of its last one, and one for the head after them.
 * A row has all records of its append, or of many, as a row costs more than a record.
 */
import {
  fromWireInvalidation,
  type Invalidation,
  type LogRecord,
  type Mark,
  toWireInvalidation,
} from '@hotpath/contract'

/** Key of the head: a string comes after all numbers. */
export const HEAD = 'head'

/** In place of the letter for hard, which is how it is read where it is not known: a value follows. */
const VALUE_FOLLOWS = 'v'

/** Where a log is. */
export interface StoredHead extends Mark {
  /** Records up to this position are in few rows. */
  readonly mergedTo: number
  /** Records up to this position were dropped. */
  readonly droppedTo: number
}

/** The head of a log that begins. */
export function firstHead(): StoredHead {
  const epoch = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('')
  return { epoch, position: 0, mergedTo: 0, droppedTo: 0 }
}

/** Reads a head; `undefined` for anything else, as any script of the origin may write to the database. */
export function headOf(row: unknown): StoredHead | undefined {
  const { epoch, position, mergedTo, droppedTo } = Object(row) as StoredHead
  const isHead =
    typeof epoch === 'string' &&
    /^[\w-]{1,64}$/.test(epoch) &&
    [position, mergedTo, droppedTo].every((at) => Number.isSafeInteger(at) && at >= 0 && at <= position)
  return isHead ? { epoch, position, mergedTo, droppedTo } : undefined
}

/** The records of one append, or of several that follow each other. */
export interface Row {
  /** Position of the last one. */
  readonly position: number
  /** Each in one string, of which there may be thousands: a letter for its strength, one for the kind of its scope, and what that is about. */
  readonly records: readonly string[]
}

/** The row of an append whose last record has this position. */
export function rowOf(position: number, invalidations: readonly Invalidation[]): Row {
  const records = invalidations.map((invalidation) => {
    const { strength, type, value } = toWireInvalidation(invalidation)
    return (invalidation.valueFollows === true ? VALUE_FOLLOWS : strength) + type + value
  })
  return { position, records }
}

/** One row with the records of many, which have been read before; they may be soft for a time. */
export function mergedRow(position: number, rows: readonly unknown[]): Row {
  return { position, records: (rows as readonly Row[]).flatMap(({ records }) => records) }
}

/** The records after a position, up to another one, of the rows that have them; `undefined` as for `storedIn`. */
export function recordsIn(rows: readonly unknown[], after: number, mark: Mark): readonly LogRecord[] | undefined {
  const records = storedIn(rows, after, mark)?.map((stored, at) => recordOf(stored, mark.epoch, after + at + 1))
  return records?.includes(undefined) === true ? undefined : (records as readonly LogRecord[] | undefined)
}

/** The same, not read yet, as there may be ten thousand; `undefined` when a part is missing, or something else than rows is among them. */
export function storedIn(rows: readonly unknown[], after: number, { position }: Mark): readonly unknown[] | undefined {
  const stored: unknown[] = []
  for (const row of rows) {
    const { position: last, records } = Object(row) as Partial<Row>
    if (!Number.isSafeInteger(last) || !Array.isArray(records)) return undefined
    const before = (last as number) - records.length
    const reached = after + stored.length
    if (before > reached) return undefined
    for (const one of records.slice(reached - before)) stored.push(one)
  }
  return after + stored.length >= position ? stored : undefined
}

/** Reads a record; `undefined` for anything else. The position of the one before it is one less. */
export function recordOf(stored: unknown, epoch: string, position: number): LogRecord | undefined {
  if (typeof stored !== 'string') return undefined
  const [strength = '', type = ''] = stored
  return {
    ...fromWireInvalidation({ strength, type, value: stored.slice(2) }),
    ...(strength === VALUE_FOLLOWS && { valueFollows: true }),
    epoch,
    position,
    previous: position - 1,
  }
}
