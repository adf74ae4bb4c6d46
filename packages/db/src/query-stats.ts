/** What is said of one statement that was run. */
import type { Token } from '@hotpath/contract'
import type { Bypass } from './read/plan.ts'
import type { TtlReason } from './ttl/smart-ttl.ts'

/** Where rows came from: a tier, the database, or a load in progress that the call joined. */
export type QuerySource = 'memory' | 'redis' | 'sql' | 'database' | 'joined'

/** Why a result is kept for as long as it is, or not kept. */
export type QueryReason = TtlReason | Bypass | 'too-large' | 'values'

/** What is said of a statement. Durations are milliseconds. */
export interface QueryStats {
  /** Where the rows came from. A tier of another kind counts as `sql`. */
  readonly source: QuerySource
  /** From the call to the rows. */
  readonly durationMs: number
  /** How long a connection was waited for. */
  readonly waitMs: number
  /** How many rows were returned or changed. */
  readonly rowCount: number
  /** Tables that it reads or writes: by name, and with the schema where that is another than the usual one. */
  readonly tables: readonly string[]
  /** How long the result is kept from now on; 0 where it is not kept. */
  readonly ttlMs: number
  /** Why it is kept for so long, or not kept. */
  readonly reason: QueryReason
  /** Its shape: the statement without values and spelling. */
  readonly fingerprint: string
  /** Of a write outside of a transaction: for reads that must see it, as `after`. */
  readonly token?: Token | undefined
  /** Key that the database gave to an inserted row, where the driver reports it. */
  readonly insertId?: number | bigint | undefined
}
