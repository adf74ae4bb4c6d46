import { compressed, msgpack } from '@hotpath/codec'
import {
  type Codec,
  type Duration,
  type OptionTable,
  type TierContext,
  booleanOption,
  checkOptions,
  codecOption,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import { ServerClock } from '../server-clock.ts'
import { openLease } from '../sql-lease.ts'
import { openLog } from '../sql-log.ts'
import { openStore } from '../sql-store.ts'
import type { SqlTier } from '../sql-tier.ts'
import { assertMaxEntries, assertPrefix } from '../table-prefix.ts'
import { adviceOn } from './advice.ts'
import { type MysqlPool, assertPool } from './client.ts'
import { openEntries } from './entries.ts'
import { openLeaseTable } from './lease-table.ts'
import { LogPoller } from './log-poller.ts'
import { openLogTable } from './log-table.ts'
import { migrate, schemaOf } from './migrate.ts'
import { createRun } from './run.ts'
import { NOW_MS } from './schema.ts'

/** Options of `mysql`. */
export interface MysqlOptions {
  /** A pool of `mysql2/promise` to the primary; it stays yours to end. */
  readonly pool: MysqlPool
  /** Values to bytes. Default `compressed(msgpack())`. */
  readonly codec?: Codec | undefined
  /** What the names of tables begin with. Default `'hotpath'`. */
  readonly prefix?: string | undefined
  /** Rows of the table; beyond it what would expire soonest goes, within half a minute. Default 1,000,000. */
  readonly maxEntries?: number | undefined
  /** How often it is looked for what others have invalidated, one small query for all caches of the tier. Default `'25ms'`. */
  readonly pollInterval?: Duration | undefined
  /**
   * Whether another server (after a failover) begins a new epoch of the log, as it may not have what the one before
   * acknowledged. Default `true`.
   */
  readonly checkLife?: boolean | undefined
  /** `false` leaves the log and the leases to another tier, and keeps entries only. Default `true`. */
  readonly log?: boolean | undefined
}

const MYSQL_OPTIONS: OptionTable<keyof MysqlOptions> = {
  pool: 'createPool(uri)',
  codec: codecOption,
  prefix: true,
  maxEntries: true,
  pollInterval: true,
  checkLife: booleanOption,
  log: booleanOption,
}

/** A follower looks by itself, in case that nobody wakes it. */
const FOLLOW_MS = 1_000
const MIN_INTERVAL_MS = 1
const MAX_INTERVAL_MS = 10_000

/**
 * MariaDB (10.6 or newer) or MySQL (8.0.21 or newer) as a shared tier with its invalidation log. Call `migrate()` once before.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a pool that is none or a bad prefix, `ERR_CONFIG_DURATION` for a bad
 *   interval, `ERR_CONFIG_UNBOUNDED` for a bad bound.
 */
export function mysql(options: MysqlOptions): SqlTier {
  checkOptions(options, 'mysql', MYSQL_OPTIONS)
  assertPool(options.pool)
  const { pool, codec = compressed(msgpack()), prefix = 'hotpath', maxEntries = 1_000_000 } = options
  const { pollInterval = '25ms', checkLife = true, log = true } = options
  assertPrefix(prefix)
  assertMaxEntries(maxEntries)
  const intervalMs = intervalOf(pollInterval)
  const run = createRun(pool)
  const poller = new LogPoller({ run, prefix, intervalMs })
  // Sampled by the log's heartbeats; one tier may serve several caches, each with its timeline.
  const clocks = new WeakMap<TierContext, ServerClock>()
  const clockOf = (context: TierContext): ServerClock => {
    const clock = clocks.get(context) ?? new ServerClock(context, askTime)
    clocks.set(context, clock)
    return clock
  }

  async function askTime(): Promise<number> {
    const [row] = await run.prepared<{ now_ms: number | string }>(`SELECT ${NOW_MS} AS now_ms`, [])
    return Number(row?.now_ms)
  }

  const store: SqlTier = {
    type: 'mysql',
    shared,
    open: (context) =>
      openStore(
        {
          type: 'mysql',
          prefix,
          codec,
          clock: clockOf(context),
          table: openEntries({ run, prefix, context, maxEntries }),
          advice: adviceOn,
          release: () => {},
        },
        context,
      ),
    migrate: () => migrate(pool, prefix),
    schema: () => schemaOf(prefix),
  }
  if (!log) return store

  return {
    ...store,
    openLog(context) {
      const life = checkLife ? undefined : 'unchecked'
      const table = openLogTable({ run, prefix, clock: clockOf(context), poller, life }, context)
      return openLog({ table, advice: adviceOn, pollMs: () => FOLLOW_MS, release: () => {} }, context)
    },
    openLease({ name, clock }) {
      const table = openLeaseTable({ run, prefix, name })
      return openLease({ type: 'mysql', clock, table, lookMs: () => intervalMs, advice: adviceOn })
    },
  }
}

function intervalOf(pollInterval: Duration): number {
  const ms = toMs(pollInterval, 'pollInterval')
  if (ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS) return ms
  const rule = "between '1ms' and '10s'"
  throw wrongOption('pollInterval', rule, pollInterval, "Leave it out for '25ms'.", 'ERR_CONFIG_DURATION')
}
