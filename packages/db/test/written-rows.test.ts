/** Rows that are written faster than it pays to have a tag for each. */
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { createFakeClock } from '@hotpath/testkit'
import { expect, test } from 'vitest'
import { createQueryOptimizer } from '../src/index.ts'
import { sqlite } from '../src/driver/sqlite.ts'

test('a table of which many rows are written loses the tags of its rows for a while', async () => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table items (id integer primary key, n integer); insert into items values (0, 0)')
  const clock = createFakeClock()
  const cache = createCache({ name: 'rates', tiers: [memory({ maxEntries: 1_000 })], clock })
  const db = createQueryOptimizer({ cache, driver: sqlite(database), clock, schemaCheck: '1h' })
  const isKept = async (): Promise<boolean> => {
    const read = () => db.executeWithStats('select n from items where id = ?', [0])
    await read()
    await db.query('update items set n = n + 1 where id = ?', [1])
    const { source } = (await read()).stats
    return source === 'memory'
  }
  const write = async (rows: number): Promise<void> => {
    for (let id = 1; id <= rows; id++) await db.query('update items set n = ? where id = ?', [id, id])
  }
  expect(await isKept()).toBe(true)
  await write(900)
  expect(await isKept()).toBe(true)
  // The same rows again are no more rows.
  await write(900)
  expect(await isKept()).toBe(true)
  await write(1_100)
  expect(await isKept()).toBe(false)
  clock.advance(10_001)
  expect(await isKept()).toBe(true)
  for (let second = 0; second < 5; second++) {
    await write(600)
    clock.advance(1_001)
  }
  expect(await isKept()).toBe(true)
  await db.close()
  await cache.close()
  database.close()
})
