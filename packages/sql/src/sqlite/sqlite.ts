import { compressed, msgpack } from '@hotpath/codec'
import {
  type ByteSize,
  type Codec,
  type OptionTable,
  ServerClock,
  type TierContext,
  checkOptions,
  codecOption,
  toBytes,
  wrongOption,
} from '@hotpath/contract'
import { shared } from '@hotpath/core/shared'
import type { StoreClock } from '../backend.ts'
import { openLog } from '../sql-log.ts'
import { openStore } from '../sql-store.ts'
import type { SqlTier } from '../sql-tier.ts'
import { adviceOn } from './advice.ts'
import { SqliteDatabase } from './database.ts'
import { openEntries } from './entries.ts'
import { openLogTable } from './log-table.ts'
import { sqliteModule } from './module.ts'
import { SCHEMA } from './schema.ts'

/** Options of `sqlite`. */
export interface SqliteOptions {
  /** The file, created when it is not there; its folder has to be. `':memory:'` lasts as long as the caches that use it. */
  readonly path: string
  /** Values to bytes. Default `compressed(msgpack())`. */
  readonly codec?: Codec | undefined
  /** Room for the file's content; beyond it what would expire soonest goes. Default `'1gb'`. */
  readonly maxBytes?: ByteSize | undefined
}

const SQLITE_OPTIONS: OptionTable<keyof SqliteOptions> = { path: "'cache.db'", codec: codecOption, maxBytes: true }

const POLL_MS = 20
const MIN_BYTES = 1_000_000

/**
 * A SQLite file as a shared tier with its invalidation log, for all processes of one machine. Its tables are created
 * when it is opened.
 *
 * @throws ConfigError `ERR_CONFIG_OPTION` for a path that is none, `ERR_CONFIG_BYTES` or `ERR_CONFIG_UNBOUNDED` for a bad size;
 * `ERR_CONFIG_OPTION` for a runtime without `node:sqlite`.
 */
export function sqlite(options: SqliteOptions): SqlTier {
  checkOptions(options, 'sqlite', SQLITE_OPTIONS)
  const { path, codec = compressed(msgpack()), maxBytes = '1gb' } = options
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw wrongOption('path', 'the name of a file', path, "Use for example `sqlite({ path: 'cache.db' })`.")
  }
  const bytes = toBytes(maxBytes, 'maxBytes')
  if (!(bytes >= MIN_BYTES && bytes < Number.POSITIVE_INFINITY)) {
    const rule = "finite and at least '1mb'"
    throw wrongOption('maxBytes', rule, maxBytes, "Leave it out for '1gb'.", 'ERR_CONFIG_UNBOUNDED')
  }
  sqliteModule()
  const database = new SqliteDatabase(path)

  return {
    type: 'sqlite',
    shared,
    open: (context) =>
      openStore(
        {
          type: 'sqlite',
          prefix: 'hotpath',
          codec,
          clock: clockOf(context),
          table: openEntries({ database, context, maxBytes: bytes }),
          advice: adviceOn,
          release: database.retain(),
        },
        context,
      ),
    openLog: (context) =>
      openLog(
        {
          table: openLogTable(database, context),
          advice: adviceOn,
          pollMs: () => POLL_MS,
          release: database.retain(),
        },
        context,
      ),
    async migrate() {
      const release = database.retain()
      try {
        await database.open()
      } finally {
        await release()
      }
    },
    schema: () => SCHEMA,
  }
}

/** The file's clock is that of the one machine that uses it, so a sample takes no time, and each use takes one. */
function clockOf(context: TierContext): StoreClock {
  const { clock } = context
  const elapsed = (): number => context.elapsed()
  const ofFile = new ServerClock({ elapsed, ask: async () => clock.now() })
  const sampled = (): ServerClock => {
    ofFile.sample({ serverMs: clock.now(), sentAt: elapsed() })
    return ofFile
  }
  return {
    toServer: (at) => sampled().toServer(at),
    fromServer: (at) => sampled().fromServer(at),
    ready: () => undefined,
  }
}
