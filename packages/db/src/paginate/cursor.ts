/** Pages that begin where another one ended, so that rows that come and go meanwhile move none of the others. */
import { type ConfigError, type OptionTable, checkOptions, digestOf, wrongOption } from '@hotpath/contract'
import type { QueryOptimizer, QueryOptions, Row } from '../query-optimizer.ts'
import { WIRE, type WireOptions, type WireQueryResult } from '../read/wire.ts'
import { type OrderColumn, isAfter, orderBy, reversed, usualNulls } from './keyset.ts'
import { quotedName } from '../statement/quoted-name.ts'
import { withoutEnd } from './offset.ts'
import { assertOwnNames, assertOwnNamesWithin, namesError, placeOf } from './own-names.ts'
import { type CursorSecret, cursorOf, positionOf } from './signed-cursor.ts'

/** A column that rows are ordered by: its name in the result, or with a direction. */
export type CursorOrder =
  | string
  | {
      /** Its name in the result. */
      readonly column: string
      /** Default `'asc'`. */
      readonly direction?: 'asc' | 'desc' | undefined
      /** Where NULLs come. Default: where the database puts them. */
      readonly nulls?: 'first' | 'last' | undefined
    }

/** A page by a cursor. */
export interface CursorQuery {
  /** A query without `order by` and `limit`. */
  readonly sql: string
  /** For its placeholders, as a list. */
  readonly params?: readonly unknown[] | undefined
  /** The order. The last column leaves no ties, as a key. */
  readonly orderBy: readonly CursorOrder[]
  /** How many rows. Default: that of the paginator. */
  readonly pageSize?: number | undefined
  /** Rows that come after this cursor: `next` of a page. */
  readonly after?: string | undefined
  /** Rows that come before it: `previous` of a page. */
  readonly before?: string | undefined
  /** Options of the statement. */
  readonly options?: QueryOptions | undefined
}

/** A page, and the way to those beside it. */
export interface CursorPage<Of = Row> {
  /** Rows, in the order that was asked for. */
  readonly rows: Of[]
  /** For `after`; `undefined` on the last page. */
  readonly next: string | undefined
  /** For `before`; `undefined` on the first page. */
  readonly previous: string | undefined
}

/** Columns that are added: on MySQL, which tells values exactly as strings alone, and to see whether a date is a number. */
const KEY = 'hotpath_key_'
/** Type of Prisma. */
const DATE_TIME = 10

/** Fetches it. */
export async function cursorPage<Of>(
  db: QueryOptimizer,
  query: CursorQuery,
  { pageSize, secret }: { readonly pageSize: number; readonly secret: CursorSecret },
): Promise<CursorPage<Of>> {
  const { dialect } = db.driver
  const { sql, params = [], after, before, options } = query
  if (after !== undefined && before !== undefined)
    throw wrongOption('before', 'left out beside `after`', before, 'A page comes after one cursor, or before one.')
  const order = orderOf(query.orderBy, db)
  const name = digestOf(JSON.stringify([dialect, sql, order]))
  const isBackward = before !== undefined
  const given = after ?? before
  const option = isBackward ? 'before' : 'after'
  const position = given === undefined ? undefined : positionOf({ option, cursor: given }, name, secret)
  const inOrder = isBackward ? reversed(order) : order
  const values: unknown[] = [...params]
  const placeholder = (at: number): string => {
    values.push(position?.[at])
    return dialect === 'postgres' ? `$${values.length}` : '?'
  }
  const where = position === undefined ? '' : `where ${isAfter(inOrder, position, { dialect, placeholder })} `
  const added = order.map(({ column }, at) => addedFor(quotedName(column, dialect), db.driver, KEY + at))
  const from = `select paged.*${added.join('')} from (${withoutEnd(sql)}) paged `
  const statement = `${from}${where}${orderBy(inOrder, dialect)} limit ${pageSize + 1}`
  const asked: WireOptions = { ...options, [WIRE]: { rows: 'objects' } }
  const result = (await db.executeWithStats<Of>(statement, values, asked).catch((error: unknown) => {
    throw namesError(error, from)
  })) as WireQueryResult<Of>
  const found = positionsOf(result, order, db.driver)
  const hasMore = found.length > pageSize
  const page = found.slice(0, pageSize)
  if (isBackward) page.reverse()
  const cursorFor = (row: Found<Of> | undefined): string | undefined => row && cursorOf(row.position, name, secret)
  return {
    rows: page.map(({ row }) => row),
    next: isBackward || hasMore ? cursorFor(page.at(-1)) : undefined,
    previous: (isBackward ? hasMore : after !== undefined) ? cursorFor(page[0]) : undefined,
  }
}

