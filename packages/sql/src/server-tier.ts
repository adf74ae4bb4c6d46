/** A database server as a tier: what PostgreSQL and MySQL have in common. */
import { compressed, msgpack } from '@hotpath/codec'
import {
  type Codec,
  type OptionTable,
  ServerClock,
  type TierContext,
  booleanOption,
  codecOption,
} from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import type { EntryTable, LeaseTable, LogTable } from './backend.ts'
import { openLease } from './sql-lease.ts'
import { openLog } from './sql-log.ts'
import { openStore } from './sql-store.ts'
import type { SqlTier } from './sql-tier.ts'
import { assertMaxEntries, assertPrefix } from './table-prefix.ts'

/** Options that all database servers have in common. */
export interface SqlServerOptions {
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

/** How each is checked. */
export const SERVER_OPTIONS: OptionTable<keyof SqlServerOptions> = {
  codec: codecOption,
  prefix: true,
  maxEntries: true,
  checkLife: booleanOption,
  log: booleanOption,
}

/** Options with their defaults. */
export interface ServerSettings {
  readonly codec: Codec
  readonly prefix: string
  readonly maxEntries: number
  /** Identity of the server, where it is not to be asked for. */
  readonly life: string | undefined
  readonly log: boolean
}

/** @throws ConfigError for a bad prefix or a bad bound. */
export function settingsOf(options: SqlServerOptions): ServerSettings {
  const { codec = compressed(msgpack()), prefix = 'hotpath', maxEntries = 1_000_000 } = options
  assertPrefix(prefix)
  assertMaxEntries(maxEntries)
  return {
    codec,
    prefix,
    maxEntries,
    life: options.checkLife === false ? 'unchecked' : undefined,
    log: options.log ?? true,
  }
}

/** What a kind of database server does by itself. */
export interface ServerBackend extends Pick<SqlTier, 'migrate' | 'schema'> {
  readonly type: string
  /** What to do about an error of the database, as a sentence to add. */
  readonly advice: (cause: unknown) => string
  /** The server's time in milliseconds since 1970. */
  askTime(): Promise<number>
  openEntries(context: TierContext): EntryTable
  openLogTable(clock: ServerClock, context: TierContext): LogTable
  openLeaseTable(name: string): LeaseTable
  /** How often new records are looked for without being told of. */
  pollMs(): number
  /** How often it is looked whether a lease has ended without being told of. */
  lookMs(): number
}

export function createServerTier(backend: ServerBackend, { codec, prefix, log }: ServerSettings): SqlTier {
  const { type, advice } = backend
  // Sampled by the log's heartbeats; one tier may serve several caches, each with its timeline.
  const clocks = new WeakMap<TierContext, ServerClock>()
  const clockOf = (context: TierContext): ServerClock => {
    const elapsed = (): number => context.elapsed()
    // Servers say whole milliseconds.
    const clock = clocks.get(context) ?? new ServerClock({ elapsed, ask: () => backend.askTime(), stepMs: 1 })
    clocks.set(context, clock)
    return clock
  }
  const release = (): void => {}

  const store: SqlTier = {
    type,
    shared,
    open: (context) =>
      openStore(
        { type, prefix, codec, clock: clockOf(context), table: backend.openEntries(context), advice, release },
        context,
      ),
    migrate: () => backend.migrate(),
    schema: () => backend.schema(),
  }
  if (!log) return store

  return {
    ...store,
    openLog(context) {
      const table = backend.openLogTable(clockOf(context), context)
      return openLog({ table, advice, pollMs: () => backend.pollMs(), release }, context)
    },
    openLease: ({ name, clock }) =>
      openLease({ type, clock, table: backend.openLeaseTable(name), lookMs: () => backend.lookMs(), advice }),
  }
}
