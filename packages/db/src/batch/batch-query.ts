/** Many reads by key with one statement, each kept under its own key. */
import { type Duration, type OptionTable, checkOptions, stringOption, toMs, wrongOption } from '@hotpath/contract'
import { type CallOptions, batch, checkCallOptions } from '@hotpath/request'
import { assertOptimizer } from '../assert-optimizer.ts'
import type { Column } from '../driver/driver.ts'
import type { QueryOptimizer, Row } from '../query-optimizer.ts'
import { WIRE, type LoadedWithOthers, type WireOptions, type WireQueryResult } from '../read/wire.ts'
import type { Dialect } from '../statement/dialect.ts'
import { kindOf, tellsApart } from './key-kinds.ts'
import { type ListStatement, listStatement } from './list-statement.ts'
import { type Owner, ownerOf } from './owner.ts'
import type { ResultColumn } from './result-column.ts'
import { rowsByKey } from './rows-by-key.ts'

/** A key of a row. */
export type RowKey = string | number | bigint

/** Options of `batchQuery`. */
export interface BatchQueryOptions {
  /**
   * Column of the result that has the key, the only one of that name. You are believed: its value must be what is compared
   * with the list. Default: the column that is compared with the list, where the `select` is sure to have it.
   */
  readonly key?: string | undefined
  /** How long keys are collected, at most `'100ms'`. Default: until this turn of the event loop ends. */
  readonly window?: Duration | undefined
  /** With so many keys a statement is sent at once. Default 100. */
  readonly maxBatch?: number | undefined
  /** How long a statement for several keys may take; one for a key alone takes as long as it does. Default `'30s'`. */
  readonly timeout?: Duration | undefined
  /** How often several keys are asked for when their statement fails, the first time included. Default 3. */
  readonly attempts?: number | undefined
  /** How long rows are kept. Default: as of any statement. */
  readonly ttl?: Duration | undefined
}

/** Reads rows by key. */
export interface BatchQuery<Of = Row> {
  /** The row of a key, made for this caller alone; `undefined` where there is none. */
  load(key: RowKey, options?: CallOptions): Promise<Of | undefined>
  /** Rows in the order of the keys. */
  loadMany(keys: readonly RowKey[], options?: CallOptions): Promise<(Of | undefined)[]>
  /** All rows of a key: those of a column that is not unique. */
  loadAll(key: RowKey, options?: CallOptions): Promise<Of[]>
}

const OPTIONS: OptionTable<keyof BatchQueryOptions> = {
  key: stringOption,
  window: true,
  maxBatch: true,
  timeout: true,
  attempts: true,
  ttl: (value, option) => toMs(value as Duration, option),
}
const MAX_WINDOW_MS = 100

/**
 * Reads rows by key, many with one statement: keys that are asked for in one turn of the event loop go out together, each
 * once, the most urgent first. Each key has its own place in the cache, that of the statement for it alone: `… where id =
 * any($1)` shares what it reads with `… where id = $1`. A statement whose result is not kept is run for each key alone, and so is
 * one for a session, whose rows are nobody else's.
 *
 * @param sql - With `= any($1)` on PostgreSQL and `in (?)` elsewhere, and no other parameter.
 *   The list must be a condition that each row has to meet.
 * @throws ConfigError for another statement, for one whose rows are not those of each key by itself or are not sure to say
 *   whose they are, and for options that are unknown or wrong.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { createCache, memory } from '@hotpath/core'
 * import { createQueryOptimizer } from '@hotpath/db'
 * import { batchQuery } from '@hotpath/db/batch'
 * import { sqlite } from '@hotpath/db/sqlite'
 *
 * const database = new DatabaseSync(':memory:')
 * database.exec(`create table users (id integer primary key, name text); insert into users values (1, 'Ann'), (2, 'Ben')`)
 * const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10_000 })] })
 * const db = createQueryOptimizer({ cache, driver: sqlite(database) })
 * const users = batchQuery<{ name: string }>(db, 'select id, name from users where id in (?)')
 *
 * const [ann, ben, nobody] = await Promise.all([users.load(1), users.load(2), users.load(3)]) // one statement
 * console.log(ann?.name, ben?.name, nobody) // Ann Ben undefined
 * await db.query('update users set name = ? where id = ?', ['Anna', 1])
 * console.log((await users.load(1))?.name) // Anna
 * await db.close()
 * await cache.close()
 * ```
 */
