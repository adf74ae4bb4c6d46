import { retryDeadlocks } from '../retry-deadlocks.ts'
import { isDeadlock } from './advice.ts'
import type { PostgresPool, PostgresQuery, PostgresResult } from './client.ts'

/** Runs one statement, which is a transaction of its own. */
export type Run = (query: PostgresQuery) => Promise<PostgresResult>

/** On any connection of a pool, and again when the server had to end it for another's sake. */
export function createRun(pool: PostgresPool): Run {
  return (query) => retryDeadlocks(isDeadlock, () => pool.query(query))
}
