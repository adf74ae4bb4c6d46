import {
  checkOptions,
  type Clock,
  clockOption,
  countOption,
  type Duration,
  functionOption,
  type OptionTable,
  requiredString,
  systemClock,
  toMs,
  wrongOption,
} from '@hotpath/contract'
import { PageEvents } from '../events.ts'
import { createLifecycle, type Lifecycle } from '../lifecycle.ts'
import { Batches } from './batches.ts'
import { Connection, type Upgrade } from './connection.ts'
import { type Database, databaseOf, type DatabaseEvent } from './database.ts'
import { indexedDbBackend } from './indexed-db.ts'
import { Leaving } from './leaving.ts'

/** How a database is opened. */
export interface DatabaseOptions {
  /** One per origin. */
  readonly name: string
  /** The stores that it has. When they change, so must `version`: those that are new are made, others deleted with all they hold. */
  readonly stores: readonly string[]
  /** A whole number from 1, which only grows. Default 1. */
  readonly version?: number | undefined
  /** Changes what is stored when the version has grown. */
  readonly upgrade?: Upgrade | undefined
  /**
   * When a write counts as done: `'relaxed'` when the operating system has it (a power cut may lose it), `'strict'` when the
   * disk has it, which is slower. Default `'relaxed'`.
   */
  readonly durability?: 'relaxed' | 'strict' | undefined
  /** Writes of this time go into one transaction. 0, and in a hidden page: those of one turn. Default `'50ms'`. */
  readonly window?: Duration | undefined
  /** How long opening may take, an upgrade that another tab blocks included. Default `'10s'`. */
  readonly openTimeout?: Duration | undefined
  /** Pending writes are sent when the page is hidden, frozen or left, and those of a hidden page at once. Default: that of the page. */
  readonly lifecycle?: Pick<Lifecycle, 'state' | 'on'> | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

const OPTIONS: OptionTable<keyof DatabaseOptions> = {
  name: "'shop'",
  version: countOption,
  stores: "['entries']",
  upgrade: functionOption,
  durability: durabilityOption,
  window: true,
  openTimeout: true,
  lifecycle: true,
  clock: clockOption,
}

/**
 * Opens a database at its first use. Every call rejects with StorageError `ERR_STORAGE_UNAVAILABLE` where there is none: in
 * browsers whose settings deny it, some private modes, and on servers.
 *
 * @throws ConfigError for an option that is wrong.
 *
 * @example
 * ```ts
 * import { isHotpathError } from '@hotpath/web'
 * import { openDatabase } from '@hotpath/web/database'
 *
 * const database = openDatabase({ name: 'shop', stores: ['entries'] })
 * try {
 *   await database.put('entries', 'city:bonn', { people: 336_000 })
 * } catch (error) {
 *   console.log(isHotpathError(error, 'ERR_STORAGE_UNAVAILABLE')) // true
 * }
 * await database.close()
 * ```
 */
export function openDatabase(options: DatabaseOptions): Database {
  checkOptions(options, 'openDatabase', OPTIONS)
  const name = requiredString(options.name, 'name', "name: 'shop'")
  const stores = storesOption(options.stores)
  const { version = 1, upgrade, durability = 'relaxed', clock = systemClock } = options
  const windowMs = toMs(options.window ?? '50ms', 'window')
  const openTimeoutMs = toMs(options.openTimeout ?? '10s', 'openTimeout')
  const lifecycle = options.lifecycle ?? createLifecycle()
  const events = new PageEvents<DatabaseEvent>('database', 'blocked', 'closed')
  const connection = new Connection({
    name,
    version,
    stores,
    upgrade,
    clock,
    openTimeoutMs,
    blocked: () => events.emit({ type: 'blocked' }),
    // The other page waits for what has begun.
    closing: () => batches.send(),
    closed: (reason) => events.emit({ type: 'closed', reason }),
  })
  // Once `pagehide` has fired, WebKit lets transactions wait until the page is restored.
  events.listen(globalThis, 'beforeunload', () => batches.send())
  const leaving = new Leaving()
  const stopLeaving = leaving.follow(lifecycle)
  const backend = indexedDbBackend(connection, { name, durability, leaving })
  const batches = new Batches({ backend, clock, windowMs, isHidden: () => lifecycle.state !== 'visible' })
  return databaseOf({
    name,
    stores,
    backend,
    batches,
    durability,
    lifecycle,
    closed() {
      stopLeaving()
      if (options.lifecycle === undefined) (lifecycle as Lifecycle).close()
    },
    events,
  })
}

function storesOption(stores: unknown): readonly string[] {
  const isList = Array.isArray(stores) && stores.length > 0 && stores.every((store) => typeof store === 'string')
  if (isList && new Set(stores).size === stores.length) return stores
  throw wrongOption('stores', 'a list of names, each once', stores, "Use for example `['entries']`.")
}

function durabilityOption(value: unknown, option: string): void {
  if (value === 'relaxed' || value === 'strict') return
  throw wrongOption(option, "'relaxed' or 'strict'", value, 'Leave it out for the default.')
}
