/**
 * What is left of records that were dropped, in one row: the positions of keys and tags in a table of cells, and a floor for
 * what is neither.
 */
import { type Invalidation, type LogRecord, type Mark, type Strength, strengthInState } from '@hotpath/contract'
import { type CellPosition, CELLS, cellsOf } from '@hotpath/core/log'

/** Key of the row: before those of all records. */
export const DROPPED = -1

/** Of records of one strength. */
interface DroppedPositions {
  /** Position of the last one that concerns more than a key or tag; 0 for none. */
  readonly floor: number
  /** The position of each cell; empty as long as none was raised. */
  readonly cells: Float64Array
}

/** The row. */
export interface Dropped extends Readonly<Record<Strength, DroppedPositions>> {
  /** Position of the last record that was dropped. */
  readonly position: number
}

const STRENGTHS: readonly Strength[] = ['hard', 'soft']
const NOTHING: DroppedPositions = { floor: 0, cells: new Float64Array() }

/** Reads the row of a log whose records were dropped up to a position; `undefined` for anything else. */
export function droppedOf(row: unknown, droppedTo: number): Dropped | undefined {
  if (droppedTo === 0) return { position: 0, hard: NOTHING, soft: NOTHING }
  const stored = Object(row) as Dropped
  const isOurs =
    stored.position === droppedTo &&
    STRENGTHS.every((strength) => {
      const { floor, cells } = Object(stored[strength]) as Partial<DroppedPositions>
      return Number.isSafeInteger(floor) && cells instanceof Float64Array && [0, CELLS].includes(cells.length)
    })
  return isOurs ? stored : undefined
}

/** Drops the records that come next, too. */
export function drop(dropped: Dropped, records: readonly LogRecord[], position: number): Dropped {
  const [hard, soft] = STRENGTHS.map((strength) =>
    raised(
      dropped[strength],
      records.filter((record) => strengthInState(record) === strength),
    ),
  ) as [DroppedPositions, DroppedPositions]
  return { position, hard, soft }
}

/** The records come in the order of their positions, which are higher than those of before. */
function raised(before: DroppedPositions, records: readonly LogRecord[]): DroppedPositions {
  let { floor, cells } = before
  for (const { scope, position } of records) {
    if (scope.type !== 'key' && scope.type !== 'tag') {
      floor = position
      continue
    }
    if (cells.length === 0) cells = new Float64Array(CELLS)
    for (const cell of cellsOf(scope.type, scope.type === 'key' ? scope.key : scope.tag)) cells[cell] = position
  }
  return { floor, cells }
}

/** Cells that were raised. */
export function* cellsIn(dropped: Dropped): Iterable<CellPosition> {
  for (const strength of STRENGTHS) {
    const { cells } = dropped[strength]
    // By index: an iterator takes tens of milliseconds for a whole table.
    for (let cell = 0; cell < cells.length; cell++) {
      const position = cells[cell] as number
      if (position > 0) yield { strength, cell, position }
    }
  }
}

/** The floors, as records for all. */
export function floorsOf(dropped: Dropped, epoch: string): readonly (Invalidation & Mark)[] {
  return STRENGTHS.map((strength) => ({
    scope: { type: 'all' },
    strength,
    epoch,
    position: dropped[strength].floor,
  }))
}