export function batchQuery<Of = Row>(db: QueryOptimizer, sql: string, options: BatchQueryOptions = {}): BatchQuery<Of> {
  assertOptimizer(db)
  checkOptions(options, 'batchQuery', OPTIONS)
  const { key, window, maxBatch, timeout, attempts, ttl } = options
  if (window !== undefined && toMs(window, 'window') > MAX_WINDOW_MS)
    throw wrongOption('window', "at most '100ms'", window, 'All callers wait for so long.')
  const statement = listStatement(sql, db.driver.dialect)
  const owner = ownerOf(sql, db.driver.dialect, key)
  const together = batch<RowKey, LoadedWithOthers | undefined>((keys) => loadTogether(db, statement, keys, owner), {
    ...{ name: 'batchQuery', window, maxBatch, timeout, retry: { attempts } },
  })
  const loadAll = async (key: RowKey, call: CallOptions = {}): Promise<Of[]> => {
    assertKey(key)
    checkCallOptions(call, 'load')
    const { priority, signal: own } = call
    const loadWithOthers = (signal: AbortSignal): Promise<LoadedWithOthers | undefined> =>
      together.load(key, { signal, priority })
    const asked: WireOptions = { ttl, signal: own, [WIRE]: { rows: 'objects', loadWithOthers } }
    return (await db.executeWithStats<Of>(statement.one, [key], asked)).rows
  }
  const load = (key: RowKey, call?: CallOptions): Promise<Of | undefined> => loadAll(key, call).then(([row]) => row)
  return {
    load,
    loadAll,
    async loadMany(keys, call) {
      if (!Array.isArray(keys)) throw wrongOption('keys', 'a list', keys, 'Use for example `[7, 8]`.')
      return Promise.all(keys.map((key: RowKey) => load(key, call)))
    },
  }
}

/** Anything else would be SQL to some drivers: `{ id: 1 }` of a client's JSON is a condition to `mysql2`. */
function assertKey(key: unknown): void {
  if (typeof key === 'string' || typeof key === 'bigint' || Number.isFinite(key)) return
  throw wrongOption('key', 'a string, a finite number or a bigint', key, 'Check what comes from a client.')
}

/** Rows of keys; `undefined` for those that are to be asked for alone. */
async function loadTogether(
  db: QueryOptimizer,
  statement: ListStatement,
  keys: readonly RowKey[],
  owner: Owner,
): Promise<(LoadedWithOthers | undefined | Error)[]> {
  const loaded: (LoadedWithOthers | undefined | Error)[] = keys.map(() => undefined)
  const kinds = keys.map(kindOf)
  // `7` and `'7'` are equal to the same value, or each to another one.
  const lists = [...new Set(kinds)].map(async (kind) => {
    const places = [...keys.keys()].filter((place) => kinds[place] === kind)
    // Alone it is run as it is.
    if (kind === undefined || places.length === 1) return
    const rows = await loadList(
      db,
      statement,
      places.map((place) => keys[place]!),
      owner,
    )
    for (const [nth, place] of places.entries()) loaded[place] = rows[nth]
  })
  await Promise.all(lists)
  return loaded
}

async function loadList(
  db: QueryOptimizer,
  statement: ListStatement,
  keys: readonly RowKey[],
  { column, mayBeOneRow }: Owner,
): Promise<(LoadedWithOthers | undefined | Error)[]> {
  const { sql, params } = statement.many(keys)
  const asked: WireOptions = { cache: false, [WIRE]: { rows: 'none', isSessionless: true } }
  const { wire, ran } = (await db.executeWithStats(sql, params, asked)) as WireQueryResult
  const { dialect } = db.driver
  const at = placeOf(column, wire.columns, dialect)
  if (typeof at === 'object') {
    // For each of them: fewer keys would not help.
    return keys.map(() => at)
  }
  // A function of the user's may have made one row of all.
  const isOne = mayBeOneRow && wire.rows.length <= 1
  if (isOne || !tellsApart(wire.columns[at]!, keys, dialect)) return keys.map(() => undefined)
  return rowsByKey(keys, wire.rows, at).map((rows) => {
    if (rows === undefined) return undefined
    return {
      result: { columns: wire.columns, rows, rowCount: rows.length },
      mayKeep: ran?.mayKeep ?? false,
      ranMs: ran?.ranMs ?? 0,
    }
  })
}

/** Place of the column that has the key, or what is wrong. */
function placeOf({ name, at }: ResultColumn, columns: readonly Column[], dialect: Dialect): number | Error {
  if (at !== undefined) return at < 0 ? columns.length + at : at
  const placesOf = (isColumn: (column: string) => boolean): readonly number[] =>
    [...columns.keys()].filter((place) => isColumn(columns[place]![0]))
  const exact = dialect === 'postgres' ? placesOf((column) => column === name) : []
  // What is not quoted has another spelling than in the statement on some databases.
  const found = exact.length > 0 ? exact : placesOf((column) => column.toLowerCase() === name.toLowerCase())
  if (found.length === 1) return found[0]!
  const help = found.length === 0 ? 'Add it to the `select`.' : 'Several have this name: give it another by `as`.'
  return wrongOption('key', 'a column of the result', name, help)
}
