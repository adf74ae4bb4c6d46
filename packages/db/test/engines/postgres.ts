/** A PostgreSQL of our own, and PGlite. */
import { PGlite } from '@electric-sql/pglite'
import { Pool, type PoolConfig } from 'pg'
import { type PostgresServer, startPostgres } from '../../../../scripts/postgres-server.ts'
import { pg } from '../../src/driver/pg.ts'
import { pglite } from '../../src/driver/pglite.ts'
import type { Engine } from './engine.ts'

/** With what PostgreSQL has besides. */
export interface PostgresEngine extends Engine {
  readonly server: PostgresServer
  /** The pool that `driver()` uses. */
  readonly pool: Pool
  /** Another one, which `stop` ends. */
  connect(options?: PoolConfig): Pool
}

/** Starts one. */
export async function startPostgresEngine(): Promise<PostgresEngine> {
  const server = await startPostgres()
  const pools: Pool[] = []
  const connect = (options: PoolConfig = {}): Pool => {
    const pool = new Pool({
      ...{ host: '127.0.0.1', port: server.port, user: 'admin', database: 'postgres', max: 4 },
      ...options,
    })
    // Servers are restarted.
    pool.on('error', () => {})
    pools.push(pool)
    return pool
  }
  const pool = connect()
  const outside = connect({ max: 1 })
  return {
    server,
    pool,
    connect,
    dialect: 'postgres',
    driver: () => pg(pool),
    async exec(...statements) {
      for (const sql of statements) await outside.query(sql)
    },
    direct: async (sql, params = []) => (await outside.query(sql, [...params])).rows as unknown[],
    async stop() {
      await Promise.all(pools.filter((one) => !one.ending).map((one) => one.end()))
      await server.stop()
    },
  }
}

/** Starts one in the process. */
export async function startPglite(): Promise<Engine & { readonly database: PGlite }> {
  const database = new PGlite()
  await database.waitReady
  const driver = pglite(database)
  return {
    dialect: 'postgres',
    database,
    driver: () => driver,
    async exec(...statements) {
      for (const sql of statements) await database.exec(sql)
    },
    direct: async (sql, params = []) => (await database.query(sql, [...params])).rows,
    stop: () => database.close(),
  }
}

/** Removes all that is in it. */
export function clearPostgres(engine: Engine): Promise<void> {
  return engine.exec(
    'discard temp',
    'drop schema public cascade',
    'create schema public',
    'grant all on schema public to public',
  )
}

/** A table of all types. */
export const POSTGRES_KINDS: readonly string[] = [
  `create table kinds as select 1::int2 as a, 2::int4 as b, 9007199254740993::int8 as c, 1.10::numeric(10, 2) as d,
    'NaN'::float8 as e, '-Infinity'::float4 as f, 0.1::float8 as g, 'NaN'::numeric as h, true as i, null::text as j,
    'text ''ä'' \\'::text as k, '\\x00ff10'::bytea as l, '2024-02-29'::date as m, '12:34:56.789'::time as n,
    '2024-02-29 12:34:56.789012'::timestamp as o, '2024-02-29 12:34:56.789012+03'::timestamptz as p, 'infinity'::timestamptz as q,
    '1 year 2 days 03:04:05.678'::interval as r, '{"a": [1, null, "x"]}'::json as s, '{"b": {"c": 1}}'::jsonb as t,
    array[1, null, 3] as u, array['x', 'y "z"', null] as v, array[[1, 2], [3, 4]] as w, '{2024-01-01}'::date[] as x,
    '6f1e3a0e-0000-4000-8000-00000000000a'::uuid as y, '10.0.0.1/8'::inet as z, point(1, 2) as aa, circle(point(1, 2), 3) as ab,
    '[1,5)'::int4range as ac, 'b'::char as ad, 'abc'::varchar(5) as ae, 12.34::money as af`,
]
