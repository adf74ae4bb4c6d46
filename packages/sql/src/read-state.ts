import type { LogSnapshot } from '@hotpath/contract'
import type { CellPositionsBuilder } from '@hotpath/core/log'
import { type LogRow, type MatcherRow, floorsOf, headOf, matcherOf } from './state-rows.ts'

/** How the rows of a log are read. */
export interface StateParts<Log extends LogRow> {
  /** The log's own row; begins the log where there is none. */
  readonly open: () => Promise<Log>
  readonly readCells: (log: Log) => Promise<CellPositionsBuilder>
  readonly readMatchers: (log: Log) => Promise<readonly MatcherRow[]>
}

/** What is known at the head that it resolves to; later records may show in part. */
export async function readState<Log extends LogRow>(parts: StateParts<Log>): Promise<LogSnapshot> {
  // The head first, so that whatever is read with it is not older.
  const log = await parts.open()
  const builder = await parts.readCells(log)
  const matchers = await parts.readMatchers(log)
  const after = await parts.open()
  // Another life began meanwhile.
  if (after.epoch !== log.epoch) return readState(parts)
  const records = [...floorsOf(after), ...matchers.map((row) => matcherOf(row, log.epoch))]
  return { ...headOf(log), positions: builder.build(records) }
}