interface Found<Of> {
  readonly row: Of
  readonly position: readonly unknown[]
}

/** What is selected besides a column; nothing on most databases. */
function addedFor(name: string, { kind, dialect }: QueryOptimizer['driver'], as: string): string {
  if (dialect === 'mysql') return `, cast(${name} as char) ${as}`
  return isPrismaOverSqlite({ kind, dialect }) ? `, typeof(${name}) ${as}` : ''
}

/** There the adapter makes dates of numbers, which compare with nothing that is stored. */
function isPrismaOverSqlite({ kind, dialect }: Pick<QueryOptimizer['driver'], 'kind' | 'dialect'>): boolean {
  return kind === 'prisma' && dialect === 'sqlite'
}

/** The place of each row, as the database sent it: a value that was parsed may have lost digits. */
function positionsOf<Of>(
  { rows, wire }: WireQueryResult<Of>,
  order: readonly OrderColumn[],
  driver: QueryOptimizer['driver'],
): Found<Of>[] {
  const isMysql = driver.dialect === 'mysql'
  const hasAdded = isMysql || isPrismaOverSqlite(driver)
  if (driver.dialect === 'sqlite') assertOwnNamesWithin(wire.columns)
  else assertOwnNames(wire.columns)
  const placed = (column: string): number => placeOf(wire.columns, column, driver.dialect)
  const places = order.map(({ column }, at) => placed(isMysql ? KEY + at : column))
  const paramOf = driver.asParam ?? ((value: unknown) => value)
  const missing = order[places.indexOf(-1)]
  if (missing !== undefined && wire.columns.length > 0)
    throw wrongOption('orderBy', 'columns of the result', missing.column, 'Add it to the `select`.')
  const inexact = isMysql
    ? order.find(({ column }) => driver.isExactAsText?.(wire.columns[placed(column)]?.[1] ?? 0) === false)
    : undefined
  if (inexact !== undefined)
    throw wrongOption(
      'orderBy',
      'columns of which MySQL has exact strings in the same order',
      inexact.column,
      'Order by no `float`, `bit`, `enum` or `set`: select it as another type, such as `flag + 0 as flag`.',
    )
  return rows.map((row, at) => {
    const values = wire.rows[at] ?? []
    const unwritten = isMysql
      ? order.find(({ column }, key) => isUnwritten(values[placed(column)], values[places[key] ?? -1]))
      : undefined
    if (unwritten !== undefined)
      throw wrongOption('orderBy', 'columns that MySQL writes as strings', unwritten.column, 'Select it by `hex`.')
    for (const [key, { column }] of order.entries()) {
      if (!hasAdded) break
      const { [KEY + key]: added } = row as Record<string, unknown>
      const isDate = !isMysql && wire.columns[placed(column)]?.[1] === DATE_TIME
      if (isDate && /^(?:integer|real)$/.test(String(added))) throw numberAsDate(column)
      delete (row as Record<string, unknown>)[KEY + key]
    }
    return { row, position: places.map((place) => paramOf(values[place], wire.columns[place]?.[1] ?? 0)) }
  })
}

function numberAsDate(column: string): ConfigError {
  return wrongOption(
    'orderBy',
    'columns that the adapter of Prisma leaves as they are stored',
    column,
    'It makes dates of these numbers: select them as such, as `at + 0 as at_number`, and order by that.',
  )
}

/** Whether a value has no string that is as good: bytes that are no characters. Some servers make `?` of them. */
function isUnwritten(own: unknown, written: unknown): boolean {
  return own instanceof Uint8Array && (typeof written !== 'string' || Buffer.compare(Buffer.from(written), own) !== 0)
}

const ORDER: OptionTable<'column' | 'direction' | 'nulls'> = { column: "'due'", direction: true, nulls: true }

function orderOf(columns: readonly CursorOrder[], { driver }: QueryOptimizer): OrderColumn[] {
  if (!Array.isArray(columns) || columns.length === 0)
    throw wrongOption('orderBy', 'a list of columns', columns, "Use for example `['due', 'id']`.")
  return columns.map((one: CursorOrder) => {
    const asked = typeof one === 'string' ? { column: one } : one
    checkOptions(asked, 'orderBy', ORDER)
    const { column, direction = 'asc', nulls } = asked
    if (
      typeof column !== 'string' ||
      column === '' ||
      !/^(?:asc|desc)$/.test(direction) ||
      !/^(?:first|last)?$/.test(nulls ?? '')
    )
      throw wrongOption(
        'orderBy',
        'names of columns, or objects with one',
        one,
        "Use for example `{ column: 'due', direction: 'desc' }`.",
      )
    return { column, direction, nulls: nulls ?? usualNulls(direction, driver.dialect) }
  })
}
