/** Looks at all records, some at a time, for those that are dead. */
import type { PurgeOptions } from '@hotpath/contract'
import type { Database, DatabaseKey } from '@hotpath/web/database'
import { keysAfter } from '../database/ranges.ts'
import { ENTRIES } from '../database/stores.ts'
import { type Moment, headOf } from './record.ts'

const AT_ONCE = 200

/** @returns the keys of what is dead, or no record of ours. Rejects with what `isDead` threw. */
export async function purgeRecords(
  database: Database,
  moment: Moment,
  isDead: PurgeOptions['isDead'],
): Promise<string[]> {
  const dead: string[] = []
  let after: DatabaseKey | undefined
  for (;;) {
    const range = after === undefined ? undefined : keysAfter(after)
    const { keys, records } = await database.transaction(
      [ENTRIES],
      async (transaction) => {
        const [found, values] = await Promise.all([
          transaction.getAllKeys(ENTRIES, range, AT_ONCE),
          transaction.getAll(ENTRIES, range, AT_ONCE),
        ])
        return { keys: found, records: values }
      },
      { mode: 'readonly' },
    )
    for (const [index, key] of keys.entries()) {
      const head = headOf(records[index], moment)
      if (typeof key === 'string' && (head === undefined || isDead(key, head))) dead.push(key)
    }
    after = keys.at(-1)
    if (keys.length < AT_ONCE || after === undefined) return dead
  }
}
