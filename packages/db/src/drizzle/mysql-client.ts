/** For `drizzle-orm/mysql2`: a pool of `mysql2/promise`. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { digestOf } from '@hotpath/contract'
import type { MysqlTypeCast } from '../driver/driver.ts'
import { mayStream } from '../orm/may-stream.ts'
import { OrmSession } from '../orm/orm-session.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { WireForm } from '../read/wire.ts'
import { assertClient } from '../orm/assert-client.ts'
import { assertKind } from '../orm/assert-kind.ts'
import { wrapPool } from './wrap-pool.ts'

/** As much of a pool of `mysql2/promise` as is replaced, and used for streams. */
export interface MysqlClientPool {
  /** Takes a connection. */
  getConnection(): Promise<{
    /** That of callbacks, which has streams. */
    readonly connection: unknown
    /** Gives it back. */
    release(): void
  }>
  /** Runs a statement. */
  query(...args: never): unknown
  /** Runs a statement that is prepared. */
  execute(...args: never): unknown
}

/** What Drizzle asks for. */
interface Asked {
  readonly sql: string
  readonly values?: unknown[]
  readonly rowsAsArray?: boolean
  readonly typeCast?: MysqlTypeCast
}

interface Streaming {
  query(query: Asked, values?: unknown[]): { stream(): AsyncIterable<unknown> }
  destroy(): void
}

/**
 * A pool of `mysql2/promise` for `drizzle-orm/mysql2`: what Drizzle reads is served by the cache, and what it writes
 * invalidates. Queries stay as they are.
 *
 * @param db - With the driver `mysql(pool)`.
 * @param pool - The same pool. Iterators of Drizzle take connections of it, and go past the cache.
 * @returns The pool, with `query`, `execute` and `getConnection` replaced.
 * @throws ConfigError for an optimizer of another driver, and for what is no pool.
 */
export function mysqlClient<Pool extends MysqlClientPool>(db: QueryOptimizer, pool: Pool): Pool {
  assertKind(db, 'mysql2', 'mysql(pool)')
  assertClient(pool, 'pool', 'a pool of mysql2/promise', ['getConnection'])
  const query = (asked: Asked | string, values?: unknown[]): Promise<[unknown, unknown]> =>
    run(new OrmSession(db, { isOneCall: true }), asked, values)
  return wrapPool(pool, {
    query,
    execute: query,
    // oxlint-disable-next-line typescript/require-await -- callers wait for it
    getConnection: async () => connectionOf(db, pool),
  })
}

function connectionOf(db: QueryOptimizer, pool: MysqlClientPool): object {
  const session = new OrmSession(db)
  const open = new Set<Readable>()
  const query = (asked: Asked | string, values?: unknown[]): Promise<[unknown, unknown]> => run(session, asked, values)
  const stream = (asked: Asked, values?: unknown[]): AsyncIterable<unknown> =>
    session.inTransaction || !mayStream(db) ? readWhole(session, asked, values) : streamOf(pool, asked, values)
  const openStream = (asked: Asked, values?: unknown[]): Readable => {
    const readable = Readable.from(stream(asked, values))
    open.add(readable)
    return readable.once('close', () => open.delete(readable))
  }
  return {
    query,
    execute: query,
    release: () => void session.release(),
    // Where Drizzle looks for streams.
    connection: {
      query: (asked: Asked, values?: unknown[]) => ({ stream: () => openStream(asked, values) }),
      // Called when its iterator is left too, with rows to come.
      end: () => open.forEach((one) => one.destroy()),
    },
  }
}

async function* readWhole(session: OrmSession, asked: Asked, values?: unknown[]): AsyncIterable<unknown> {
  const [rows] = await run(session, asked, values, false)
  yield* rows as unknown[]
}

async function* streamOf(pool: MysqlClientPool, asked: Asked, values?: unknown[]): AsyncIterable<unknown> {
  const lent = await pool.getConnection()
  const connection = lent.connection as Streaming
  let isWhole = false
  try {
    yield* connection.query(asked, values).stream()
    isWhole = true
  } finally {
    // Rows that nobody reads would hold up whatever it is lent for next.
    if (isWhole) lent.release()
    else connection.destroy()
  }
}

async function run(
  session: OrmSession,
  query: Asked | string,
  values?: unknown[],
  cache = true,
): Promise<[unknown, unknown]> {
  // What is no query is refused where its text is looked at.
  const asked = (typeof query === 'string' ? { sql: query } : Object(query)) as Asked
  const { sql, typeCast, rowsAsArray = false } = asked
  const run = typeCast && { name: nameOf(typeCast), how: { typeCast } }
  const form: WireForm = { rows: rowsAsArray ? 'arrays' : 'objects', run }
  const result = await session.run(sql, values ?? asked.values ?? [], form, cache ? {} : { cache })
  if (result === undefined) return [{ affectedRows: 0, insertId: 0 }, undefined]
  const { rows, wire } = result
  if (wire.columns.length === 0) return [wire.header ?? { affectedRows: wire.rowCount }, undefined]
  const fields = wire.columns.map(([name, columnType]) => ({ name, columnType }))
  return [rows, fields]
}

const others = new WeakMap<MysqlTypeCast, string>()

/** Drizzle makes a function for each query. Those of one source do the same, if they use nothing but what they are given. */
function nameOf(typeCast: MysqlTypeCast): string {
  const source = String(typeCast)
  if (isClosed(source)) return digestOf(source).slice(0, 8)
  const name = others.get(typeCast) ?? randomUUID()
  others.set(typeCast, name)
  return name
}

/** Whether a function of two parameters names them alone. */
function isClosed(source: string): boolean {
  const [head, one = '', other = ''] =
    /^(?:function)?\s*\(\s*([a-z_$][\w$]*)\s*,\s*([a-z_$][\w$]*)\s*\)/i.exec(source) ?? []
  if (head === undefined || /[`[]|\/[/*]/.test(source)) return false
  const own = new Set([one, other, ...'function if else return switch case default null true false'.split(' ')])
  const names = source.replaceAll(/"[^"\\\n]*"|'[^'\\\n]*'|\.\s*[a-z_$][\w$]*/gi, ' ').match(/[a-z_$][\w$]*/gi) ?? []
  return names.every((name) => own.has(name))
}
