/**
 * What a server keeps of one log: the server's half of the `InvalidationLog` port, as the scripts of a shared store do it.
 * One state that is lost as a whole, and a stream of records that may be trimmed.
 */
import {
  type Invalidation,
  type LogPositions,
  type LogRecord,
  type Mark,
  type Strength,
  strengthInState,
} from '@hotpath/contract'
import { type CellPosition, cellsOf, createCellPositions } from '../core.ts'

export interface LogState {
  readonly epoch: string
  /** Of the server that began the epoch. */
  readonly life: string
  last: number
  readonly cells: Readonly<Record<Strength, Map<number, number>>>
  readonly floors: Record<Strength, number>
  readonly patterns: Map<string, Invalidation & Mark>
}

/** Patterns that are kept apart before the floor rises. */
const MAX_PATTERNS = 3

export function emptyState(epoch: string, life: string, last: number): LogState {
  const cells = { hard: new Map<number, number>(), soft: new Map<number, number>() }
  return { epoch, life, last, cells, floors: { hard: 0, soft: 0 }, patterns: new Map() }
}

export function copyState(state: LogState): LogState {
  const cells = { hard: new Map(state.cells.hard), soft: new Map(state.cells.soft) }
  return { ...state, cells, floors: { ...state.floors }, patterns: new Map(state.patterns) }
}

/** Raises what a record concerns. */
export function raise(state: LogState, record: LogRecord): void {
  const { scope, position } = record
  const strength = strengthInState(record)
  switch (scope.type) {
    case 'all':
      state.floors[strength] = position
      break
    case 'key':
    case 'tag':
      for (const cell of cellsOf(scope.type, scope.type === 'key' ? scope.key : scope.tag))
        state.cells[strength].set(cell, position)
      break
    case 'prefix':
    case 'pattern': {
      const text = scope.type === 'prefix' ? scope.prefix : scope.pattern
      state.patterns.set(`${strength} ${scope.type} ${text}`, record)
      if (state.patterns.size <= MAX_PATTERNS) break
      state.patterns.clear()
      state.floors.hard = position
      state.floors.soft = position
      break
    }
  }
}

/** What a reader of the state makes of it. */
export function positionsOf(state: LogState): LogPositions {
  const cells: CellPosition[] = []
  const records: (Invalidation & Mark)[] = [...state.patterns.values()]
  for (const strength of ['hard', 'soft'] as const) {
    for (const [cell, position] of state.cells[strength]) cells.push({ strength, cell, position })
    const position = state.floors[strength]
    if (position > 0) records.push({ scope: { type: 'all' }, strength, epoch: state.epoch, position })
  }
  return createCellPositions({ cells, records })
}
