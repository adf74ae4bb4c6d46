/** What one tab has appended, as it tells the others: a tab that is right before it need not read it. */
import type { Invalidation, LogRecord } from '@hotpath/contract'
import { type Row, recordsIn, rowOf } from './log-rows.ts'
import type { Appended } from './log-store.ts'

/** Beyond it others read, as for anything else that they are not right before. */
const MAX_HANDED_ON = 100

/** The message: the row of an append that is on the disk. */
export interface HandedOn {
  readonly epoch: string
  /** Position of the record before it. */
  readonly after: number
  readonly row: Row
}

/** What a message says. */
export interface Heard extends Appended {
  readonly records: readonly LogRecord[]
}

/** The message for other tabs; `null`: they read. */
export function handedOn({ before, head }: Appended, invalidations: readonly Invalidation[]): HandedOn | null {
  if (invalidations.length > MAX_HANDED_ON) return null
  return { epoch: head.epoch, after: before.position, row: rowOf(head.position, invalidations) }
}

/** Reads a message as a row is read; `undefined` for any other, such as that of a tab of another deploy. */
export function heardIn(message: unknown): Heard | undefined {
  const { epoch, after, row } = Object(message) as Partial<HandedOn>
  const { position } = Object(row) as Partial<Row>
  if (typeof epoch !== 'string' || !Number.isSafeInteger(after) || position === undefined) return undefined
  const [before, head] = [
    { epoch, position: after as number },
    { epoch, position },
  ]
  const records = recordsIn([row], before.position, head)
  return records && before.position + records.length === position ? { before, head, records } : undefined
}
