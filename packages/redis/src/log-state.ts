/** Reads the state of a log: see `log-scripts.ts` for its form. */
import type { Invalidation, Mark, Scope, Strength } from '@hotpath/contract'
import type { CellPosition, CellState } from '@hotpath/core'
import { POSITION_DIGITS, ROW_CELLS } from './log-scripts.ts'

/** Strengths by their letter in Redis. */
export const STRENGTHS: Readonly<Record<string, Strength>> = { h: 'hard', s: 'soft' }

const NO_POSITION = '0'.repeat(POSITION_DIGITS)
const ROW = /^([hs])(\d+)$/
const PATTERN = /^([hs])([xp]):(.*)$/s

/** What a hash with the state of a log holds. */
interface StoredState extends CellState {
  readonly epoch: string
  readonly position: number
}

/** @param flat - Fields and their values, one after another. */
export function stateOf(flat: readonly string[]): StoredState {
  const fields = new Map<string, string>()
  for (let index = 0; index + 1 < flat.length; index += 2) fields.set(flat[index] as string, flat[index + 1] as string)
  const epoch = fields.get('e') ?? ''
  const records: (Invalidation & Mark)[] = []
  const all = { type: 'all' } as const
  for (const [field, value] of fields) {
    const position = Number(value)
    if (field === 'F') records.push({ scope: all, strength: 'hard', epoch, position })
    else if (field === 'G') records.push({ scope: all, strength: 'soft', epoch, position })
    else {
      const [, letter = '', type, name = ''] = PATTERN.exec(field) ?? []
      if (type === undefined) continue
      const scope: Scope = type === 'x' ? { type: 'pattern', pattern: name } : { type: 'prefix', prefix: name }
      records.push({ scope, strength: STRENGTHS[letter] as Strength, epoch, position })
    }
  }
  return { epoch, position: Number(fields.get('p')), cells: cellsIn(fields), records }
}

function* cellsIn(fields: ReadonlyMap<string, string>): Generator<CellPosition> {
  for (const [field, row] of fields) {
    const [, letter = '', number] = ROW.exec(field) ?? []
    if (number === undefined) continue
    const first = Number(number) * ROW_CELLS
    for (let index = 0; index < ROW_CELLS; index++) {
      const digits = row.slice(index * POSITION_DIGITS, (index + 1) * POSITION_DIGITS)
      if (digits === NO_POSITION) continue
      yield { strength: STRENGTHS[letter] as Strength, cell: first + index, position: Number(digits) }
    }
  }
}
