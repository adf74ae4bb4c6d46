/** Makes rows of stored results, with parsers that are found once for the columns of a statement. */
import type { Column, DatabaseDriver, WireResult } from '../driver/driver.ts'
import type { Row } from '../query-optimizer.ts'
import type { QueryReason } from '../query-stats.ts'
import type { Plan, Shape } from './plan.ts'
import type { StoredResult } from './stored.ts'
import type { WireForm } from './wire.ts'

/** Makes rows for one caller. */
export class ResultRows {
  readonly #driver: DatabaseDriver

  constructor(driver: DatabaseDriver) {
    this.#driver = driver
  }

  /**
   * What is kept of a result that a statement has just returned. All results of one statement share the list of its
   * columns, and with it what makes their rows, until it returns others or the parsers change.
   */
  keep(plan: Plan, { columns, rows }: WireResult, reason?: QueryReason): StoredResult {
    const shared = plan.shape !== undefined && isSame(plan.shape.columns, columns) ? plan.shape.columns : columns
    const make = this.#driver.rowMaker(shared)
    if (plan.shape?.columns !== shared || plan.shape.make !== make) plan.shape = { columns: shared, make }
    return reason === undefined ? { v: 1, c: shared, r: rows } : { v: 1, c: shared, r: rows, w: reason }
  }

  /** Fresh rows of a result; none for an adapter that makes its own. */
  of(plan: Plan, { c: columns, r: wire }: Pick<StoredResult, 'c' | 'r'>, form?: WireForm): Row[] {
    if (form?.makesRows === false) return []
    const { make } =
      plan.shape !== undefined && isSame(plan.shape.columns, columns) ? plan.shape : this.#adopt(plan, columns)
    const rows = new Array<Row>(wire.length)
    for (let at = 0; at < wire.length; at++) rows[at] = make(wire[at] as unknown[])
    return rows
  }

  #adopt(plan: Plan, columns: readonly Column[]): Shape {
    return (plan.shape = { columns, make: this.#driver.rowMaker(columns) })
  }
}

/** Whether a stored result has the columns that the statement returned last. */
export function hasColumnsOf({ shape }: Plan, { c: columns }: StoredResult): boolean {
  return shape === undefined || isSame(shape.columns, columns)
}

function isSame(columns: readonly Column[], others: readonly Column[]): boolean {
  if (columns === others) return true
  if (columns.length !== others.length) return false
  for (let at = 0; at < columns.length; at++) {
    const [name, type] = columns[at] as Column
    const other = others[at] as Column
    if (name !== other[0] || type !== other[1]) return false
  }
  return true
}
