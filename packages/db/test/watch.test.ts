/** Statistics, events, and what waits. Time is a fake clock. */
import { DatabaseSync } from 'node:sqlite'
import { createCache, memory } from '@hotpath/core'
import { type FakeClock, createFakeClock, deferred, flush } from '@hotpath/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type DatabaseDriver,
  type QueryEvent,
  type QueryOptimizer,
  type QueryOptimizerOptions,
  createQueryOptimizer,
} from '../src/index.ts'
import { sqlite } from '../src/driver/sqlite.ts'

let clock: FakeClock
let driver: DatabaseDriver
let tookMs: number

beforeEach(() => {
  const database = new DatabaseSync(':memory:')
  database.exec(
    "create table users (id integer primary key, name text); insert into users values (1, 'Ann'), (2, 'Ben')",
  )
  clock = createFakeClock()
  tookMs = 0
  const inner = sqlite(database)
  // A database that takes its time.
  driver = {
    ...inner,
    async acquire() {
      const connection = await inner.acquire()
      const run: typeof connection.run = async (...args) => {
        clock.advance(tookMs)
        return connection.run(...args)
      }
      return Object.create(connection, { run: { value: run } }) as typeof connection
    },
  }
})

function open(options: Partial<QueryOptimizerOptions> = {}): QueryOptimizer {
  const cache = createCache({ name: 'watched', tiers: [memory({ maxEntries: 100 })], clock })
  return createQueryOptimizer({ cache, driver, clock, schemaCheck: '24h', ...options })
}

describe('how long a result is kept', () => {
  test('depends on the statement, its cost and its tables, and stands in the stats', async () => {
    const db = open({ ttl: { audit: '7s' } })
    await db.query('create table audit (id integer primary key)')
    const reasonOf = async (sql: string, options = {}): Promise<unknown> => {
      const { ttlMs, reason } = (await db.executeWithStats(sql, [], options)).stats
      return [ttlMs, reason]
    }
    expect(await reasonOf('select * from users')).toEqual([180_000, 'default'])
    expect(await reasonOf('select count(*) from users')).toEqual([300_000, 'analytics'])
    expect(await reasonOf('select row_number() over (order by id) as n from users')).toEqual([300_000, 'analytics'])
    expect(await reasonOf('select id from users', { ttl: '2m' })).toEqual([120_000, 'option'])
    expect(await reasonOf('select * from audit')).toEqual([7_000, 'table'])
    expect(await reasonOf('select name from users', { ttl: 0 })).toEqual([0, 'option'])
    tookMs = 150
    expect(await reasonOf('select max(id) from users')).toEqual([900_000, 'slow'])
    tookMs = 0
    // A hit says why it was kept.
    expect(await reasonOf('select max(id) from users')).toEqual([900_000, 'slow'])
    clock.advance(11 * 60_000)
    expect(await reasonOf('select id, name from users')).toEqual([3_600_000, 'static'])
    await db.query("update users set name = 'x' where id = 1")
    expect(await reasonOf('select name, id from users')).toEqual([180_000, 'default'])
  })
})

describe('events', () => {
  test('show the shape of slow statements and never a value', async () => {
    const db = open({ slowQuery: '50ms' })
    const events: QueryEvent[] = []
    db.on('*', (event) => events.push(event))
    await db.query('select * from users')
    tookMs = 60
    await db.query("select name from users where name = 'secret' and id = ?", [4_711])
    await db.query("update users set name = 'secret' where id = ?", [4_711])
    expect(events.filter(({ type }) => type === 'slow-query')).toMatchObject([
      { fingerprint: 'select name from users where name = ? and id = ?', durationMs: 60, tables: ['users'] },
      { fingerprint: 'update users set name = ? where id = ?', durationMs: 60 },
    ])
    expect(JSON.stringify([events, db.stats()])).not.toMatch(/secret|4711/)
    expect(db.stats().slow).toBe(2)
  })

  test('of a listener that throws harm nobody', async () => {
    const db = open()
    const faults: string[] = []
    db.on('query', () => {
      throw new Error('mine')
    })
    db.on('fault', ({ error }) => faults.push(error.code))
    expect(await db.query('select * from users')).toHaveLength(2)
    await db.transaction((tx) => tx.query('delete from users'), {
      onCommit: () => {
        throw new Error('mine')
      },
    })
    expect(faults).toEqual(['ERR_LISTENER_THREW', 'ERR_LISTENER_THREW'])
  })

  test('report a transaction that stays open, with where it was begun', async () => {
    const db = open({ leakAfter: '10s' })
    const leaks: QueryEvent[] = []
    db.on('leak', (event) => leaks.push(event))
    const gate = deferred()
    const whoForgets = (): Promise<void> => db.transaction(() => gate.promise)
    const running = whoForgets()
    await flush()
    clock.advance(10_000)
    expect(leaks).toMatchObject([{ heldMs: 10_000 }])
    expect((leaks[0] as { readonly stack: string }).stack).toContain('watch.test.ts')
    expect(db.stats()).toMatchObject({ openTransactions: 1, lent: 1 })
    gate.resolve()
    await running
    expect(db.stats()).toMatchObject({ openTransactions: 0, lent: 0 })
  })
})

