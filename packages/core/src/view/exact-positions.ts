import type { LogPositions } from '@hotpath/contract'
import { type PositionLimits, PositionMap } from './position-map.ts'
import { Positions } from './positions.ts'
import type { PatternCompiler } from './scope-matcher.ts'

/** The positions of an in-process log: exact, one per key and tag, bounded. */
export function createExactPositions(compile: PatternCompiler, limits: PositionLimits): LogPositions {
  return new Positions(compile, () => ({ highest: 0, key: new PositionMap(limits), tag: new PositionMap(limits) }))
}
