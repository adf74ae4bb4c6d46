/** A query around the list, and the columns that it names. Pure. */
import { type Dialect, nameOf } from '../statement/dialect.ts'
import { type Clauses, type Parts, pathOf } from './parts.ts'

/** One query around the list. */
export interface Level {
  readonly clauses: Clauses
  /** Whether its rows come from one table. */
  readonly isOfOne: boolean
  readonly dialect: Dialect
}

/** The names of a column, those before dots first: as the database stores them. */
export type Path = readonly string[]

/** Columns that tables have besides those of `*`. */
const SYSTEM = /^(?:rowid|oid|_rowid_|ctid|[xc]m(?:in|ax)|tableoid)$/

/** The names of a column; `undefined` for an expression. */
export function pathNames(parts: Parts, dialect: Dialect): Path | undefined {
  return pathOf(parts)?.map((name) => nameOf(name, dialect))
}

/** Whether two paths are the same column of one query. */
export function isSame(one: Path | undefined, other: Path | undefined, isOfOne: boolean): boolean {
  if (one === undefined || other === undefined || one.at(-1) !== other.at(-1)) return false
  if (isOfOne) return true
  // Without a table it is the only column of that name; those of the system are in all tables.
  if (one.length === 1 || other.length === 1) return one.length === other.length || !SYSTEM.test(one.at(-1)!)
  return areOfOne(one.slice(0, -1), other.slice(0, -1))
}

/** Whether two tables are the same one, of which a name may be without its schema. */
export function areOfOne(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length)
  return one.slice(-length).join('\0') === other.slice(-length).join('\0')
}
