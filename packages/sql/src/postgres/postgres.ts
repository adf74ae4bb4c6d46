import { type OptionTable, checkOptions } from '@hotpath/contract'
import {
  SERVER_OPTIONS,
  type ServerBackend,
  type SqlServerOptions,
  createServerTier,
  settingsOf,
} from '../server-tier.ts'
import type { SqlTier } from '../sql-tier.ts'
import { adviceOn } from './advice.ts'
import { type PostgresPool, assertPool } from './client.ts'
import { openEntries } from './entries.ts'
import { openLeaseTable } from './lease-table.ts'
import { Listener } from './listener.ts'
import { openLogTable } from './log-table.ts'
import { migrate } from './migrate.ts'
import { createRun } from './run.ts'
import { NOW_MS, schemaOf } from './schema.ts'

/** Options of `postgres`. */
export interface PostgresOptions extends SqlServerOptions {
  /** A `Pool` of pg to the primary; it stays yours to end. Beside it one connection is open while caches are. */
  readonly pool: PostgresPool
}

const POSTGRES_OPTIONS: OptionTable<keyof PostgresOptions> = {
  pool: 'new Pool({ connectionString })',
  ...SERVER_OPTIONS,
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
  const { pool } = options
  const settings = settingsOf(options)
  const { prefix, maxEntries, life } = settings
  const run = createRun(pool)
  const listener = listenerOf(pool)

  const backend: ServerBackend = {
    type: 'postgres',
    advice: adviceOn,
    async askTime() {
      const { rows } = await run({ text: `SELECT ${NOW_MS} AS now_ms` })
      return Number((rows as { now_ms: string }[])[0]?.now_ms)
    },
    openEntries: (context) => openEntries({ run, prefix, context, maxEntries }),
    openLogTable: (clock, context) => openLogTable({ run, prefix, clock, listener, life }, context),
    openLeaseTable: (name) => openLeaseTable({ run, prefix, listener, name }),
    pollMs: () => (listener.isHearing ? POLL_MS : DEAF_MS),
    lookMs: () => (listener.isHearing ? LOOK_MS : DEAF_MS),
    migrate: () => migrate(run, prefix),
    schema: () => schemaOf(prefix),
  }
  return createServerTier(backend, settings)
}

function listenerOf(pool: PostgresPool): Listener {
  const listener = listeners.get(pool) ?? new Listener(pool)
  listeners.set(pool, listener)
  return listener
}
