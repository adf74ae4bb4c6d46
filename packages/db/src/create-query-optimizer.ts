/** The door: options, their checks and defaults. */
import {
  type Clock,
  type ConfigError,
  type Duration,
  type OptionCheck,
  type OptionTable,
  booleanOption,
  checkOptions,
  clockOption,
  countOption,
  stringOption,
  systemClock,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import { type ByteSize, toBytes } from '@hotpath/contract'
import type { DatabaseDriver } from './driver/driver.ts'
import { sessionOf } from './keys/result-key.ts'
import { Optimizer } from './optimizer.ts'
import type { QueryOptimizer, SessionOptions } from './query-optimizer.ts'
import type { QueryCache } from './settings.ts'

/** Options of `createQueryOptimizer`. */
export interface QueryOptimizerOptions {
  /** Where results are kept: a cache of `@hotpath/core`. */
  readonly cache: QueryCache
  /** The database: `pg(pool)`, `mysql(pool)`, `sqlite(database)`, `pglite(database)` or `prismaDriver(adapter)`. */
  readonly driver: DatabaseDriver
  /** Namespace of the results in the cache. Default `'db'`. */
  readonly name?: string | undefined
  /** How long results of these tables are kept, by `'tickets'` or `'app.tickets'`. Default: by statement and cost. */
  readonly ttl?: Readonly<Record<string, Duration>> | undefined
  /**
   * Tables that change with others in a way that the catalog does not say: `{ totals: ['tickets'] }` invalidates results
   * of `totals` with every write to `tickets`. Default: none.
   */
  readonly dependsOn?: Readonly<Record<string, readonly string[]>> | undefined
  /** How long a connection is waited for before `ERR_DB_POOL_TIMEOUT`. Default `'5s'`. */
  readonly acquireTimeout?: Duration | undefined
  /** A statement that takes the database so long is an event. Default `'100ms'`. */
  readonly slowQuery?: Duration | undefined
  /** How long a change of the schema past us may go unnoticed. Default `'5s'`. */
  readonly schemaCheck?: Duration | undefined
  /** A transaction that is open for so long is an event, with the stack of where it began; `false`: never. Default `'30s'`. */
  readonly leakAfter?: Duration | false | undefined
  /** Results with more rows are returned and not kept. Default 10,000. */
  readonly maxRows?: number | undefined
  /** Larger results are returned and not kept. Default `'1mb'`. */
  readonly maxResultBytes?: ByteSize | undefined
  /** How many shapes of statements are counted apart; each takes 10 kB. Default 300. */
  readonly maxFingerprints?: number | undefined
  /** For whom statements are run, where the database shows each session other rows. Default: nobody in particular. */
  readonly session?: SessionOptions | (() => SessionOptions | undefined) | undefined
  /** Whether `db.query` within a transaction's function belongs to it, by AsyncLocalStorage. Default `false`. */
  readonly context?: boolean | undefined
  /** Time; for tests. Default: that of the machine. */
  readonly clock?: Clock | undefined
}

const OPTIONS: OptionTable<keyof QueryOptimizerOptions> = {
  cache: 'cache',
  driver: 'pg(pool)',
  name: stringOption,
  ttl: tablesOption("{ tickets: '1m' }"),
  dependsOn: tablesOption("{ totals: ['tickets'] }"),
  acquireTimeout: true,
  slowQuery: true,
  schemaCheck: true,
  leakAfter: true,
  maxRows: countOption,
  maxResultBytes: true,
  maxFingerprints: countOption,
  session: true,
  context: booleanOption,
  clock: clockOption,
}

/**
 * Puts a cache before a database. Statements stay as they are: which tables they read and write is read from their text,
 * and a write through the optimizer invalidates what read its tables, in all processes that share the cache's log.
 *
 * @throws ConfigError for options that are missing, unknown or wrong.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table tickets (id integer primary key, status text); insert into tickets values (7, 'open')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = createQueryOptimizer({ cache, driver: sqlite(database) })
 *
 * const open = () => db.executeWithStats('select id from tickets where status = ?', ['open'])
 * console.log((await open()).stats.source, (await open()).stats.source) // database memory
 * await db.query('update tickets set status = ? where id = ?', ['done', 7])
 * console.log((await open()).rows) // []
 * await db.close()
 * await cache.close()
 * ```
 */
export function createQueryOptimizer(options: QueryOptimizerOptions): QueryOptimizer {
  // Before what is in its place is called unknown.
  if (Object(options) === options && options.driver === undefined) throw wrongDriver(undefined)
  checkOptions(options, 'createQueryOptimizer', OPTIONS)
  const { cache, driver, leakAfter = '30s' } = options
  if (typeof (cache as QueryCache | undefined)?.namespace !== 'function') {
    throw wrongOption('cache', 'a cache', cache, "Use for example `createCache({ name: 'shop', … })` of @hotpath/core.")
  }
  if (typeof (driver as DatabaseDriver | undefined)?.acquire !== 'function') throw wrongDriver(driver)
  // One that is made for each call is looked at by each call.
  if (typeof options.session !== 'function') sessionOf({}, { session: options.session, driver })
  return new Optimizer({
    cache,
    driver,
    name: options.name ?? 'db',
    clock: options.clock ?? systemClock,
    acquireMs: toMs(options.acquireTimeout ?? '5s', 'acquireTimeout'),
    slowMs: toMs(options.slowQuery ?? '100ms', 'slowQuery'),
    schemaCheckMs: toMs(options.schemaCheck ?? '5s', 'schemaCheck'),
    leakMs: leakAfter === false ? Number.POSITIVE_INFINITY : toMs(leakAfter, 'leakAfter'),
    maxRows: options.maxRows ?? 10_000,
    maxResultBytes: toBytes(options.maxResultBytes ?? '1mb', 'maxResultBytes'),
    maxFingerprints: options.maxFingerprints ?? 300,
    ttlByTable: new Map(Object.entries(options.ttl ?? {}).map(([table, ttl]) => [table, toMs(ttl, `ttl.${table}`)])),
    dependsOn: dependsOnOf(options.dependsOn ?? {}),
    session: options.session,
    context: options.context ?? false,
  })
}

/** The driver for a client, by a method that it has: the first one that fits. */
const DRIVERS = [
  ['getConnection', 'mysql', 'pool'],
  // Of a connection of mysql2, which can prepare as well.
  ['execute', 'mysql', 'pool'],
  ['prepare', 'sqlite', 'database'],
  ['execProtocol', 'pglite', 'database'],
  ['connect', 'pg', 'pool'],
] as const

/** Most often a client as it is. */
function wrongDriver(given: unknown): ConfigError {
  const has = (method: string): boolean =>
    typeof (given as Readonly<Record<string, unknown>> | null)?.[method] === 'function'
  const found = Object(given) === given ? DRIVERS.find(([method]) => has(method)) : undefined
  const [, maker, client] = found ?? DRIVERS[4]
  const words = found === undefined ? 'Use for example' : 'Wrap it:'
  // It has a method of other clients, too.
  const isPrisma = found !== undefined && typeof (given as { readonly adapterName?: unknown }).adapterName === 'string'
  const [call, door] = isPrisma ? ['prismaDriver(adapter)', 'prisma'] : [`${maker}(${client})`, maker]
  return wrongOption('driver', 'a driver', given, `${words} \`${call}\` of '@hotpath/db/${door}'.`)
}

/** @param example - For messages. */
function tablesOption(example: string): OptionCheck {
  return (value, option) => {
    const prototype: unknown = value === null || typeof value !== 'object' ? undefined : Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return
    throw wrongOption(option, 'an object by tables', value, `Use for example \`${example}\`.`)
  }
}

function dependsOnOf(dependsOn: Readonly<Record<string, readonly string[]>>): Map<string, readonly string[]> {
  for (const [table, others] of Object.entries(dependsOn)) {
    if (!Array.isArray(others) || others.some((other) => typeof other !== 'string')) {
      throw wrongOption(`dependsOn.${table}`, 'a list of tables', others, "Use for example `{ totals: ['tickets'] }`.")
    }
  }
  return new Map(Object.entries(dependsOn))
}
