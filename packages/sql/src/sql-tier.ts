import type { Tier } from '@hotpath/contract'

/** A database as a shared tier and invalidation log. */
export interface SqlTier extends Tier {
  /** Creates the tables, or brings them up to the present version. May be called by many processes at once, and again. */
  migrate(): Promise<void>
  /** What `migrate()` runs on an empty database, for those who create tables by other means. */
  schema(): string
}
