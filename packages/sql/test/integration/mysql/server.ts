/** A MariaDB of our own, with pools to it that end with it. */
import { type Pool, type PoolOptions, createPool } from 'mysql2/promise'
import { type MysqlOptions, type SqlTier, mysql } from '../../../src/index.ts'
import { useServer } from '../use-server.ts'
import { type MariadbServer as Server, startMariadb as start } from '../../../../../scripts/mariadb-server.ts'

/** A running server. */
export interface MariadbServer extends Server {
  /** Makes a pool, which `stop` ends. */
  connect(options?: PoolOptions): Pool
  /** Ends it as a crash would, and starts it again. */
  crash(): Promise<void>
}

export async function startMariadb(settings?: readonly string[]): Promise<MariadbServer> {
  const server = await start(settings)
  const pools: Pool[] = []
  return {
    ...server,
    connect(options) {
      const to = { host: '127.0.0.1', port: server.port, user: 'admin', database: 'app', connectionLimit: 6 }
      const pool = createPool({ ...to, ...options })
      pools.push(pool)
      return pool
    },
    async crash() {
      await server.kill()
      await server.restart()
    },
    async stop() {
      await Promise.all(pools.map((pool) => pool.end().catch(() => {})))
      await server.stop()
    },
  }
}

/** A MariaDB with our tables, for all tests of a file. */
export interface Mariadb extends MariadbServer {
  readonly admin: Pool
  /** A tier over a pool of its own. */
  tier(options?: Partial<MysqlOptions>): SqlTier
}

export function useMariadb(): () => Mariadb {
  return useServer(startMariadb, async (server) => {
    const admin = server.connect({ multipleStatements: true })
    await mysql({ pool: admin }).migrate()
    return { ...server, admin, tier: (options) => mysql({ pool: server.connect(), ...options }) }
  })
}
