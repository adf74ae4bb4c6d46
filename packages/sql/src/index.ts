export { sqlite } from './sqlite/sqlite.ts'
export type { SqliteOptions } from './sqlite/sqlite.ts'
export { postgres } from './postgres/postgres.ts'
export type { PostgresOptions } from './postgres/postgres.ts'
export type {
  PostgresConnection,
  PostgresClient,
  PostgresClientClass,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
  PostgresSession,
} from './postgres/client.ts'
export type { PostgresTypes } from './postgres/value-types.ts'
export type { SqlServerOptions } from './server-tier.ts'
export type { SqlTier } from './sql-tier.ts'
export { mysql } from './mysql/mysql.ts'
export type { MysqlOptions } from './mysql/mysql.ts'
export type { MysqlConnection, MysqlPool, MysqlQuery } from './mysql/client.ts'
