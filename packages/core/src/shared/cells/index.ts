export { CELLS, buildCellPositions, cellsOf, createCellPositions } from './cell-positions.ts'
export type { CellPosition, CellPositionsBuilder, CellState } from './cell-positions.ts'
export type { IdKind } from '../../view/positions.ts'
