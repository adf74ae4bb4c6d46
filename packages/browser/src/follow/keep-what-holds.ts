/**
 * After a gap: keeps the stored entries of which the server says that they hold, and nothing else.
 *
 * Everything is invalidated first, in all tabs, so that neither memory nor a load under way slips through. Then the entries that
 * hold are stored again as if they had been loaded at that very moment of the browser's log: what comes later concerns
 * them, and what came before was looked at.
 */
import { type LogPositions, type Mark, parseToken, type Token } from '@hotpath/contract'
import type { Database } from '@hotpath/web/database'
import { ENTRIES } from '../database/stores.ts'
import { LogStore, type ReadState } from '../log/log-store.ts'
import type { FollowingCache } from './appender.ts'
import type { CheckRequest, CheckResponse } from './check.ts'

/** Keys and tags that a server is asked about at most; beyond it nothing is kept. */
const MAX_NAMES = 10_000
/** Entries of one transaction. */
const AT_ONCE = 100

/** Asks a server what of a client's keys and tags does not hold any more. */
export type Check = (request: CheckRequest) => Promise<CheckResponse>

/** What keeping works with. */
export interface KeepOptions {
  readonly cache: FollowingCache
  readonly database: Database
  /** Up to where everything was appended. */
  readonly token: Token
  /** Where the server's records go on: a server that is not there yet cannot say what holds. */
  readonly resumesAt: Token
  readonly check: Check
}

/** As much of a stored entry as is judged. */
interface StoredHead {
  readonly key: string
  readonly tags: readonly string[]
  readonly epoch: string
  readonly asOf: number
}

/** Rejects when the browser's log does not take it; a server that does not respond, or a database that fails, leaves nothing. */
export async function keepWhatHolds(options: KeepOptions): Promise<void> {
  const { cache, database } = options
  const log = new LogStore(database)
  const asked = await ask(log, options).catch(() => undefined)
  const all = parseToken(await cache.invalidate(['all'], { queue: false }))
  // What cannot be stored again is gone, and is loaded again.
  if (asked?.head.epoch === all.epoch) await keep(log, database, asked, all).catch(() => {})
}

/** What there was, and the log by then. */
interface Asked extends ReadState {
  /** Of which the server has said that they hold. */
  readonly held: readonly StoredHead[]
}

/** `undefined`, or rejects, when the server does not say what holds. */
async function ask(log: LogStore, { database, token, resumesAt, check }: KeepOptions): Promise<Asked | undefined> {
  const heads = await readHeads(database)
  const keys = heads.map(({ key }) => key)
  const tags = [...new Set(heads.flatMap((entry) => entry.tags))]
  if (keys.length === 0 || keys.length + tags.length > MAX_NAMES) return undefined
  const response = await check({ token, keys, tags })
  if (!isNames(response.keys) || !isNames(response.tags) || !hasReached(response.token, resumesAt)) return undefined
  const [goneKeys, goneTags] = [new Set(response.keys), new Set(response.tags)]
  const held = heads.filter((entry) => !goneKeys.has(entry.key) && !entry.tags.some((tag) => goneTags.has(tag)))
  return { held, ...(await log.state()) }
}

async function keep(log: LogStore, database: Database, { held, head, positions }: Asked, all: Mark): Promise<void> {
  const { records: between } = await log.recordsAfter(head.position)
  // Some were dropped: what they concern is not known.
  if (between[0]?.position !== head.position + 1 || (between.at(-1)?.position ?? 0) < all.position) return
  for (const record of between) if (record.position < all.position) positions.raise(record)
  const kept = held.filter((entry) => entry.epoch === all.epoch && isUntouched(entry, positions))
  for (let first = 0; first < kept.length; first += AT_ONCE)
    await storeAgain(database, kept.slice(first, first + AT_ONCE), all)
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

/** Whether a server's log was at a token by then. @throws TokenError for what is none. */
function hasReached(token: Token, at: Token): boolean {
  const [found, wanted] = [parseToken(token), parseToken(at)]
  return found.epoch === wanted.epoch && found.position >= wanted.position
}

function isUntouched({ key, tags, asOf }: StoredHead, positions: LogPositions): boolean {
  return positions.hardAt(key, tags) <= asOf && positions.softAt(key, tags) <= asOf
}

async function readHeads(database: Database): Promise<readonly StoredHead[]> {
  const keys = (await database.getAllKeys(ENTRIES)).filter((key) => typeof key === 'string')
  const heads: StoredHead[] = []
  for (let first = 0; first < keys.length; first += AT_ONCE) {
    const some = keys.slice(first, first + AT_ONCE)
    const rows = await Promise.all(some.map((key) => database.get(ENTRIES, key)))
    for (const [index, row] of rows.entries()) {
      const { tags, epoch, asOf } = Object(row) as Partial<StoredHead>
      if (Array.isArray(tags) && typeof epoch === 'string' && typeof asOf === 'number')
        heads.push({ key: some[index] as string, tags, epoch, asOf })
    }
  }
  return heads
}

/** Of another one the server was not asked: a load that ends meanwhile moves no position, but may bring other tags. */
function isAsAsked(row: Partial<StoredHead>, { tags, epoch, asOf }: StoredHead): boolean {
  const { tags: found = [] } = row
  const hasTags = found.length === tags.length && tags.every((tag, at) => tag === found[at])
  return hasTags && row.epoch === epoch && row.asOf === asOf
}

/** Unless they were replaced since. */
function storeAgain(database: Database, held: readonly StoredHead[], { position }: Mark): Promise<void> {
  return database.transaction([ENTRIES], async (transaction) => {
    await Promise.all(
      held.map(async (entry) => {
        const row = Object(await transaction.get(ENTRIES, entry.key)) as Partial<StoredHead>
        if (isAsAsked(row, entry)) await transaction.put(ENTRIES, entry.key, { ...row, asOf: position })
      }),
    )
  })
}
