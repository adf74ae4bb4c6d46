export { readPositions } from './positions.ts'
export type { Positions, PositionsOptions, ReadDependencies } from './positions.ts'
export type { Token } from '@hotpath/contract'
