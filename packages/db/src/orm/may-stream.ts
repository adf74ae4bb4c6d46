/** Whether rows may be read on a connection that is not of the optimizer, as streams of ORMs do. */
import type { QueryOptimizer } from '../query-optimizer.ts'

/** Neither in a transaction by context nor for a session with settings, which another connection knows nothing of. */
export function mayStream(db: QueryOptimizer): boolean {
  return (db as { readonly mayStream?: () => boolean }).mayStream?.() ?? false
}
