/** Drizzle through an optimizer: clients for its drivers, whose statements go through the cache. */
export { pgClient } from './pg-client.ts'
export type { PgClientPool } from './pg-client.ts'
export { mysqlClient } from './mysql-client.ts'
export type { MysqlClientPool } from './mysql-client.ts'
export { pgliteClient } from './pglite-client.ts'
export type { PgliteClientDatabase } from './pglite-client.ts'
export { libsqlClient } from './libsql-client.ts'
export type {
  LibsqlClient,
  LibsqlResult,
  LibsqlRow,
  LibsqlStatement,
  LibsqlTransaction,
  LibsqlValue,
} from './libsql-client.ts'
