/** A MariaDB of our own. */
import { type Pool, type PoolOptions, createPool } from 'mysql2/promise'
import { type MariadbServer, startMariadb } from '../../../../scripts/mariadb-server.ts'
import { mysql } from '../../src/driver/mysql.ts'
import type { Engine } from './engine.ts'

/** With what MariaDB has besides. */
export interface MariadbEngine extends Engine {
  readonly server: MariadbServer
  /** The pool that `driver()` uses. */
  readonly pool: Pool
  /** Another one, which `stop` ends. */
  connect(options?: PoolOptions): Pool
}

/** Starts one, with these settings. */
export async function startMariadbEngine(settings: readonly string[] = []): Promise<MariadbEngine> {
  const server = await startMariadb(settings)
  const pools: Pool[] = []
  const connect = (options: PoolOptions = {}): Pool => {
    const to = { host: '127.0.0.1', port: server.port, user: 'admin', database: 'app', connectionLimit: 4 }
    const pool = createPool({ ...to, ...options })
    pools.push(pool)
    return pool
  }
  const pool = connect()
  const outside = connect({ connectionLimit: 1 })
  return {
    server,
    pool,
    connect,
    dialect: 'mysql',
    driver: () => mysql(pool),
    async exec(...statements) {
      for (const sql of statements) await outside.query(sql)
    },
    async direct(sql, params = []) {
      const [rows] = await outside.query(sql, [...params])
      return rows as unknown[]
    },
    async stop() {
      await Promise.all(pools.map((one) => one.end().catch(() => {})))
      await server.stop()
    },
  }
}

/** Removes all that is in it. */
export function clearMariadb(engine: Engine): Promise<void> {
  return engine.exec('drop database app', 'create database app', 'use app')
}

/** A table of all types. */
export const MARIADB_KINDS: readonly string[] = [
  `create table kinds (a tinyint, b smallint unsigned, c int, d bigint, e bigint unsigned, f decimal(20, 5), g float, h double, i bit(3),
    j boolean, k char(5), l varchar(20), m text, n blob, o varbinary(8), p date, q time(3), r datetime(6), s timestamp(3) null, t year,
    u json, v enum('x', 'y'), w set('p', 'q'), x point, y text null, z varchar(9) character set latin1)`,
  `insert into kinds values (-1, 65535, 7, 9007199254740991, 7, 123456.78901, 1.5, 0.1, b'101', true, 'abc', 'ä ''x''', 'long', x'00ff10', x'0102',
    '2024-02-29', '-12:34:56.789', '2024-02-29 12:34:56.789012', '2024-02-29 12:34:56.789', 2024, '{"a": [1, null]}', 'y', 'p,q', point(1, 2), null, 'é')`,
]
