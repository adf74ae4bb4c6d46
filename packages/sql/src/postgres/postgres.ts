import { compressed, msgpack } from '@hotpath/codec'
import {
  type Codec,
  type OptionTable,
  type TierContext,
  booleanOption,
  checkOptions,
  codecOption,
} from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import { ServerClock } from '../server-clock.ts'
import { openLease } from '../sql-lease.ts'
import { openLog } from '../sql-log.ts'
import { openStore } from '../sql-store.ts'
import type { SqlTier } from '../sql-tier.ts'
import { assertMaxEntries, assertPrefix } from '../table-prefix.ts'
import { adviceOn } from './advice.ts'
import { type PostgresPool, assertPool } from './client.ts'
import { openEntries } from './entries.ts'
import { Listener } from './listener.ts'
import { openLeaseTable } from './lease-table.ts'
import { openLogTable } from './log-table.ts'
import { migrate } from './migrate.ts'
import { createRun } from './run.ts'
import { NOW_MS, schemaOf } from './schema.ts'

/** Options of `postgres`. */
export interface PostgresOptions {
  /** A `Pool` of pg to the primary; it stays yours to end. One connection is kept while caches are open. */
  readonly pool: PostgresPool
  /** Values to bytes. Default `compressed(msgpack())`. */
  readonly codec?: Codec | undefined
  /** What the names of tables begin with. Default `'hotpath'`. */
  readonly prefix?: string | undefined
  /** Rows of the table; beyond it what would expire soonest goes, within half a minute. Default 1,000,000. */
  readonly maxEntries?: number | undefined
  /**
   * Whether another server (after a failover, a restored backup) begins a new epoch of the log, as it may not have what
   * the one before acknowledged. Default `true`.
   */
  readonly checkLife?: boolean | undefined
  /** `false` leaves the log and the leases to another tier, and keeps entries only. Default `true`. */
  readonly log?: boolean | undefined
}

const POSTGRES_OPTIONS: OptionTable<keyof PostgresOptions> = {
  pool: 'new Pool({ connectionString })',
  codec: codecOption,
  prefix: true,
  maxEntries: true,
  checkLife: booleanOption,
  log: booleanOption,
}

/** How often new records are looked for without being told of. */
const POLL_MS = 1_000
/** How often it is looked whether a lease has ended without being told of. */
const LOOK_MS = 500
/** How often either is looked for while no notifications come. */
const DEAF_MS = 50

/** One for each pool, however many caches use it. */
const listeners = new WeakMap<PostgresPool, Listener>()

/**
 * PostgreSQL (13 or newer) as a shared tier with its invalidation log. Call `migrate()` once before.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a pool that is none or a bad prefix, `ERR_CONFIG_UNBOUNDED` for a bad bound.
 */
export function postgres(options: PostgresOptions): SqlTier {
  checkOptions(options, 'postgres', POSTGRES_OPTIONS)
  assertPool(options.pool, options.log !== false)
  const {
    pool,
    codec = compressed(msgpack()),
    prefix = 'hotpath',
    maxEntries = 1_000_000,
    checkLife = true,
    log = true,
  } = options
  assertPrefix(prefix)
  assertMaxEntries(maxEntries)
  const run = createRun(pool)
  const listener = listenerOf(pool)
  // Sampled by the log's heartbeats; one tier may serve several caches, each with its timeline.
  const clocks = new WeakMap<TierContext, ServerClock>()
  const clockOf = (context: TierContext): ServerClock => {
    const clock = clocks.get(context) ?? new ServerClock(context, askTime)
    clocks.set(context, clock)
    return clock
  }

  async function askTime(): Promise<number> {
    const { rows } = await run({ text: `SELECT ${NOW_MS} AS now_ms` })
    return Number((rows as { now_ms: string }[])[0]?.now_ms)
  }

  const store: SqlTier = {
    type: 'postgres',
    shared,
    open: (context) =>
      openStore(
        {
          type: 'postgres',
          prefix,
          codec,
          clock: clockOf(context),
          table: openEntries({ run, prefix, context, maxEntries }),
          advice: adviceOn,
          release: () => {},
        },
        context,
      ),
    migrate: () => migrate(run, prefix),
    schema: () => schemaOf(prefix),
  }
  if (!log) return store

  return {
    ...store,
    openLog(context) {
      const life = checkLife ? undefined : 'unchecked'
      const table = openLogTable({ run, prefix, clock: clockOf(context), listener, life }, context)
      const pollMs = (): number => (listener.isHearing ? POLL_MS : DEAF_MS)
      return openLog({ table, advice: adviceOn, pollMs, release: () => {} }, context)
    },
    openLease({ name, clock }) {
      const table = openLeaseTable({ run, prefix, listener, name })
      const lookMs = (): number => (listener.isHearing ? LOOK_MS : DEAF_MS)
      return openLease({ type: 'postgres', clock, table, lookMs, advice: adviceOn })
    },
  }
}

function listenerOf(pool: PostgresPool): Listener {
  const listener = listeners.get(pool) ?? new Listener(pool)
  listeners.set(pool, listener)
  return listener
}
