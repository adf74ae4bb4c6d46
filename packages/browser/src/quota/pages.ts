/**
 * The pages of a ledger in the database, each under its number and its id, so that to ask for keys says whether there are new
 * ones. There may be thousands of rows in one, so what they have in common is a list: to clone an object for each row would
 * cost as much as some entries.
 */
import type { DatabaseTransaction } from '@hotpath/web/database'
import { keysFrom } from '../database/ranges.ts'
import { LEDGER } from '../database/stores.ts'
import type { Ledger, LedgerChange, LedgerPage } from './ledger.ts'

/** Sizes, times and positions of a row. */
const NUMBERS = 4

/** A page in the database. */
interface StoredPage extends Omit<LedgerPage, 'changes'> {
  readonly keys: readonly string[]
  /** Of each key; empty for one that is gone. */
  readonly epochs: readonly string[]
  /** Of each key: `bytes`, `usedAt`, `deadAt`, `asOf`. */
  readonly numbers: Float64Array
}

/** Takes in what other tabs wrote. `false`: a page is none of ours, so nobody knows what is stored, and the ledger is empty. */
export async function readPages(ledger: Ledger, transaction: DatabaseTransaction): Promise<boolean> {
  if (ledger.last !== undefined) {
    const keys = await transaction.getAllKeys(LEDGER, keysFrom([ledger.last.number]))
    // This tab may have written a page meanwhile, in the transaction before: then it knows all that came before that.
    const { last } = ledger
    if (last !== undefined) {
      if (isKeyOf(last, keys.at(-1))) return true
      if (taken(ledger, await transaction.getAll(LEDGER, keysFrom([last.number])))) return true
    }
    ledger.forget()
  }
  return taken(ledger, await transaction.getAll(LEDGER))
}

/** Writes a page; the ledger has it when the transaction is complete. */
export async function writePage(page: LedgerPage, transaction: DatabaseTransaction): Promise<void> {
  if (page.isWhole) await transaction.clear(LEDGER)
  await transaction.put(LEDGER, [page.number, page.id], toStored(page))
}

function isKeyOf({ number, id }: LedgerPage, key: unknown): boolean {
  return Array.isArray(key) && key[0] === number && key[1] === id
}

function taken(ledger: Ledger, stored: readonly unknown[]): boolean {
  return stored.every(isPage) && ledger.read(stored.map(fromStored))
}

function toStored({ number, id, isWhole, changes }: LedgerPage): StoredPage {
  const numbers = new Float64Array(NUMBERS * changes.length)
  for (const [index, [, row]] of changes.entries())
    if (row !== undefined) numbers.set([row.bytes, row.usedAt, row.deadAt, row.asOf], NUMBERS * index)
  const epochs = changes.map(([, row]) => row?.epoch ?? '')
  return { number, id, isWhole, keys: changes.map(([key]) => key), epochs, numbers }
}

function fromStored({ number, id, isWhole, keys, epochs, numbers }: StoredPage): LedgerPage {
  const changes = keys.map((key, index): LedgerChange => {
    const epoch = epochs[index] as string
    if (epoch === '') return [key, undefined]
    const at = NUMBERS * index
    const [bytes, usedAt, deadAt, asOf] = [numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]] as [
      number,
      number,
      number,
      number,
    ]
    return [key, { bytes, usedAt, deadAt, asOf, epoch }]
  })
  return { number, id, isWhole, changes }
}

/** Any script of the origin may write to the database. */
function isPage(stored: unknown): stored is StoredPage {
  const { number, id, isWhole, keys, epochs, numbers } = Object(stored) as Partial<StoredPage>
  return (
    Number.isSafeInteger(number) &&
    typeof id === 'string' &&
    typeof isWhole === 'boolean' &&
    isListOfStrings(keys) &&
    isListOfStrings(epochs) &&
    epochs.length === keys.length &&
    numbers instanceof Float64Array &&
    numbers.length === NUMBERS * keys.length &&
    numbers.every((one, index) => (index % NUMBERS === 0 ? Number.isFinite(one) : !Number.isNaN(one)))
  )
}

function isListOfStrings(list: unknown): list is readonly string[] {
  return Array.isArray(list) && list.every((one) => typeof one === 'string')
}
