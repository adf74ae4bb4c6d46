/** What one transaction writes: entries that win over what is stored, their rows in the ledger, and room for them. */
import type { CodecError } from '@hotpath/contract'
import { unstorable, withKey } from '@hotpath/contract/values'
import type { DatabaseTransaction } from '@hotpath/web/database'
import { ENTRIES, LEDGER, META } from '../database/stores.ts'
import { type Evictions, evictionsFor, expiredOf } from '../quota/evictions.ts'
import type { Ledger, LedgerPage, LedgerRow } from '../quota/ledger.ts'
import { readPages, writePage } from '../quota/pages.ts'
import type { EntryWrite } from './entry-write.ts'
import type { EntryRecord } from './record.ts'
import { SLACK_MS } from './wall-clock.ts'

/** Key of the highest wall time in the store of what there is one of. */
export const WALL = 'wall'

/** Entries that are cloned at a time, and their bytes, unless a single one has more: twice that in one task at most. */
const MAX_ENTRIES = 100
const MAX_BYTES = 125_000
/** Entries that are deleted at a time. */
const MAX_DELETIONS = 500

/** What a transaction works with. */
export interface WriteContext {
  readonly ledger: Ledger
  readonly maxBytes: number
  /** Wall time. */
  readonly now: number
  /** Random, for the page. */
  readonly id: string
  /** Whether to remove all that is dead: once for each page load. */
  readonly isFirst: boolean
}

/** What became of it. */
export interface Written {
  readonly page: LedgerPage | undefined
  readonly evictions: Evictions
  /** Values that could not be cloned: what they were to replace is gone. */
  readonly refused: readonly CodecError[]
}

/** Writes; the ledger has it when the transaction is complete. */
export async function writeAll(
  writes: readonly EntryWrite[],
  transaction: DatabaseTransaction,
  context: WriteContext,
): Promise<Written> {
  const { ledger, maxBytes, now, id, isFirst } = context
  const [highest, isKnown] = await Promise.all([transaction.get(META, WALL), readPages(ledger, transaction)])
  const isSetBack = typeof highest === 'number' && highest > now + SLACK_MS
  if (isSetBack || !isKnown) await forgetAll(ledger, transaction)
  const { puts, deletes, changes } = planOf(writes, ledger.rows, now)
  const dead = isFirst ? expiredOf(ledger.rows, now).filter((key) => !changes.has(key)) : []
  for (const key of dead) changes.set(key, undefined)
  const evictions = evictionsFor({ rows: ledger.rows, bytes: ledger.bytes, changes }, { maxBytes, now })
  const gone = new Set([...deletes, ...dead, ...evictions.expired, ...evictions.evicted])
  for (const key of gone) {
    if (changes.has(key) || ledger.rows.has(key)) changes.set(key, undefined)
    puts.delete(key)
  }
  const refused = await request(puts, gone, transaction)
  for (const key of refused.keys()) {
    if (ledger.rows.has(key)) changes.set(key, undefined)
    else changes.delete(key)
  }
  const page = changes.size === 0 ? undefined : ledger.page([...changes], id)
  await Promise.all([page && writePage(page, transaction), transaction.put(META, WALL, now)])
  const reasons = [...refused].map(([key, cause]) => notCloned(key, cause))
  return { page, evictions: { ...evictions, expired: [...dead, ...evictions.expired] }, refused: reasons }
}

/** Nobody knows how old things are, as the clock was set back, or what there is. */
export async function forgetAll(ledger: Ledger, transaction: DatabaseTransaction): Promise<void> {
  await Promise.all([transaction.clear(ENTRIES), transaction.clear(LEDGER)])
  ledger.forget()
}

interface Put {
  readonly record: EntryRecord
  readonly bytes: number
}

interface Plan {
  readonly puts: Map<string, Put>
  readonly deletes: Set<string>
  readonly changes: Map<string, LedgerRow | undefined>
}

/** What is left of writes that come in this order. Of one epoch the larger `asOf` wins. */
function planOf(writes: readonly EntryWrite[], rows: ReadonlyMap<string, LedgerRow>, now: number): Plan {
  const plan: Plan = { puts: new Map(), deletes: new Set(), changes: new Map() }
  const { puts, deletes, changes } = plan
  const rowOf = (key: string): LedgerRow | undefined => (changes.has(key) ? changes.get(key) : rows.get(key))
  for (const write of writes) {
    if (write.type === 'set') {
      const { key, recorded } = write
      const { record, bytes } = recorded
      const { epoch, asOf, createdAtWall, freshMs, staleMs, errorMs } = record
      const stored = rowOf(key)
      if (stored?.epoch === epoch && stored.asOf > asOf) continue
      puts.set(key, { record, bytes })
      deletes.delete(key)
      changes.set(key, { bytes, usedAt: now, deadAt: createdAtWall + freshMs + staleMs + errorMs, epoch, asOf })
      continue
    }
    for (const key of write.keys) {
      const stored = rowOf(key)
      const { below } = write
      if (below !== undefined && stored?.epoch === below.epoch && stored.asOf >= below.position) continue
      puts.delete(key)
      deletes.add(key)
      if (stored !== undefined) changes.set(key, undefined)
    }
  }
  return plan
}

/** Requests all of it. Resolves to what could not be cloned, and why: that is no reason to lose the others. */
async function request(
  puts: Plan['puts'],
  gone: ReadonlySet<string>,
  transaction: DatabaseTransaction,
): Promise<ReadonlyMap<string, unknown>> {
  const refused = new Map<string, unknown>()
  const put = async (part: readonly (readonly [string, Put])[]): Promise<void> => {
    const records = part.map(([key, { record }]) => [key, record] as const)
    for (const [key, cause] of await transaction.putMany(ENTRIES, records)) {
      refused.set(key as string, cause)
      await transaction.delete(ENTRIES, key)
    }
  }
  // Each value is cloned when it is put, and thousands go when room is made: between two parts the page may do something
  // else. One is always under way, so that the database has something to do.
  let before: Promise<unknown> | undefined
  const afterBefore = async (requested: Promise<unknown>): Promise<void> => {
    requested.catch(() => {})
    await before
    before = requested
  }
  const deletes = [...gone]
  while (deletes.length > 0)
    await afterBefore(Promise.all(deletes.splice(0, MAX_DELETIONS).map((key) => transaction.delete(ENTRIES, key))))
  for (const part of partsOf([...puts])) await afterBefore(put(part))
  await before
  return refused
}

function partsOf(puts: readonly (readonly [string, Put])[]): readonly (readonly (readonly [string, Put])[])[] {
  const parts: (readonly [string, Put])[][] = []
  let bytes = 0
  for (const put of puts) {
    const last = parts.at(-1)
    bytes += put[1].bytes
    if (last !== undefined && last.length < MAX_ENTRIES && bytes <= MAX_BYTES) last.push(put)
    else {
      parts.push([put])
      bytes = put[1].bytes
    }
  }
  return parts
}

function notCloned(key: string, cause: unknown): CodecError {
  const what = 'a proxy, or has one in it'
  const instead = 'Store a plain copy, such as `structuredClone` of what is behind it.'
  return withKey(unstorable('value', what, instead, cause), key)
}
