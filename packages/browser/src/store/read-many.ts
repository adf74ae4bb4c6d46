/** Reads records of many keys, in one transaction. */
import type { Database, DatabaseTransaction } from '@hotpath/web/database'
import { keysBetween } from '../database/ranges.ts'
import { ENTRIES, LEDGER } from '../database/stores.ts'
import type { Ledger } from '../quota/ledger.ts'
import { readPages } from '../quota/pages.ts'
import { isDense, limitOf, MIN_KEYS, partsOf } from './read-plan.ts'

/** For fewer keys a ledger that was not read yet costs more than it saves. */
const MIN_FOR_LEDGER = 250

type Found = Map<string, unknown>

/** What is stored, by keys. */
export async function readMany(
  database: Database,
  keys: readonly string[],
  ledger: Ledger,
): Promise<ReadonlyMap<string, unknown>> {
  const found: Found = new Map()
  const isKnown = ledger.rows.size > 0
  if (keys.length < MIN_KEYS || (!isKnown && keys.length < MIN_FOR_LEDGER)) {
    await Promise.all(keys.map(async (key) => found.set(key, await database.get(ENTRIES, key))))
    return found
  }
  await database.transaction(
    [ENTRIES, LEDGER],
    async (transaction) => {
      if (!isKnown) await readPages(ledger, transaction)
      await Promise.all(partsOf(keys, ledger.rows).map((part) => readPart(transaction, part, ledger, found)))
    },
    { mode: 'readonly' },
  )
  return found
}

/** Reads neighbours by one request, unless there is much between them. */
async function readPart(
  transaction: DatabaseTransaction,
  part: readonly string[],
  { rows }: Ledger,
  found: Found,
): Promise<void> {
  if (part.length >= MIN_KEYS) {
    const range = keysBetween(part[0] as string, part.at(-1) as string)
    const names = (await transaction.getAllKeys(ENTRIES, range, limitOf(part))) as string[]
    if (isDense(part, names, rows)) {
      const records = await transaction.getAll(ENTRIES, range)
      for (const [index, name] of names.entries()) found.set(name, records[index])
      return
    }
  }
  await Promise.all(part.map(async (key) => found.set(key, await transaction.get(ENTRIES, key))))
}
