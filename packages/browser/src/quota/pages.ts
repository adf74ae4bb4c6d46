/** The pages of a ledger in the database. */
import type { DatabaseTransaction } from '@hotpath/web/database'
import { keysFrom } from '../database/ranges.ts'
import { LEDGER } from '../database/stores.ts'
import type { Ledger, LedgerPage, LedgerRow } from './ledger.ts'

/** Takes in what other tabs wrote. `false`: a page is none of ours, so nobody knows what is stored, and the ledger is empty. */
export async function readPages(ledger: Ledger, transaction: DatabaseTransaction): Promise<boolean> {
  const pages = await transaction.getAll(LEDGER, keysFrom(ledger.from))
  if (pages.every(isPage) && ledger.read(pages)) return true
  ledger.forget()
  const all = await transaction.getAll(LEDGER)
  return all.every(isPage) && ledger.read(all)
}

/** Writes a page; the ledger has it when the transaction is complete. */
export async function writePage(page: LedgerPage, transaction: DatabaseTransaction): Promise<void> {
  if (page.isWhole) await transaction.clear(LEDGER)
  await transaction.put(LEDGER, page.number, page)
}

/** Any script of the origin may write to the database. */
function isPage(stored: unknown): stored is LedgerPage {
  const { number, id, isWhole, changes } = Object(stored) as Partial<LedgerPage>
  return (
    Number.isSafeInteger(number) &&
    typeof id === 'string' &&
    typeof isWhole === 'boolean' &&
    Array.isArray(changes) &&
    changes.every(isChange)
  )
}

function isChange(stored: unknown): boolean {
  if (!Array.isArray(stored)) return false
  const [key, row] = stored as readonly unknown[]
  if (typeof key !== 'string' || row === undefined) return typeof key === 'string'
  const { bytes, usedAt, deadAt, epoch, asOf } = Object(row) as Partial<LedgerRow>
  const numbers: readonly unknown[] = [usedAt, deadAt, asOf]
  return (
    Number.isFinite(bytes) &&
    numbers.every((number) => typeof number === 'number' && !Number.isNaN(number)) &&
    typeof epoch === 'string'
  )
}
