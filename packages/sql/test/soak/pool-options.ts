/** Pools as applications configure them: each worker has other options. */
import type { PoolOptions } from 'mysql2/promise'
import type { PoolConfig } from 'pg'

/** Where a pool leads, and which options it gets. */
export interface PoolSetup {
  readonly port: number
  readonly variant: number
}

const TIMEOUT_MS = 2_000
const PARSERS = { getTypeParser: () => () => 'parsed by the program' } as unknown as NonNullable<PoolConfig['types']>

const PG: readonly PoolConfig[] = [
  { max: 6 },
  { max: 2, types: PARSERS },
  { max: 3, options: '-c bytea_output=escape -c TimeZone=Asia/Kathmandu' },
  { max: 10, maxUses: 50, idleTimeoutMillis: 1 },
]

const MYSQL: readonly PoolOptions[] = [
  { connectionLimit: 6 },
  { connectionLimit: 1, rowsAsArray: true, dateStrings: true },
  { connectionLimit: 2, typeCast: () => 'cast by the program', namedPlaceholders: true },
  { connectionLimit: 10, supportBigNumbers: true, bigNumberStrings: true, nestTables: true },
]

/** For a pool of pg. */
export function pgOptions({ port, variant }: PoolSetup): PoolConfig {
  return {
    host: '127.0.0.1',
    port,
    user: 'admin',
    database: 'postgres',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    ...PG[variant % PG.length],
  }
}

/** For a pool of mysql2. */
export function mysqlOptions({ port, variant }: PoolSetup): PoolOptions {
  return {
    host: '127.0.0.1',
    port,
    user: 'shop',
    database: 'app',
    connectTimeout: TIMEOUT_MS,
    ...MYSQL[variant % MYSQL.length],
  }
}
