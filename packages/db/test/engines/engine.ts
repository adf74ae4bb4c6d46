/** A database that the cases of `*-cases.ts` run on, whichever it is. */
import { type Cache, createCache, memory } from '@hotpath/core'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import type { Dialect, DatabaseDriver, QueryOptimizer, QueryOptimizerOptions } from '../../src/index.ts'
import { createQueryOptimizer } from '../../src/index.ts'

/** A database, and the ways to it past the optimizer. */
export interface Engine {
  readonly dialect: Dialect
  /** A driver over connections that the optimizer shares with nobody but `pooled`. */
  driver(): DatabaseDriver
  /** Runs statements past the optimizer, on a connection of their own where the database has several. */
  exec(...statements: readonly string[]): Promise<void>
  /** Rows as the driver itself returns them. */
  direct(sql: string, params?: readonly unknown[]): Promise<unknown[]>
  stop(): Promise<void>
}

/** What a test works with. */
export interface Bench<E extends Engine = Engine> {
  readonly engine: E
  readonly cache: Cache
  readonly db: QueryOptimizer
  /** Another optimizer on the same cache and database. */
  open(options?: Partial<QueryOptimizerOptions>): QueryOptimizer
  /** Where the rows of a read come from. */
  source(sql: string, params?: readonly unknown[], on?: QueryOptimizer): Promise<string>
  /** `?` as the database writes it. */
  sql(text: string): string
}

/** Tables that all cases have. */
const TABLES: readonly string[] = [
  'create table users (id integer primary key, name varchar(40))',
  'create table tickets (id integer primary key, status varchar(20), owner integer, foreign key (owner) references users (id) on delete cascade)',
  'create table audit (id integer primary key, what varchar(40))',
  "create view open_tickets as select t.id, u.name from tickets t join users u on u.id = t.owner where t.status = 'open'",
  "insert into users values (1, 'Ann'), (2, 'Ben')",
  "insert into tickets values (7, 'open', 1), (8, 'open', 2)",
]

/** Writes `?` as the dialect does. */
export function placeholders(text: string, dialect: Dialect): string {
  let count = 0
  return dialect === 'postgres' ? text.replaceAll('?', () => `$${++count}`) : text
}

/**
 * Starts an engine for all tests of a file, and gives each of them fresh tables and an optimizer.
 *
 * @param clear - Removes all tables.
 */
export function useEngine<E extends Engine>(
  start: () => Promise<E>,
  clear: (engine: Engine) => Promise<void>,
): () => Bench<E> {
  let engine: E
  let bench: Bench<E>
  const opened: QueryOptimizer[] = []
  beforeAll(async () => {
    engine = await start()
  }, 120_000)
  afterAll(() => engine.stop())
  beforeEach(async () => {
    await clear(engine)
    await engine.exec(...TABLES)
    const cache = createCache({ name: 'test', tiers: [memory({ maxEntries: 10_000 })] })
    const open = (options: Partial<QueryOptimizerOptions> = {}): QueryOptimizer => {
      const one = createQueryOptimizer({ cache, driver: engine.driver(), ...options })
      opened.push(one)
      return one
    }
    const db = open()
    const sql = (text: string): string => placeholders(text, engine.dialect)
    bench = {
      engine,
      cache,
      db,
      open,
      sql,
      source: async (text, params = [], on = db) => (await on.executeWithStats(sql(text), params)).stats.source,
    }
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close()
    await bench.cache.close()
  })
  return () => bench
}
