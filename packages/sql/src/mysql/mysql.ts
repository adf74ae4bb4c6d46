import { type Duration, type OptionTable, checkOptions, toMs, wrongOption } from '@hotpath/contract'
import {
  SERVER_OPTIONS,
  type ServerBackend,
  type SqlServerOptions,
  createServerTier,
  settingsOf,
} from '../server-tier.ts'
import type { SqlTier } from '../sql-tier.ts'
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
export interface MysqlOptions extends SqlServerOptions {
  /** A pool of `mysql2/promise` to the primary; it stays yours to end. */
  readonly pool: MysqlPool
  /** How often it is looked for what others have invalidated, one small query for all caches of the tier. Default `'25ms'`. */
  readonly pollInterval?: Duration | undefined
}

const MYSQL_OPTIONS: OptionTable<keyof MysqlOptions> = {
  pool: 'createPool(uri)',
  ...SERVER_OPTIONS,
  pollInterval: true,
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
  const { pool, pollInterval = '25ms' } = options
  const settings = settingsOf(options)
  const { prefix, maxEntries, life } = settings
  const intervalMs = intervalOf(pollInterval)
  const run = createRun(pool)
  const poller = new LogPoller({ run, prefix, intervalMs })

  const backend: ServerBackend = {
    type: 'mysql',
    advice: adviceOn,
    async askTime() {
      const [row] = await run.prepared<{ now_ms: number | string }>(`SELECT ${NOW_MS} AS now_ms`, [])
      return Number(row?.now_ms)
    },
    openEntries: (context) => openEntries({ run, prefix, context, maxEntries }),
    openLogTable: (clock, context) => openLogTable({ run, prefix, clock, poller, life }, context),
    openLeaseTable: (name) => openLeaseTable({ run, prefix, name }),
    pollMs: () => FOLLOW_MS,
    lookMs: () => intervalMs,
    migrate: () => migrate(pool, prefix),
    schema: () => schemaOf(prefix),
  }
  return createServerTier(backend, settings)
}

function intervalOf(pollInterval: Duration): number {
  const ms = toMs(pollInterval, 'pollInterval')
  if (ms >= MIN_INTERVAL_MS && ms <= MAX_INTERVAL_MS) return ms
  const rule = "between '1ms' and '10s'"
  throw wrongOption('pollInterval', rule, pollInterval, "Leave it out for '25ms'.", 'ERR_CONFIG_DURATION')
}
