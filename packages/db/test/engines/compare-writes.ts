/** Unusual writes: after each of them, what is read is what the database has. */
import { expect } from 'vitest'
import type { Bench } from './engine.ts'

/**
 * Runs writes one after another. Before each one all reads are kept, after it they are compared with what the driver
 * itself returns.
 */
export async function compareWrites(
  { db, engine, source }: Bench,
  { reads, writes }: { readonly reads: readonly string[]; readonly writes: readonly (string | readonly string[])[] },
): Promise<void> {
  for (const write of writes) {
    for (const read of reads) {
      await db.query(read)
      expect(await source(read), read).toBe('memory')
    }
    // Several belong to one transaction, as they need one connection.
    if (typeof write === 'string') await db.query(write)
    else
      await db.transaction(async (tx) => {
        for (const sql of write) await tx.query(sql)
      })
    for (const read of reads)
      expect(await db.query(read), `${write.toString()}: ${read}`).toEqual(await engine.direct(read))
  }
}
