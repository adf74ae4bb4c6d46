/** Pages by their number. */
import { wrongOption } from '@hotpath/contract'
import type { QueryOptimizer, QueryOptions, Row } from '../query-optimizer.ts'
import { WIRE, type WireOptions, type WireQueryResult } from '../read/wire.ts'
import { assertOwnNames, namesError } from './own-names.ts'

/** A page by its number. */
export interface OffsetQuery {
  /** A query with an `order by` that leaves no ties. */
  readonly sql: string
  /** For its placeholders. */
  readonly params?: readonly unknown[] | undefined
  /** The first one is 1. Default 1. */
  readonly page?: number | undefined
  /** How many rows. Default: that of the paginator. */
  readonly pageSize?: number | undefined
  /** Options of the statements. */
  readonly options?: QueryOptions | undefined
}

/** A page, and how many there are. */
export interface OffsetPage<Of = Row> {
  /** Rows; none on a page past the last one. */
  readonly rows: Of[]
  /** Its number. */
  readonly page: number
  /** How many rows a page has. */
  readonly pageSize: number
  /** Rows of all pages. */
  readonly total: number
  /** How many pages. */
  readonly totalPages: number
}

/** Fetches it. The count is a statement of its own, so that all pages share it in the cache. */
export async function offsetPage<Of>(
  db: QueryOptimizer,
  query: OffsetQuery,
  pageSize: number,
): Promise<OffsetPage<Of>> {
  const { sql, params = [], page = 1, options } = query
  if (!Number.isSafeInteger(page) || page < 1 || !Number.isSafeInteger((page - 1) * pageSize))
    throw wrongOption('page', 'a whole number from 1 on', page, 'The first page is 1; read a string by `Number`.')
  const statement = withoutEnd(sql)
  const asked: WireOptions = { ...options, [WIRE]: { rows: 'objects' } }
  const [counted, found] = await Promise.all([
    db.query<{ total: unknown }>(`select count(*) as total from (${statement}) counted`, params, options),
    db.executeWithStats<Of>(`${statement} limit ${pageSize} offset ${(page - 1) * pageSize}`, params, asked),
  ]).catch((error: unknown) => {
    throw namesError(error)
  })
  const { rows, wire } = found as WireQueryResult<Of>
  assertOwnNames(wire.columns)
  const total = Number(counted[0]?.total)
  return { rows, page, pageSize, total, totalPages: Math.ceil(total / pageSize) }
}

/** Nothing may come after a semicolon or within a comment at its end. */
export function withoutEnd(sql: string): string {
  return `${sql.replace(/[\s;]+$/, '')}\n`
}
