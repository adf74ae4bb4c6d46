/** Kysely through an optimizer: a dialect around that of your database, whose statements go through the cache. */
import { assertOptimizer } from '../assert-optimizer.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'
import { assertDialect } from './assert-dialect.ts'
import { KyselyDriver, type KyselyInnerDriver } from './kysely-driver.ts'

/** A dialect of Kysely. */
export interface KyselyDialect {
  /** Makes what runs statements. */
  createDriver(): KyselyInnerDriver
  /** Makes what writes SQL. */
  createQueryCompiler(): unknown
  /** Says what the database can do. */
  createAdapter(): unknown
  /** Makes what reads the schema. */
  createIntrospector(db: never): unknown
}

/** A dialect with another driver. */
export interface OptimizedKyselyDialect<Inner extends KyselyDialect> {
  /** Makes what runs statements through the optimizer. */
  createDriver(): KyselyDriver
  /** That of the dialect. */
  readonly createQueryCompiler: Inner['createQueryCompiler']
  /** That of the dialect. */
  readonly createAdapter: Inner['createAdapter']
  /** That of the dialect. */
  readonly createIntrospector: Inner['createIntrospector']
}

/**
 * A dialect of Kysely whose queries go through the cache, and whose writes and transactions invalidate. Queries stay as
 * they are.
 *
 * @param db - With a driver over the same database, best over the same pool.
 * @param dialect - As it was without the optimizer. Streams of a database server are its own, past the cache; what is
 *   streamed in a transaction, or from an embedded database, is read whole and then handed out in parts.
 * @throws ConfigError for what is no optimizer or no dialect, and for a dialect of another database.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { kyselyDialect } from '@hotpath/db/kysely'
 * import { sqlite } from '@hotpath/db/sqlite'
 * import { Kysely, SqliteDialect } from 'kysely'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table tickets (id integer primary key, status text); insert into tickets values (7, 'open')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const optimizer = createQueryOptimizer({ cache, driver: sqlite(database) })
 * const db = new Kysely<{ tickets: { id: number; status: string } }>({
 *   dialect: kyselyDialect(optimizer, new SqliteDialect({ database: database as never })),
 * })
 *
 * const open = () => db.selectFrom('tickets').selectAll().where('status', '=', 'open').execute()
 * console.log((await open()).length, (await open()).length, optimizer.stats().hits) // 1 1 1
 * await db.updateTable('tickets').set({ status: 'done' }).execute()
 * console.log((await open()).length) // 0
 * await optimizer.close()
 * await cache.close()
 * ```
 */
export function kyselyDialect<Inner extends KyselyDialect>(
  db: QueryOptimizer,
  dialect: Inner,
): OptimizedKyselyDialect<Inner> {
  assertOptimizer(db)
  assertDialect(db, dialect)
  return {
    createDriver: () => new KyselyDriver(db, dialect.createDriver()),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
  }
}
