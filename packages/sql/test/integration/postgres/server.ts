/** A PostgreSQL of our own, with pools to it that end with it. */
import { Pool, type PoolConfig } from 'pg'
import { type PostgresServer as Server, startPostgres as start } from '../../../../../scripts/postgres-server.ts'

/** A running server. */
export interface PostgresServer extends Server {
  /** Makes a pool, which `stop` ends. */
  connect(options?: PoolConfig): Pool
  /** Ends it as a crash would, and starts it again. */
  crash(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  return withPools(await start())
}

/** Adds pools to a server. */
export function withPools(server: Server): PostgresServer {
  const pools: Pool[] = []
  return {
    ...server,
    connect(options) {
      const pool = new Pool({
        host: '127.0.0.1',
        port: server.port,
        user: 'admin',
        database: 'postgres',
        max: 6,
        ...options,
      })
      pools.push(pool)
      return pool
    },
    async crash() {
      await server.kill()
      await server.restart()
    },
    async stop() {
      await Promise.all(pools.filter((pool) => !pool.ending).map((pool) => pool.end()))
      await server.stop()
    },
  }
}
