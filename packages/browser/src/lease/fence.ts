import type { Database } from '@hotpath/web/database'
import { META } from '../database/stores.ts'

/** Key in the store `meta`. */
const FENCE = 'log.fence'

/** Numbers that grow from one call to the next, in all tabs; those of one turn take one transaction. */
export function createFence(database: Pick<Database, 'transaction'>): () => Promise<number> {
  let wanted = 0
  let reserved: Promise<number> | undefined

  async function reserve(): Promise<number> {
    await Promise.resolve()
    const count = wanted
    wanted = 0
    reserved = undefined
    return database.transaction([META], async (transaction) => {
      const found = await transaction.get(META, FENCE)
      // Any script of the origin may have written there.
      const last = Number.isSafeInteger(found) ? (found as number) : 0
      await transaction.put(META, FENCE, last + count)
      return last
    })
  }

  return async () => {
    const index = ++wanted
    reserved ??= reserve()
    return (await reserved) + index
  }
}
