/**
 * Reads the state of a log: see `log-scripts.ts` for its form. Fields are asked for by name, so that the cost is bounded
 * whatever else somebody puts there.
 *
 * Two commands, as the names of patterns have to be read first. The floors are read by the second one, together with
 * the positions of the patterns: patterns are only removed in the step that raises the floors above them, so a pattern
 * that has gone since the first command has left a floor. What else was appended between the two is too high, which is
 * safe. Both have to be of one epoch.
 */
import { setImmediate } from 'node:timers/promises'
import { type Invalidation, type LogPositions, type Mark, fromWireInvalidation, strengthOf } from '@hotpath/contract'
import { CELLS, type CellPosition, buildCellPositions } from '@hotpath/core/log'
import { MAX_PATTERNS, POSITION_DIGITS, ROW_CELLS } from './log-scripts.ts'

/** What a hash with the state of a log holds. */
interface StoredState {
  readonly epoch: string
  readonly position: number
  readonly rows: readonly Row[]
  /** Floors, patterns and prefixes, as the records that raised them. */
  readonly records: readonly (Invalidation & Mark)[]
}

/** Reads fields of the hash. */
type ReadFields = (fields: readonly string[]) => Promise<readonly (string | null)[]>

type Row = readonly [name: string, digits: string]

const ROWS = CELLS / ROW_CELLS
/** Taken in without a pause: some milliseconds of work. */
const ROWS_AT_ONCE = 256
const NO_POSITION = '0'.repeat(POSITION_DIGITS)
const PATTERN = /^(.)(.):(.*)$/s

/** @returns `undefined` when the log was begun anew between the two commands, or has to be, as a number of it is none. */
export async function readState(read: ReadFields): Promise<StoredState | undefined> {
  const rowNames = Array.from({ length: ROWS }, (_, row) => [`h${row}`, `s${row}`]).flat()
  const patternNames = Array.from({ length: MAX_PATTERNS + 1 }, (_, index) => `q${index + 1}`)
  const [epoch, position, ...values] = await read(['e', 'p', ...rowNames, ...patternNames])
  const rows = rowNames.flatMap((name, index): Row[] => (values[index] ? [[name, values[index]]] : []))
  const patterns = values.slice(rowNames.length).filter((name) => typeof name === 'string')
  const [epochAfter, hardFloor, softFloor, ...positions] = await read(['e', 'F', 'G', ...patterns])
  const [last, hard, soft] = [position, hardFloor, softFloor].map(numberIn)
  if (typeof epoch !== 'string' || epochAfter !== epoch) return undefined
  if (last === undefined || hard === undefined || soft === undefined) return undefined
  const all = { type: 'all' } as const
  const records: (Invalidation & Mark)[] = [
    { scope: all, strength: 'hard', epoch, position: hard },
    { scope: all, strength: 'soft', epoch, position: soft },
  ]
  for (const [index, field] of patterns.entries()) {
    const [, strength, type, value = ''] = PATTERN.exec(field) ?? []
    if (strength === undefined || type === undefined || typeof positions[index] !== 'string') continue
    records.push({
      ...fromWireInvalidation({ strength, type, value }),
      epoch,
      // Nobody knows what a damaged position was.
      position: numberIn(positions[index]) ?? last,
    })
  }
  return { epoch, position: last, rows, records }
}

/** `undefined` for what is no number; 0 where there is none. */
function numberIn(text: string | null | undefined): number | undefined {
  const number = Number(text ?? 0)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** Takes a state in, some rows at a time: a full table would block the event loop. */
export async function positionsIn({ position, rows, records }: StoredState): Promise<LogPositions> {
  const builder = buildCellPositions()
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    if (from > 0) await setImmediate()
    builder.add(cellsIn(rows.slice(from, from + ROWS_AT_ONCE), position))
  }
  return builder.build(records)
}

function* cellsIn(rows: readonly Row[], highest: number): Generator<CellPosition> {
  for (const [name, digits] of rows) {
    const strength = strengthOf(name[0] as string)
    const first = Number(name.slice(1)) * ROW_CELLS
    const isDamaged = digits.length !== ROW_CELLS * POSITION_DIGITS
    for (let index = 0; index < ROW_CELLS; index++) {
      const position = digits.slice(index * POSITION_DIGITS, (index + 1) * POSITION_DIGITS)
      // Nobody knows what a damaged row or cell was, so everything may have been raised.
      if (isDamaged) yield { strength, cell: first + index, position: highest }
      else if (position !== NO_POSITION)
        yield { strength, cell: first + index, position: numberIn(position) ?? highest }
    }
  }
}
