/** Functions over many rows that a user adds, and says to be deterministic: `better-sqlite3` has those. */
import { expect, test } from 'vitest'
import { batchQuery } from '../../src/batch/batch-query.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'

interface WithAggregates {
  aggregate(name: string, options: object): unknown
}

const bench = useEngine(() => startSqlite('better-sqlite3'), clearSqlite)

test('one that makes one row of all keys is run for each of them', async () => {
  const { db, engine } = bench()
  const step = (all: string, one: string): string => `${all}${one}`
  ;(engine.database as unknown as WithAggregates).aggregate('joined', { start: '', step, deterministic: true })
  const statuses = batchQuery<{ all: string }>(db, 'select id, joined(status) as "all" from tickets where id in (?)')
  expect((await statuses.loadMany([7, 8])).map((row) => row?.all)).toEqual(['open', 'open'])
  const grouped = batchQuery<{ all: string }>(
    db,
    'select id, joined(status) as "all" from tickets where id in (?) group by id',
  )
  expect((await grouped.loadMany([7, 8, 9])).map((row) => row?.all)).toEqual(['open', 'open', undefined])
})
