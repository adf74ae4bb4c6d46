import { array, assert, nat, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { CellTable } from '../src/shared/cells/cell-table.ts'

const CELLS = 256

test('a table says of each cell the highest position that it was raised to, sparse or full', () => {
  const raises = array(tuple(nat(CELLS - 1), nat(1_000)), { maxLength: 200 })
  assert(
    property(raises, (raised) => {
      const table = new CellTable(CELLS)
      const model = new Map<number, number>()
      for (const [cell, position] of raised) {
        table.raise(cell, position)
        model.set(cell, Math.max(model.get(cell) ?? 0, position))
        expect(table.get(cell)).toBe(model.get(cell))
      }
      for (let cell = 0; cell < CELLS; cell++) expect(table.get(cell)).toBe(model.get(cell) ?? 0)
    }),
  )
})
