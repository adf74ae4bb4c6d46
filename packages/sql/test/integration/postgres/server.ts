/** A PostgreSQL of our own, with pools to it that end with it. */
import { Pool, type PoolConfig } from 'pg'
import { type PostgresOptions, type SqlTier, postgres } from '../../../src/index.ts'
import { useServer } from '../use-server.ts'
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

/** A PostgreSQL with our tables, for all tests of a file. */
export interface Postgres extends PostgresServer {
  readonly admin: Pool
  /** A tier over a pool of its own. */
  tier(options?: Partial<PostgresOptions>): SqlTier
}

export function usePostgres(): () => Postgres {
  return useServer(startPostgres, async (server) => {
    const admin = server.connect()
    await postgres({ pool: admin }).migrate()
    return { ...server, admin, tier: (options) => postgres({ pool: server.connect(), ...options }) }
  })
}
