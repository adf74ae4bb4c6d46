/** For `drizzle-orm/libsql`: a client of its shape over SQLite. Drizzle's other drivers of SQLite do not wait for results. */
import { ConfigError } from '@hotpath/contract'
import type { Params } from '../driver/driver.ts'
import { OrmSession } from '../orm/orm-session.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { WireForm, WireQueryResult } from '../read/wire.ts'
import { libsqlBatchError, libsqlError } from './libsql-error.ts'
import { assertKind } from '../orm/assert-kind.ts'

/** A value, as libSQL has it. */
export type LibsqlValue = null | string | number | bigint | ArrayBuffer

/** A statement. */
export interface LibsqlStatement {
  /** SQL. */
  readonly sql: string
  /** For its placeholders. */
  readonly args?: unknown
}

/** A row: its values by place and by name. */
export interface LibsqlRow {
  /** How many values. */
  length: number
  [index: number]: LibsqlValue
  [name: string]: LibsqlValue
}

/** What a statement returned. */
export interface LibsqlResult {
  /** Names of the columns. */
  columns: string[]
  /** Types of the columns; not known here. */
  columnTypes: string[]
  /** Rows. */
  rows: LibsqlRow[]
  /** How many rows a write changed. */
  rowsAffected: number
  /** Key of the row that was inserted last. */
  lastInsertRowid: bigint | undefined
  /** As JSON. */
  toJSON(): unknown
}

/** A transaction that is open. */
export interface LibsqlTransaction {
  /** Runs a statement. */
  execute(statement: string | LibsqlStatement): Promise<LibsqlResult>
  /** Runs statements one after another. */
  batch(statements: (string | LibsqlStatement)[]): Promise<LibsqlResult[]>
  /** Rejects with ConfigError: use `batch`. */
  executeMultiple(sql: string): Promise<void>
  /** Commits it. */
  commit(): Promise<void>
  /** Undoes it. */
  rollback(): Promise<void>
  /** Undoes it, if it is open. */
  close(): void
  /** Whether it has ended. */
  readonly closed: boolean
}

/** As much of a client of libSQL as Drizzle uses. */
export interface LibsqlClient {
  /** Runs a statement. */
  execute(statement: string | LibsqlStatement, args?: unknown): Promise<LibsqlResult>
  /** Runs statements in one transaction. */
  batch(statements: (string | LibsqlStatement | [string, unknown?])[]): Promise<LibsqlResult[]>
  /** The same. */
  migrate(statements: (string | LibsqlStatement)[]): Promise<LibsqlResult[]>
  /** Begins a transaction. */
  transaction(mode?: string): Promise<LibsqlTransaction>
  /** Rejects with ConfigError: use `batch`. */
  executeMultiple(sql: string): Promise<void>
  /** There is nothing to synchronize with. */
  sync(): Promise<undefined>
  /** Connections are those of the optimizer. */
  reconnect(): void
  /** The database stays open: it is yours. */
  close(): void
  /** Always `false`. */
  readonly closed: boolean
  /** Where the database is. */
  readonly protocol: 'file'
}

/**
 * A client for `drizzle-orm/libsql` over SQLite: what Drizzle reads is served by the cache, and what it writes
 * invalidates.
 *
 * @param db - With the driver `sqlite(database)`.
 * @throws ConfigError for an optimizer of another driver.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { libsqlClient } from '@hotpath/db/drizzle'
 * import { sqlite } from '@hotpath/db/sqlite'
 * import { drizzle } from 'drizzle-orm/libsql'
 * import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
 *
 * const tickets = sqliteTable('tickets', { id: integer().primaryKey(), status: text() })
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table tickets (id integer primary key, status text); insert into tickets values (7, 'open')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const optimizer = createQueryOptimizer({ cache, driver: sqlite(database) })
 * const db = drizzle({ client: libsqlClient(optimizer) })
 *
 * console.log(await db.select().from(tickets)) // [ { id: 7, status: 'open' } ]
 * console.log((await db.select().from(tickets)).length, optimizer.stats().hits) // 1 1
 * await db.update(tickets).set({ status: 'done' })
 * console.log(await db.select().from(tickets)) // [ { id: 7, status: 'done' } ]
 * await optimizer.close()
 * await cache.close()
 * ```
 */
