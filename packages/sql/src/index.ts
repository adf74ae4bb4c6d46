export { sqlite } from './sqlite/sqlite.ts'
export type { SqliteOptions } from './sqlite/sqlite.ts'
export type { SqlTier } from './sql-tier.ts'