describe('statistics', () => {
  test('say what was served by the cache, what took time, and what that saved', async () => {
    const db = open()
    await db.query('select * from users')
    tookMs = 20
    for (let id = 1; id <= 3; id++)
      for (let round = 0; round < 4; round++) await db.query('select name from users where id = ?', [id])
    await db.query('delete from users')
    const { reads, hits, writes, fingerprints, waits, pool } = db.stats()
    expect({ reads, hits, writes }).toEqual({ reads: 13, hits: 9, writes: 1 })
    const shape = fingerprints.find(({ fingerprint }) => fingerprint === 'select name from users where id = ?')
    expect(shape).toMatchObject({ count: 12, hits: 9, hitRate: 0.75, rows: 8 })
    expect(shape?.savedMs).toBeCloseTo(180, 0)
    expect(shape?.database.p50).toBeGreaterThan(15)
    expect(waits.count).toBeGreaterThan(0)
    expect(pool).toEqual({ active: 0, idle: 1, waiting: 0 })
  })

  test('keep so many shapes and no more', async () => {
    const db = open({ maxFingerprints: 5 })
    for (let at = 0; at < 20; at++) await db.query(`select ${'id, '.repeat(at)} name from users`)
    expect(db.stats().fingerprints).toHaveLength(5)
  })
})

describe('a connection that is not free', () => {
  test('is waited for, and for no longer than allowed', async () => {
    const db = open({ acquireTimeout: '2s', leakAfter: false })
    await db.query('select 1 from users')
    const gate = deferred()
    const holding = db.transaction(() => gate.promise)
    await flush()
    const waiting = db.query('select id from users').catch((error: unknown) => error)
    await flush()
    expect(db.stats()).toMatchObject({ waiting: 1, pool: { active: 1, waiting: 1 } })
    clock.advance(2_000)
    expect(await waiting).toMatchObject({ code: 'ERR_DB_POOL_TIMEOUT', message: expect.stringContaining('2000 ms') })
    gate.resolve()
    await holding
    // What came too late was given back.
    expect(await db.query('select id from users')).toHaveLength(2)
    expect(db.stats()).toMatchObject({ waiting: 0, lent: 0 })
  })

  test('is said to be that of a transaction, where a call of `db` within its function waits for it', async () => {
    const db = open({ leakAfter: false })
    await db.query('select 1 from users')
    const refused = db.transaction(() => db.query('select id from users'))
    await flush()
    clock.advance(5_000)
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_DB_POOL_TIMEOUT',
      message: expect.stringMatching(/1 of them to transactions\..* use `tx` there/),
      context: { openTransactions: 1 },
    })
    // Others that wait are not told of transactions where there are none.
    const held = await driver.acquire()
    const waiting = db.query('select id from users')
    await flush()
    clock.advance(5_000)
    await expect(waiting).rejects.toThrow(/0 of them to transactions\..* Raise the pool/)
    held.release()
  })
})

test('a table that cannot be looked for is invalidated by its name, as nobody knows whether there is one', async () => {
  let isAway = false
  const inner = driver
  const db = createQueryOptimizer({
    cache: createCache({ name: 'test', tiers: [memory({ maxEntries: 10 })] }),
    driver: { ...inner, acquire: () => (isAway ? Promise.reject(new Error('away')) : inner.acquire()) },
    clock,
  })
  await db.query('select id from users')
  const faults: string[] = []
  db.on('fault', ({ error }) => faults.push(error.code))
  isAway = true
  expect(typeof (await db.invalidateTables(['since']))).toBe('string')
  expect(faults).toEqual(['ERR_DB_SCHEMA'])
  isAway = false
  await expect(db.invalidateTables(['since'])).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
})
