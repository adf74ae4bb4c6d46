/** For `drizzle-orm/node-postgres`: a pool of `pg`. */
import type { WireResult } from '../driver/driver.ts'
import type { PgTypes } from '../driver/pg.ts'
import { type Parse, rowMakerOf } from '../driver/row-makers.ts'
import { OrmSession } from '../orm/orm-session.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import type { WireForm, WireQueryResult } from '../read/wire.ts'
import { arrayMaker } from './array-maker.ts'
import { assertClient } from '../orm/assert-client.ts'
import { assertKind } from '../orm/assert-kind.ts'
import { wrapPool } from './wrap-pool.ts'

/** As much of a pool of `pg` as is replaced. */
export interface PgClientPool {
  /** Takes a connection. */
  connect(...args: never): unknown
  /** Runs a statement. */
  query(...args: never): unknown
}

/** What Drizzle asks for. */
interface Asked {
  readonly text: string
  readonly values?: unknown[]
  readonly rowMode?: string
  readonly types?: PgTypes
}

interface Answer {
  readonly command: string
  readonly rowCount: number
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rows: unknown[]
}

/**
 * A pool of `pg` for `drizzle-orm/node-postgres`: what Drizzle reads is served by the cache, and what it writes
 * invalidates. Queries stay as they are.
 *
 * @param db - With the driver `pg(pool)`.
 * @param pool - The same pool.
 * @returns The pool, with `query` and `connect` replaced.
 * @throws ConfigError for an optimizer of another driver, and for what is no pool.
 */
export function pgClient<Pool extends PgClientPool>(db: QueryOptimizer, pool: Pool): Pool {
  assertKind(db, 'pg', 'pg(pool)')
  assertClient(pool, 'pool', 'a pool of pg', ['connect'])
  return wrapPool(pool, {
    query: (query: Asked | string, values?: unknown[]) => run(new OrmSession(db, { isOneCall: true }), query, values),
    // oxlint-disable-next-line typescript/require-await -- callers wait for it
    connect: async () => {
      const session = new OrmSession(db)
      return {
        query: (query: Asked | string, values?: unknown[]) => run(session, query, values),
        release: () => session.release(),
      }
    },
  })
}

const FORMS = {
  objects: { rows: 'objects' },
  arrays: { rows: 'arrays' },
  /** It has parsers of its own. */
  none: { rows: 'none' },
} as const satisfies Readonly<Record<WireForm['rows'], WireForm>>

function run(session: OrmSession, query: Asked | string, values?: unknown[]): Promise<Answer> {
  // What is no query is refused where its text is looked at.
  const asked = (typeof query === 'string' ? { text: query } : Object(query)) as Asked
  const { text, types } = asked
  const isArray = asked.rowMode === 'array'
  const form = FORMS[types !== undefined ? 'none' : isArray ? 'arrays' : 'objects']
  return session.run(text, values ?? asked.values ?? [], form).then((result) => answerOf(result, types, isArray))
}

function answerOf(result: WireQueryResult<unknown> | undefined, types: PgTypes | undefined, isArray: boolean): Answer {
  if (result === undefined) return { command: '', rowCount: 0, fields: [], rows: [] }
  const { columns, command = 'SELECT', rowCount } = result.wire
  return {
    command,
    rowCount,
    fields: columns.map(([name, dataTypeID]) => ({ name, dataTypeID })),
    rows: types === undefined ? result.rows : parsed(result.wire, types, isArray),
  }
}

function parsed({ columns, rows }: WireResult, types: PgTypes, isArray: boolean): unknown[] {
  const parsers = columns.map(([, type]): Parse => types.getTypeParser(type, 'text'))
  const make = isArray ? arrayMaker(parsers) : rowMakerOf(columns, parsers)
  return rows.map((values): unknown => make(values))
}
