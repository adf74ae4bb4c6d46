/** Reads records of many keys, in one transaction. */
import type { Database } from '@hotpath/web/database'
import { keysBetween } from '../database/ranges.ts'
import { ENTRIES, LEDGER } from '../database/stores.ts'
import type { Ledger } from '../quota/ledger.ts'
import { readPages } from '../quota/pages.ts'
import { type ReadRange, planOf } from './read-plan.ts'

/** For fewer keys a ledger that was not read yet costs more than it saves. */
const MIN_KEYS = 250

/** What is stored, by keys. */
export async function readMany(
  database: Database,
  keys: readonly string[],
  ledger: Ledger,
): Promise<ReadonlyMap<string, unknown>> {
  if (keys.length >= MIN_KEYS && ledger.rows.size === 0)
    await database.transaction([LEDGER], (transaction) => readPages(ledger, transaction), { mode: 'readonly' })
  const { ranges, singles } = planOf(keys, ledger.rows)
  const found = new Map<string, unknown>()
  const readOne = async (key: string): Promise<void> => void found.set(key, await database.get(ENTRIES, key))
  await Promise.all([...singles.map(readOne), ...ranges.map(async (range) => readRange(database, range, found))])
  return found
}

async function readRange(database: Database, { keys, limit }: ReadRange, found: Map<string, unknown>): Promise<void> {
  const [first, last] = [keys[0] as string, keys.at(-1) as string]
  const range = keysBetween(first, last)
  const [names, records] = await Promise.all([
    database.getAllKeys(ENTRIES, range, limit),
    database.getAll(ENTRIES, range, limit),
  ])
  for (const [index, name] of names.entries()) found.set(name as string, records[index])
  if (names.length < limit) return
  // Others have written in between, and not all of it was read.
  const reached = names.at(-1) as string
  const rest = keys.filter((key) => key > reached)
  await Promise.all(rest.map(async (key) => found.set(key, await database.get(ENTRIES, key))))
}
