/** The error for what is given in the place of an optimizer. */
import { wrongOption } from '@hotpath/contract'
import type { QueryOptimizer } from './query-optimizer.ts'

/** @throws ConfigError for what is no optimizer: a pool, a transaction, what comes second. */
export function assertOptimizer(db: QueryOptimizer): void {
  const { driver } = Object(db) as Partial<QueryOptimizer>
  if (typeof driver?.kind === 'string') return
  throw wrongOption('db', 'an optimizer', db, 'Pass what `createQueryOptimizer` returned, as the first argument.')
}
