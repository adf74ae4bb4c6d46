export { createQueryOptimizer } from './create-query-optimizer.ts'
export type { QueryOptimizerOptions } from './create-query-optimizer.ts'
export { tableTag, tableTags } from './dependencies/tags.ts'
export { planDependencies } from './dependencies/plan.ts'
export type { DependencyPlan, PlanBypass, PlanOptions } from './dependencies/plan.ts'
export type { Catalog, CatalogTable } from './dependencies/catalog.ts'
export type {
  DatabaseTransaction,
  Explanation,
  Isolation,
  OptimizerStats,
  QueryOptimizer,
  QueryOptions,
  QueryResult,
  Queryable,
  Row,
  SessionOptions,
  TransactionOptions,
} from './query-optimizer.ts'
export type { QueryReason, QuerySource, QueryStats } from './query-stats.ts'
export type { QueryCache } from './settings.ts'
export type { Bypass } from './read/plan.ts'
export type { TtlReason } from './ttl/smart-ttl.ts'
export type { QueryEvent, QueryEventOf, QueryEventType, QueryListener } from './watch/events.ts'
export type { FingerprintStats, StatementCounts } from './watch/statistics.ts'
export type {
  Column,
  DatabaseConnection,
  DatabaseDriver,
  MysqlTypeCast,
  Params,
  PoolUsage,
  RowMaker,
  RunOptions,
  WireResult,
} from './driver/driver.ts'
export { readStatement } from './statement/index.ts'
export type {
  BypassReason,
  Dialect,
  Statement,
  StatementKind,
  StatementTables,
  TableName,
} from './statement/index.ts'
export { ConfigError, DatabaseError, HotpathError, isHotpathError } from '@hotpath/contract'
