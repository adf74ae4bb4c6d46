import { type Invalidation, toWireInvalidation } from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/log'
import type { RecordToAppend } from './backend.ts'

/** A record as it is in its table, with the cells that it raises. */
export function toRow(invalidation: Invalidation): RecordToAppend {
  const { scope } = invalidation
  const cells =
    scope.type === 'key' ? cellsOf('key', scope.key) : scope.type === 'tag' ? cellsOf('tag', scope.tag) : undefined
  return { ...toWireInvalidation(invalidation), cells }
}
