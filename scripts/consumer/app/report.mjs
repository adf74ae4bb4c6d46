// A workload for `npx hotpath-report`.
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { createQueryOptimizer } from '@hotpath/db'
import { withReport } from '@hotpath/db/report'
import { sqlite } from '@hotpath/db/sqlite'

export async function workload() {
  const database = new DatabaseSync(':memory:')
  database.exec('create table users (id integer primary key, email text)')
  const cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 10 })] })
  const db = withReport(createQueryOptimizer({ cache, driver: sqlite(database) }))
  await db.query('select id from users where email = ?', ['7@example.org'])
  return db
}
