/** Pages of a query. */
import { type OptionTable, checkOptions, countOption, wrongOption } from '@hotpath/contract'
import { assertOptimizer } from '../assert-optimizer.ts'
import { checkQueryOptions, checkStatement } from '../call-options.ts'
import type { QueryOptimizer, QueryOptions, Row } from '../query-optimizer.ts'
import { type CursorPage, type CursorQuery, cursorPage } from './cursor.ts'
import { type OffsetPage, type OffsetQuery, offsetPage } from './offset.ts'
import type { CursorSecret } from './signed-cursor.ts'

/** Options of `createPaginator`. */
export interface PaginatorOptions {
  /** Signs cursors: at least 16 characters or bytes, the same in all processes. Needed for `cursor`. */
  readonly secret?: CursorSecret | undefined
  /** Rows of a page. Default 20. */
  readonly pageSize?: number | undefined
  /** Larger pages are refused. Default 100. */
  readonly maxPageSize?: number | undefined
}

/** Fetches pages. */
export interface Paginator {
  /**
   * A page by its number, and how many there are. Rows that come and go between two pages move the others.
   *
   * @throws ConfigError for a page or size that is none; what the driver throws.
   */
  offset<Of = Row>(query: OffsetQuery): Promise<OffsetPage<Of>>
  /**
   * A page after or before a cursor. A row that stays comes on exactly one page, whatever is written meanwhile.
   *
   * @throws DatabaseError `ERR_DB_CURSOR` for a cursor that was changed or made for another query; ConfigError; what the
   *   driver throws.
   */
  cursor<Of = Row>(query: CursorQuery): Promise<CursorPage<Of>>
}

const OPTIONS: OptionTable<keyof PaginatorOptions> = { secret: true, pageSize: countOption, maxPageSize: countOption }
function listOption(value: unknown, option: string): void {
  if (!Array.isArray(value)) throw wrongOption(option, 'a list', value, 'Use for example `[7]`.')
}

const QUERY: OptionTable<'sql' | 'params' | 'pageSize' | 'options'> = {
  sql: "'select …'",
  params: listOption,
  pageSize: true,
  options: (options) => checkQueryOptions(options as QueryOptions),
}
const OFFSET: OptionTable<keyof OffsetQuery> = { ...QUERY, page: true }
const CURSOR: OptionTable<keyof CursorQuery> = { ...QUERY, orderBy: "['id']", after: true, before: true }
const MIN_SECRET = 16

/**
 * Fetches pages of queries through an optimizer.
 *
 * @throws ConfigError for options that are unknown or wrong.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { createPaginator } from '@hotpath/db/paginate'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec('create table tickets (id integer primary key); insert into tickets values (1), (2), (3)')
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = createQueryOptimizer({ cache, driver: sqlite(database) })
 * const paginate = createPaginator(db, { secret: 'keep this one to yourself', pageSize: 2 })
 *
 * const { total, totalPages } = await paginate.offset({ sql: 'select id from tickets order by id' })
 * console.log(total, totalPages) // 3 2
 * const first = await paginate.cursor({ sql: 'select id from tickets', orderBy: ['id'] })
 * const second = await paginate.cursor({ sql: 'select id from tickets', orderBy: ['id'], after: first.next })
 * console.log(first.rows.length, second.rows[0]?.id, second.next) // 2 3 undefined
 * await db.close()
 * await cache.close()
 * ```
 */
export function createPaginator(db: QueryOptimizer, options: PaginatorOptions = {}): Paginator {
  assertOptimizer(db)
  checkOptions(options, 'createPaginator', OPTIONS)
  const { secret, maxPageSize = 100, pageSize: usual = Math.min(20, maxPageSize) } = options
  if (
    secret !== undefined &&
    ((typeof secret !== 'string' && !(secret instanceof Uint8Array)) || secret.length < MIN_SECRET)
  )
    throw wrongOption('secret', `a string or bytes, at least ${MIN_SECRET}`, '…', 'Use for example 32 random bytes.')
  const sizeOf = ({ pageSize = usual }: Pick<OffsetQuery, 'pageSize'>): number => {
    if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > maxPageSize)
      throw wrongOption(
        'pageSize',
        `a whole number from 1 to ${maxPageSize}`,
        pageSize,
        'Ask for fewer, or raise `maxPageSize`.',
      )
    return pageSize
  }
  return {
    async offset(query) {
      checkOptions(query, 'offset', OFFSET)
      checkStatement(query.sql, query.params ?? [])
      return offsetPage(db, query, sizeOf(query))
    },
    async cursor(query) {
      checkOptions(query, 'cursor', CURSOR)
      checkStatement(query.sql, query.params ?? [])
      if (secret === undefined)
        throw wrongOption(
          'secret',
          'given to `createPaginator` for cursors',
          secret,
          'Use for example 32 random bytes.',
        )
      return cursorPage(db, query, { pageSize: sizeOf(query), secret })
    },
  }
}

export type { CursorOrder, CursorPage, CursorQuery } from './cursor.ts'
export type { OffsetPage, OffsetQuery } from './offset.ts'
export type { CursorSecret } from './signed-cursor.ts'
