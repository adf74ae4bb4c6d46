/** Makes rows of stored results, by the parsers that the program has at that moment: a hit is parsed as a miss would be. */
import type { Column, DatabaseDriver, WireResult } from '../driver/driver.ts'
import type { Row } from '../query-optimizer.ts'
import type { QueryReason } from '../query-stats.ts'
import type { Plan } from './plan.ts'
import type { StoredResult } from './stored.ts'
import type { WireForm } from './wire.ts'

/** Makes rows for one caller. */
export class ResultRows {
  readonly #driver: DatabaseDriver
  /** The same columns, each called by its place. */
  readonly #places = new WeakMap<readonly Column[], readonly Column[]>()

  constructor(driver: DatabaseDriver) {
    this.#driver = driver
  }

  /**
   * What is kept of a result that a statement has just returned. All results of one statement share the list of its
   * columns, until it returns others.
   */
  keep(plan: Plan, { columns, rows }: WireResult, reason?: QueryReason): StoredResult {
    const shared = sharedBy(plan, columns)
    return reason === undefined ? { v: 1, c: shared, r: rows } : { v: 1, c: shared, r: rows, w: reason }
  }

  /** Fresh rows of a result; none for an adapter that makes its own. */
  of(plan: Plan, { c, r: wire }: Pick<StoredResult, 'c' | 'r'>, form?: WireForm): Row[] {
    if (form?.rows === 'none') return []
    const columns = sharedBy(plan, c)
    if (form?.rows === 'arrays') return this.#arrays(columns, wire) as never
    const make = this.#driver.rowMaker(columns)
    const rows = new Array<Row>(wire.length)
    for (let at = 0; at < wire.length; at++) rows[at] = make(wire[at] as unknown[])
    return rows
  }

  /** Columns may share a name, and then an object has fewer values. One called by numbers keeps their order. */
  #arrays(columns: readonly Column[], wire: StoredResult['r']): unknown[][] {
    const places = this.#places.get(columns) ?? columns.map(([, type], at): Column => [String(at), type])
    this.#places.set(columns, places)
    const make = this.#driver.rowMaker(places)
    return wire.map((values) => Object.values(make(values)))
  }
}

/** The list of columns of all results of a statement, by which what makes their rows is found. */
function sharedBy(plan: Plan, columns: readonly Column[]): readonly Column[] {
  const { columns: known } = plan
  return known !== undefined && isSame(known, columns) ? known : (plan.columns = columns)
}

/** Whether a stored result has the columns that the statement returned last. */
export function hasColumnsOf({ columns }: Plan, { c }: StoredResult): boolean {
  return columns === undefined || isSame(columns, c)
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
