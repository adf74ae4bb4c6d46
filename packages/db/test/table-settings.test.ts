/** Options by tables mean what the catalog means by a name. */
import { DatabaseSync } from 'node:sqlite'
import { type Cache, createCache, memory } from '@hotpath/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type QueryOptimizer,
  type QueryOptimizerOptions,
  createQueryOptimizer,
  tableTag,
  tableTags,
} from '../src/index.ts'
import { sqlite } from '../src/driver/sqlite.ts'

let database: DatabaseSync
let cache: Cache
let db: QueryOptimizer

function open(options: Pick<QueryOptimizerOptions, 'ttl' | 'dependsOn' | 'schemaCheck'>): string[] {
  db = createQueryOptimizer({ cache, driver: sqlite(database), ...options })
  const faults: string[] = []
  db.on('fault', ({ error }) => faults.push(error.message))
  return faults
}

const ttlOf = async (sql: string): Promise<number> => (await db.executeWithStats(sql)).stats.ttlMs
const sourceOf = async (sql: string): Promise<string> => (await db.executeWithStats(sql)).stats.source

beforeEach(() => {
  database = new DatabaseSync(':memory:')
  database.exec(`
    create table Tickets (id integer primary key, status text);
    create table Totals (n int);
    create view Open as select * from Tickets where status = 'open'`)
  cache = createCache({ name: 'shop', tiers: [memory({ maxEntries: 100 })] })
})

afterEach(async () => {
  await db.close()
  await cache.close()
  database.close()
})

test.each(['tickets', 'Tickets', 'main.tickets', '"Tickets"'])('a ttl for `%s` is that of the table', async (name) => {
  const faults = open({ ttl: { [name]: '7s' } })
  expect(await ttlOf('select * from Tickets')).toBe(7_000)
  expect(await ttlOf('select * from Totals')).toBe(180_000)
  expect(faults).toEqual([])
})

test('a result of a view is kept no longer than those of the tables that it reads', async () => {
  open({ ttl: { tickets: '7s', open: '9s' } })
  expect(await ttlOf('select * from Open')).toBe(7_000)
})

test('`dependsOn` may name schemas', async () => {
  const faults = open({ dependsOn: { 'main.Totals': ['main.tickets'] } })
  await sourceOf('select * from totals')
  await db.query("insert into tickets values (7, 'open')")
  expect(await sourceOf('select * from totals')).toBe('database')
  await sourceOf('select * from totals')
  await db.invalidateTables(['tickets'])
  expect(await sourceOf('select * from totals')).toBe('database')
  expect(faults).toEqual([])
})

test('tags by a name with a schema are also those of the table in the usual one', async () => {
  open({})
  for (const name of ['tickets', 'main.tickets', 'Main."Tickets"']) {
    await sourceOf('select * from tickets where id = 7')
    await cache.invalidateTags(tableTags(name))
    expect([name, await sourceOf('select * from tickets where id = 7')]).toEqual([name, 'database'])
  }
  expect(() => tableTag('')).toThrow('`table` must be a string that is not empty')
})

test('what depends on a view changes with the tables that the view reads', async () => {
  open({ dependsOn: { totals: ['open'] } })
  await sourceOf('select * from totals')
  await db.query("insert into tickets values (7, 'open')")
  expect(await sourceOf('select * from totals')).toBe('database')
})

test('a name of no table is a fault, once, that says which one may be meant', async () => {
  const faults = open({ ttl: { tikcets: '1m' }, dependsOn: { totals: ['ticket', 'nobody knows'] } })
  await db.query('select * from tickets')
  await db.query('select * from totals')
  expect(faults).toEqual([
    expect.stringMatching(/^`ttl` .*'tikcets'\. Did you mean `tickets`\?/),
    expect.stringMatching(/^`dependsOn` .*'ticket'\. Did you mean `tickets`\?/),
    expect.stringMatching(/^`dependsOn` .*'nobody knows'\. It has no effect until there is such a table\.$/),
  ])
})

test('a table that is made later is found then', async () => {
  const faults = open({ ttl: { 'main.later': '7s' } })
  await db.query('select * from tickets')
  expect(faults).toHaveLength(1)
  await db.query('create table Later (id int)')
  expect(await ttlOf('select * from later')).toBe(7_000)
})
