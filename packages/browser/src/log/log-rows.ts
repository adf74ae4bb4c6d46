/**
 * What IndexedDB keeps of a log: a row for each recent append, under the position of its last record, and one for the head
 * after them. A row has all records of its append, as a row costs more than a record.
 */
import {
  fromWireInvalidation,
  type Invalidation,
  type LogRecord,
  type Mark,
  type Strength,
  strengthInState,
  toWireInvalidation,
  type WireInvalidation,
} from '@hotpath/contract'

/** Key of the head: a string comes after all numbers. */
export const HEAD = 'head'

/** Where a log is, and what is left of the records that were dropped. */
export interface StoredHead extends Mark {
  /** Records up to this position were dropped. */
  readonly droppedTo: number
  /** Position of the last hard record among them; 0 for none. */
  readonly hardFloor: number
  /** The same of soft ones. */
  readonly softFloor: number
}

/** The head of a log that begins. */
export function firstHead(): StoredHead {
  const epoch = [...crypto.getRandomValues(new Uint32Array(3))].map((part) => part.toString(36)).join('')
  return { epoch, position: 0, droppedTo: 0, hardFloor: 0, softFloor: 0 }
}

/** Reads a head; `undefined` for anything else, as any script of the origin may write to the database. */
export function headOf(row: unknown): StoredHead | undefined {
  const { epoch, position, ...others } = Object(row) as StoredHead
  const { droppedTo, hardFloor, softFloor } = others
  const isHead =
    typeof epoch === 'string' &&
    /^[\w-]{1,64}$/.test(epoch) &&
    [position, droppedTo, hardFloor, softFloor].every((at) => Number.isSafeInteger(at) && at >= 0 && at <= position)
  return isHead ? { epoch, position, droppedTo, hardFloor, softFloor } : undefined
}

/** The records of one append. */
interface Row {
  /** Position of the last one. */
  readonly position: number
  readonly records: readonly WireInvalidation[]
}

/** The row of an append whose last record has this position. */
export function rowOf(position: number, invalidations: readonly Invalidation[]): Row {
  return { position, records: invalidations.map(toWireInvalidation) }
}

/**
 * The records after a position, up to the head's, of the rows that have them; `undefined` when a part is missing, or
 * anything else is among them.
 */
export function recordsIn(
  rows: readonly unknown[],
  { epoch, droppedTo, position }: StoredHead,
  after: number,
): readonly LogRecord[] | undefined {
  const records: LogRecord[] = []
  let reached = Math.max(after, droppedTo)
  for (const row of rows) {
    const { position: last, records: found } = Object(row) as Partial<Row>
    if (!Number.isSafeInteger(last) || !Array.isArray(found)) return undefined
    const before = (last as number) - found.length
    if (before > reached) return undefined
    for (const one of found.slice(reached - before)) {
      const record = recordOf(one, { epoch, position: ++reached })
      if (record === undefined) return undefined
      records.push(record)
    }
  }
  return reached >= position ? records : undefined
}

/** Reads a record; `undefined` for anything else. The position of the one before it is one less. */
function recordOf(stored: unknown, { epoch, position }: Mark): LogRecord | undefined {
  const { strength, type, value } = Object(stored) as Record<keyof WireInvalidation, unknown>
  if (typeof strength !== 'string' || typeof type !== 'string' || typeof value !== 'string') return undefined
  return { ...fromWireInvalidation({ strength, type, value }), epoch, position, previous: position - 1 }
}

/** The head when its records up to a position are dropped: from now on they concern everything. One that cannot be read may have been hard. */
export function withoutOldest(
  head: StoredHead,
  oldest: readonly LogRecord[] | undefined,
  droppedTo: number,
): StoredHead {
  if (oldest === undefined) return { ...head, droppedTo, hardFloor: droppedTo }
  const last = (strength: Strength): number =>
    oldest.findLast((record) => strengthInState(record) === strength)?.position ?? 0
  return {
    ...head,
    droppedTo,
    hardFloor: Math.max(head.hardFloor, last('hard')),
    softFloor: Math.max(head.softFloor, last('soft')),
  }
}

/** The floors of a log, as records for all, and its records, with the strength that a state keeps them with. */
export function stateOf(head: StoredHead, records: readonly LogRecord[]): (Invalidation & Mark)[] {
  const { epoch, hardFloor, softFloor } = head
  const scope = { type: 'all' } as const
  return [
    { scope, strength: 'soft', epoch, position: softFloor },
    { scope, strength: 'hard', epoch, position: hardFloor },
    ...records.map((record) => ({
      scope: record.scope,
      strength: strengthInState(record),
      epoch,
      position: record.position,
    })),
  ]
}
