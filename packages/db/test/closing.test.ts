/** Closing while statements are under way: what they write is invalidated in other processes. */
import { DatabaseSync } from 'node:sqlite'
import { type Cache, createCache, memory } from '@hotpath/core'
import { createMemoryLog, shared } from '@hotpath/core/shared'
import { type FakeClock, createFakeClock, createSharedLog, deferred, flush } from '@hotpath/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sqlite } from '../src/driver/sqlite.ts'
import { type DatabaseDriver, type QueryOptimizer, createQueryOptimizer } from '../src/index.ts'

const NAME = 'select name from users where id = 1'
const WRITE = "update users set name = 'Bea' where id = 1"

let database: DatabaseSync
let clock: FakeClock
/** Called before a statement is run. */
let beforeRun: (sql: string) => Promise<unknown>
let one: { readonly cache: Cache; readonly db: QueryOptimizer }
let other: typeof one

/** A driver that may be held up. */
function driver(): DatabaseDriver {
  const inner = sqlite(database)
  return {
    ...inner,
    async acquire() {
      const connection = await inner.acquire()
      const run: typeof connection.run = async (sql, params) => {
        await beforeRun(sql)
        return connection.run(sql, params)
      }
      return Object.create(connection, { run: { value: run } }) as typeof connection
    },
  }
}

beforeEach(async () => {
  database = new DatabaseSync(':memory:')
  database.exec("create table users (id integer primary key, name text); insert into users values (1, 'Ann')")
  clock = createFakeClock()
  beforeRun = async () => {}
  const log = createSharedLog(createMemoryLog)
  const open = (): typeof one => {
    const tiers = [memory({ maxEntries: 100 })]
    const cache = createCache({ name: 'shop', tiers, shared, log: () => log.connect(), clock })
    return { cache, db: createQueryOptimizer({ cache, driver: driver(), clock, leakAfter: false }) }
  }
  one = open()
  other = open()
  await Promise.all([one.cache.ready(), other.cache.ready()])
  await other.db.query(NAME)
  await one.db.query(NAME)
})

afterEach(async () => {
  for (const { db, cache } of [one, other]) {
    await db.close()
    await cache.close()
  }
  database.close()
})

/** Holds up a statement. */
function hold(sql: string): { readonly begun: Promise<unknown>; readonly goOn: () => void } {
  const [begun, going] = [deferred(), deferred()]
  beforeRun = async (one) => {
    if (one !== sql) return
    begun.resolve()
    await going.promise
  }
  return { begun: begun.promise, goOn: () => going.resolve() }
}

const seenByOther = async (): Promise<unknown> => (await other.db.query(NAME))[0]?.['name']

describe.each([
  ['a write', WRITE, () => one.db.query(WRITE)],
  ['a commit', 'commit', () => one.db.transaction((tx) => tx.query(WRITE))],
])('%s under way', (_name, sql, write) => {
  test.each(['db', 'cache'] as const)(
    'P17: is waited for when the %s closes, and other processes see it',
    async (part) => {
      const { begun, goOn } = hold(sql)
      const written = write()
      await begun
      let isClosed = false
      const closed = one[part].close().then(() => (isClosed = true))
      await flush()
      expect(isClosed).toBe(false)
      goOn()
      await written
      await closed
      expect(await seenByOther()).toBe('Bea')
    },
  )

  test('is not waited for without end', async () => {
    const { begun, goOn } = hold(sql)
    const written = write()
    await begun
    let isClosed = false
    const closed = one.db.close().then(() => (isClosed = true))
    await clock.advanceAsync(4_900)
    expect(isClosed).toBe(false)
    await clock.advanceAsync(200)
    await closed
    goOn()
    await written
    expect(await seenByOther()).toBe('Bea')
  })
})

test('P17: a write that waits for the schema to be read is waited for, too', async () => {
  const fresh = createQueryOptimizer({ cache: one.cache, driver: driver(), clock, leakAfter: false, name: 'fresh' })
  let isWritten = false
  const written = fresh.query(WRITE).then(() => (isWritten = true))
  await fresh.close()
  expect(isWritten).toBe(true)
  await written
})

test('a transaction whose cache closes before it commits is undone', async () => {
  const { begun, goOn } = hold(WRITE)
  const written = one.db.transaction((tx) => tx.query(WRITE))
  await begun
  await one.cache.close()
  goOn()
  await expect(written).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' })
  expect(await seenByOther()).toBe('Ann')
})

test('a write that ends after the cache gave up waiting is invalidated all the same, or fails saying that it was not', async () => {
  const { begun, goOn } = hold(WRITE)
  const written = one.db.query(WRITE)
  await begun
  const closed = one.cache.close()
  await clock.advanceAsync(6_000)
  await closed
  goOn()
  const outcome = await written.then(
    () => 'written',
    (error: { code: string }) => error.code,
  )
  expect(['written', 'ERR_DB_NOT_INVALIDATED']).toContain(outcome)
  if (outcome === 'written') expect(await seenByOther()).toBe('Bea')
})

test('a call that comes after `close` is refused, and nothing is run', async () => {
  await one.db.close()
  await one.db.close()
  const closed = { code: 'ERR_DB_CLOSED', name: 'ClosedError' }
  await expect(one.db.query(WRITE)).rejects.toMatchObject(closed)
  await expect(one.db.query(NAME)).rejects.toMatchObject(closed)
  await expect(one.db.transaction((tx) => tx.query(WRITE))).rejects.toMatchObject(closed)
  await expect(one.db.explain(NAME)).rejects.toMatchObject(closed)
  await expect(one.db.invalidateTables(['users'])).rejects.toMatchObject(closed)
  expect(database.prepare(NAME).get()).toMatchObject({ name: 'Ann' })
  expect(one.db.stats().lent).toBe(0)
})
