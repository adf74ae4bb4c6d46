/** The optimizer that an ORM is given is one over the database of that ORM. */
import { wrongClient } from '../driver/assert-client.ts'
import type { QueryOptimizer } from '../query-optimizer.ts'

/** @throws ConfigError for an optimizer of another driver, and for what is no optimizer. */
export function assertKind(db: QueryOptimizer, kind: string, maker: string): void {
  const found = (db as Partial<QueryOptimizer> | undefined)?.driver?.kind
  if (found === kind) return
  const wayOut = `Use for example \`createQueryOptimizer({ cache, driver: ${maker} })\` over the same database.`
  throw wrongClient('db', `an optimizer whose driver is ${maker}`, db, wayOut, found && `one of \`${found}\``)
}