export function libsqlClient(db: QueryOptimizer): LibsqlClient {
  assertKind(db, 'sqlite', 'sqlite(database)')
  const batch = (statements: readonly (string | LibsqlStatement | [string, unknown?])[]): Promise<LibsqlResult[]> =>
    inTransaction(db, (tx) =>
      tx.batch(statements.map((one) => (Array.isArray(one) ? { sql: one[0], args: one[1] } : one))),
    )
  return {
    execute: (statement, args) => execute(new OrmSession(db, { isOneCall: true }), statement, args),
    batch,
    migrate: batch,
    transaction: (mode) => begin(db, mode),
    executeMultiple: refuseSeveral,
    sync: () => Promise.resolve(undefined),
    reconnect: () => {},
    close: () => {},
    closed: false,
    protocol: 'file',
  }
}

async function inTransaction<Result>(
  db: QueryOptimizer,
  run: (tx: LibsqlTransaction) => Promise<Result>,
): Promise<Result> {
  const tx = await begin(db)
  try {
    const result = await run(tx)
    await tx.commit()
    return result
  } catch (error) {
    await tx.rollback()
    throw error
  }
}

async function begin(db: QueryOptimizer, mode?: string): Promise<LibsqlTransaction> {
  const session = new OrmSession(db)
  await session.control({ type: 'begin', options: mode === 'read' ? { readOnly: true } : {} })
  const batch = async (statements: readonly (string | LibsqlStatement)[]): Promise<LibsqlResult[]> => {
    const results: LibsqlResult[] = []
    for (const [at, statement] of statements.entries()) {
      const executed = execute(session, statement).catch((error: unknown) => {
        throw libsqlBatchError(error, at)
      })
      results.push(await executed)
    }
    return results
  }
  return {
    execute: (statement) => execute(session, statement),
    batch,
    executeMultiple: refuseSeveral,
    commit: () => commit(session),
    rollback: () => session.control({ type: 'rollback' }),
    close: () => void session.release(),
    get closed() {
      return !session.inTransaction
    },
  }
}

/** Constraints that are deferred fail here. */
async function commit(session: OrmSession): Promise<void> {
  try {
    await session.control({ type: 'commit' })
  } catch (error) {
    throw libsqlError(error)
  }
}

/** Drivers of SQLite prepare one statement, and may leave out what follows it. */
function refuseSeveral(): Promise<never> {
  return Promise.reject(
    new ConfigError(
      'ERR_CONFIG_OPTION',
      '`executeMultiple` would have to take the statements of a string apart. Use `batch` with one string for each.',
    ),
  )
}

const AS_WIRE: WireForm = { rows: 'none' }

async function execute(
  session: OrmSession,
  statement: string | LibsqlStatement,
  args?: unknown,
): Promise<LibsqlResult> {
  const { sql, args: own = [] } = typeof statement === 'string' ? { sql: statement } : statement
  try {
    return resultOf(await session.run(sql, (args ?? own) as Params, AS_WIRE))
  } catch (error) {
    throw libsqlError(error)
  }
}

function resultOf(result: WireQueryResult<unknown> | undefined): LibsqlResult {
  const { columns: wired = [], rows: wire = [], rowCount = 0, insertId } = result?.wire ?? {}
  const columns = wired.map(([name]) => name)
  const rows = wire.map((values) => rowOf(columns, values))
  const common = {
    columns,
    columnTypes: columns.map(() => ''),
    rowsAffected: columns.length === 0 ? rowCount : 0,
    lastInsertRowid: insertId === undefined ? undefined : BigInt(insertId),
  }
  return {
    ...common,
    rows,
    toJSON: () => ({ ...common, rows: rows.map((row) => Array.from(row as ArrayLike<unknown>)) }),
  }
}

/** Values by place are not enumerable, as libSQL has it. */
function rowOf(columns: readonly string[], values: readonly unknown[]): LibsqlRow {
  const row = {} as LibsqlRow
  Object.defineProperty(row, 'length', { value: values.length })
  for (const [at, value] of values.map(valueOf).entries()) {
    Object.defineProperty(row, at, { value, enumerable: false, writable: true, configurable: true })
    const name = columns[at] as string
    if (!Object.hasOwn(row, name))
      Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true })
  }
  return row
}

/** Bytes are copied: what is kept is never changed by anybody. */
function valueOf(value: unknown): LibsqlValue {
  return value instanceof Uint8Array ? Uint8Array.from(value).buffer : (value as LibsqlValue)
}
