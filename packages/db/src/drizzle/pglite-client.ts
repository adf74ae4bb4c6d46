/** For `drizzle-orm/pglite`: a PGlite. */
import { ConfigError, DatabaseError } from '@hotpath/contract'
import type { Column } from '../driver/driver.ts'
import type { PgliteParsers } from '../driver/pglite-connection.ts'
import { type Parse, rowMakerOf } from '../driver/row-makers.ts'
import { OrmSession } from '../orm/orm-session.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { WireForm, WireQueryResult } from '../read/wire.ts'
import { arrayMaker } from './array-maker.ts'
import { assertClient } from '../orm/assert-client.ts'
import { assertKind } from '../orm/assert-kind.ts'
import { wrapPool } from './wrap-pool.ts'

/** As much of a PGlite as is replaced. */
export interface PgliteClientDatabase {
  /** Runs a statement. */
  query(...args: never): unknown
  /** Runs a transaction. */
  transaction(...args: never): unknown
  /** How values are made of strings. */
  readonly parsers?: PgliteParsers | undefined
}

/** How Drizzle asks for rows. */
interface Asked {
  readonly rowMode?: 'array' | 'object' | undefined
  readonly parsers?: PgliteParsers | undefined
}

interface Answer {
  readonly rows: unknown[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly affectedRows: number
  /** `EXPLAIN` and definitions have none. */
  readonly rowCount?: number
  readonly command?: string
}

interface Transaction {
  readonly query: (sql: string, params?: unknown[], asked?: Asked) => Promise<Answer>
  readonly exec: () => Promise<never>
  readonly rollback: () => Promise<void>
}

/**
 * A PGlite for `drizzle-orm/pglite`: what Drizzle reads is served by the cache, and what it writes invalidates. Queries stay as
 * they are.
 *
 * @param db - With the driver `pglite(database)`.
 * @param database - The same database.
 * @returns The database, with `query`, `transaction` and `exec` replaced; `exec`, which takes several statements, rejects.
 * @throws ConfigError for an optimizer of another driver, and for what is no PGlite.
 *
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { pgliteClient } from '@hotpath/db/drizzle'
 * import { pglite } from '@hotpath/db/pglite'
 * import { drizzle } from 'drizzle-orm/pglite'
 * import { integer, pgTable, text } from 'drizzle-orm/pg-core'
 *
 * const tickets = pgTable('tickets', { id: integer().primaryKey(), status: text() })
 * const database = new PGlite()
 * await database.exec(`create table tickets (id integer primary key, status text); insert into tickets values (7, 'open')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const optimizer = createQueryOptimizer({ cache, driver: pglite(database) })
 * const db = drizzle({ client: pgliteClient(optimizer, database) })
 *
 * console.log(await db.select().from(tickets)) // [ { id: 7, status: 'open' } ]
 * await db.update(tickets).set({ status: 'done' })
 * console.log(await db.select().from(tickets)) // [ { id: 7, status: 'done' } ]
 * await optimizer.close()
 * await cache.close()
 * await database.close()
 * ```
 */
export function pgliteClient<Database extends PgliteClientDatabase>(db: QueryOptimizer, database: Database): Database {
  assertKind(db, 'pglite', 'pglite(database)')
  assertClient(database, 'database', 'a PGlite', ['query'])
  const queryOf =
    (session: OrmSession): Transaction['query'] =>
    (sql, params = [], asked = {}) =>
      run(session, { sql, params, ...asked, parsers: { ...database.parsers, ...asked.parsers } })
  return wrapPool(database, {
    query: queryOf(new OrmSession(db, { isOneCall: true })),
    exec: refuseSeveral,
    transaction: <Result>(run: (tx: Transaction) => Promise<Result>) => inTransaction(db, queryOf, run),
  })
}

async function inTransaction<Result>(
  db: QueryOptimizer,
  queryOf: (session: OrmSession) => Transaction['query'],
  run: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const session = new OrmSession(db)
  await session.control({ type: 'begin', options: {} })
  try {
    const own = queryOf(session)
    const query: Transaction['query'] = (...args) =>
      session.inTransaction ? own(...args) : Promise.reject(overError())
    const result = await run({ query, exec: refuseSeveral, rollback: () => session.control({ type: 'rollback' }) })
    // Nothing where it was rolled back.
    await session.control({ type: 'commit' })
    return result
  } catch (error) {
    await session.control({ type: 'rollback' })
    throw error
  }
}

function overError(): DatabaseError {
  return new DatabaseError(
    'ERR_DB_TRANSACTION',
    'The transaction has ended, so the statement was not run. Await all statements within the function of the transaction.',
  )
}

const AS_WIRE: WireForm = { rows: 'none' }

async function run(
  session: OrmSession,
  { sql, params, rowMode, parsers }: Asked & { readonly sql: string; readonly params: readonly unknown[] },
): Promise<Answer> {
  const result = await session.run(sql, params, AS_WIRE)
  if (result === undefined) return { rows: [], fields: [], affectedRows: 0 }
  const { columns, rowCount, command = 'SELECT', header } = result.wire
  return {
    rows: rowsOf(result, parsers ?? {}, rowMode === 'array'),
    fields: columns.map(([name, dataTypeID]) => ({ name, dataTypeID })),
    command,
    // What is kept is of a read.
    affectedRows: 0,
    ...(header ?? { rowCount }),
  }
}

function rowsOf({ wire }: WireQueryResult<unknown>, parsers: PgliteParsers, isArray: boolean): unknown[] {
  const parse = wire.columns.map(([, type]: Column): Parse => {
    const own = parsers[type]
    return own && ((value: string) => own(value, type))
  })
  const make = isArray ? arrayMaker(parse) : rowMakerOf(wire.columns, parse)
  return wire.rows.map((values): unknown => make(values))
}

/** Statements of one string are not taken apart. */
function refuseSeveral(): Promise<never> {
  return Promise.reject(
    new ConfigError(
      'ERR_CONFIG_OPTION',
      '`exec` would have to take the statements of a string apart. Use `query` for each, or `exec` of the PGlite itself before the optimizer is used.',
    ),
  )
}
