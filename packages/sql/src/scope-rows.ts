import { type Invalidation, toWireInvalidation } from '@hotpath/contract'
import { cellsOf } from '@hotpath/core/shared'
import type { RecordToAppend } from './backend.ts'

/** A record as it is in its table, with the cells that it raises. */
export function toRow(invalidation: Invalidation): RecordToAppend {
  const wire = toWireInvalidation(invalidation)
  const { type } = invalidation.scope
  return { ...wire, cells: type === 'key' || type === 'tag' ? cellsOf(type, wire.value) : undefined }
}
