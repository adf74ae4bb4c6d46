/** What each session of MariaDB has of its own, and transactions that end by themselves. */
import { createCache, memory } from '@hotpath/core'
import { describe, expect, test } from 'vitest'
import { type QueryOptimizer, type QueryResult, createQueryOptimizer } from '../../src/index.ts'
import { mysql } from '../../src/driver/mysql.ts'
import { useEngine } from '../engines/engine.ts'
import { type MariadbEngine, clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'

const bench = useEngine(startMariadbEngine, clearMariadb)
const engineOf = (): MariadbEngine => bench().engine
const NAME = 'select name from users where id = 1'

function openOne(
  name: string,
  options: object = {},
): { readonly db: QueryOptimizer; readonly pool: ReturnType<MariadbEngine['connect']> } {
  const pool = engineOf().connect({ connectionLimit: 1, ...options })
  return { pool, db: createQueryOptimizer({ cache: bench().cache, driver: mysql(pool), name }) }
}

describe('a connection that others use as well', () => {
  test('with an open transaction keeps nothing and takes no writes', async () => {
    const { db, pool } = openOne('left-open')
    await db.query('select id from users')
    await pool.query('begin')
    await pool.query("update users set name = 'uncommitted' where id = 1")
    expect(await db.executeWithStats(NAME)).toMatchObject({
      rows: [{ name: 'uncommitted' }],
      stats: { reason: 'settings' },
    })
    await expect(db.query("insert into audit values (1, 'x')")).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
    await pool.query('rollback')
    expect(await db.query(NAME)).toMatchObject([{ name: 'Ann' }])
    expect((await db.executeWithStats(NAME)).stats.source).toBe('memory')
  })

  test('with a temporary table, another database or without autocommit keeps nothing', async () => {
    for (const change of [
      'create temporary table users (id integer, name varchar(10))',
      'set autocommit = 0',
      'use information_schema',
      "set sql_mode = 'ANSI_QUOTES'",
    ]) {
      const { db, pool } = openOne(`changed by ${change.slice(0, 10)}`)
      await db.query('select id from users')
      await pool.query(change)
      const { stats } = await db
        .executeWithStats('select count(*) as n from app.users u where u.id > 0')
        .catch(() => ({ stats: { reason: 'settings' } }))
      expect(stats.reason, change).toBe('settings')
      await pool.end()
    }
  })
})

describe('a session that reads what is not committed', () => {
  test('keeps nothing, so that what is rolled back is never served', async () => {
    const { db, pool } = openOne('dirty')
    await db.query('select id from users')
    await pool.query('set session transaction isolation level read uncommitted')
    const other = await engineOf().connect({ connectionLimit: 1 }).getConnection()
    await other.query('begin')
    await other.query("update users set name = 'dirty' where id = 1")
    expect(await db.executeWithStats(NAME)).toMatchObject({ rows: [{ name: 'dirty' }], stats: { reason: 'settings' } })
    await other.query('rollback')
    other.release()
    expect(await db.query(NAME)).toMatchObject([{ name: 'Ann' }])
  })
})

describe('a key that the server makes fit', () => {
  test('is another one than that of the statement', async () => {
    const { db } = bench()
    await db.query('create table small (id tinyint primary key, what varchar(9))')
    const at = (id: number): Promise<unknown> => db.query('select what from small where id = ?', [id])
    expect(await at(127)).toEqual([])
    await db.query("insert ignore into small (id, what) values (300, 'fits')")
    expect(await at(127)).toMatchObject([{ what: 'fits' }])
    expect(await at(-128)).toEqual([])
    await db.query("insert ignore into small (id, what) values (-300, 'fits')")
    expect(await at(-128)).toMatchObject([{ what: 'fits' }])
    // One that fits leaves results of other rows alone.
    await at(127)
    await db.query("insert into small (id, what) values (5, 'five')")
    expect((await db.executeWithStats('select what from small where id = ?', [127])).stats.source).toBe('memory')
  })
})

describe('a user who is not shown triggers', () => {
  test('writes what they change all the same', async () => {
    await engineOf().exec(
      "create or replace user clerk@'%'",
      "grant select, insert, update, delete, show view on app.* to clerk@'%'",
      "create trigger noted after update on tickets for each row insert into audit values (new.id, 'by trigger')",
    )
    const { db } = openOne('clerk', { user: 'clerk' })
    const view = (): Promise<QueryResult> => db.executeWithStats('select * from open_tickets')
    expect([(await view()).stats.source, (await view()).stats.source]).toEqual(['database', 'memory'])
    expect(await db.query('select * from audit')).toEqual([])
    await db.query("update tickets set status = 'done' where id = 7")
    expect(await db.query('select * from audit')).toMatchObject([{ id: 7, what: 'by trigger' }])
    await engineOf().exec("grant trigger on app.* to clerk@'%'")
    const seeing = openOne('clerk', { user: 'clerk' }).db
    expect((await seeing.explain("update tickets set status = 'x' where id = 7")).tags).not.toContain('db#any')
    await engineOf().exec("drop user clerk@'%'")
  })
})

describe('a function', () => {
  test('that a trigger or a view calls, and that is not shown to the user, may write and read any table', async () => {
    await engineOf().exec(
      'create or replace database other',
      "create function other.noted(n integer) returns integer modifies sql data begin insert into app.audit values (n, 'by function'); return n; end",
      'create function other.counted() returns integer reads sql data return (select count(*) from app.audit)',
      'create trigger noting after update on tickets for each row set @noted = other.noted(new.id)',
      'create view counts as select id, other.counted() as n from users where id = 1',
      "create or replace user clerk@'%'",
      "grant all privileges on app.* to clerk@'%'",
    )
    const { db } = openOne('clerk', { user: 'clerk' })
    const reads = ['select * from audit', 'select * from counts', 'select upper(name) as n from users']
    for (const sql of reads) await db.query(sql)
    await db.query("update tickets set status = 'done' where id = 7")
    for (const sql of reads) expect(await db.query(sql)).toEqual(await engineOf().direct(sql))
    expect(await db.query('select * from audit')).toHaveLength(1)
    // The trigger may write anything, so this alone says what the view reads.
    await db.query("insert into audit values (9, 'more')")
    for (const sql of reads) expect(await db.query(sql)).toEqual(await engineOf().direct(sql))
    await engineOf().exec("drop user clerk@'%'", 'drop database other')
  })

  test('that writes although it declares that it does not is not believed, nor is what calls it', async () => {
    await engineOf().exec(
      "create function liar(n integer) returns integer deterministic no sql begin insert into audit values (n, 'x'); return n; end",
      'create function caller(n integer) returns integer deterministic no sql return liar(n)',
      "create function honest(s varchar(40)) returns varchar(40) deterministic no sql begin declare r varchar(40); set r = replace(s, 'A', 'B'); return r; end",
    )
    const { db, source } = bench()
    for (const [id, call] of ['liar(1)', 'caller(2)'].entries()) {
      await db.query('select * from audit')
      await db.query(`select ${call}`)
      expect(await db.query('select * from audit')).toHaveLength(id + 1)
    }
    const sql = 'select honest(name) from users'
    expect([await source(sql), await source(sql)]).toEqual(['database', 'memory'])
  })
})

describe('a name as a parameter', () => {
  test('is run and kept nowhere', async () => {
    const { db } = bench()
    for (const name of ['Ann', 'Bea']) {
      expect(await db.query('select name from ?? where id = ?', ['users', 1])).toMatchObject([{ name }])
      await db.query('update ?? set name = ? where id = ?', ['users', name === 'Ann' ? 'Bea' : 'Cem', 1])
    }
    expect(await db.query(NAME)).toMatchObject([{ name: 'Cem' }])
  })
})

describe('a transaction that ends by itself', () => {
  test('at a change of the schema has invalidated what it did, although it is rolled back', async () => {
    const { db } = bench()
    await db.query(NAME)
    const failed = db.transaction(async (tx) => {
      await tx.query("update users set name = 'stays' where id = 1")
      await tx.query('create table more (id integer)')
      throw new Error('too late')
    })
    await expect(failed).rejects.toThrow('too late')
    expect(await db.query(NAME)).toEqual(await engineOf().direct(NAME))
    expect(await db.query(NAME)).toMatchObject([{ name: 'stays' }])
  })

  test('at a deadlock is not committed, and what was committed on the way is invalidated', async () => {
    const { db } = bench()
    for (const sql of [NAME, 'select name from users where id = 2', 'select * from audit']) await db.query(sql)
    let meet: () => void = () => {}
    const met = new Promise<void>((resolve) => {
      meet = resolve
    })
    let waiting = 0
    const both = [1, 2].map((first) =>
      db.transaction(async (tx) => {
        await tx.query(`update users set name = 'by ${first}' where id = ${first}`)
        if (++waiting === 2) meet()
        await met
        await tx.query(`update users set name = 'by ${first}' where id = ${3 - first}`).catch(async () => {
          await tx.query(`insert into audit values (${first}, 'goes on')`)
        })
      }),
    )
    const outcomes = await Promise.allSettled(both)
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'ERR_DB_ROLLED_BACK' },
    })
    for (const sql of ['select name from users order by id', 'select * from audit', NAME]) {
      expect(await db.query(sql)).toEqual(await engineOf().direct(sql))
    }
  })

  test('of a table that ignores rollbacks is invalidated when it is rolled back', async () => {
    const { db } = bench()
    await engineOf().exec('create table kept (id integer primary key) engine = aria')
    await db.query('select count(*) as n from kept')
    await db.invalidateTables(['kept'])
    const { open } = bench()
    const other = open({ name: 'fresh' })
    expect(await other.query('select count(*) as n from kept')).toMatchObject([{ n: 0 }])
    await other
      .transaction(async (tx) => {
        await tx.query('insert into kept values (1)')
        throw new Error('undo')
      })
      .catch(() => {})
    expect(await other.query('select count(*) as n from kept')).toMatchObject([{ n: 1 }])
  })
})

describe('what the parsers of the pool make', () => {
  test('is apart for pools with other ones', async () => {
    const cache = createCache({ name: 'parsers', tiers: [memory({ maxEntries: 100 })] })
    const sql = "select cast('2024-01-02 03:04:05' as datetime) as at, id from users where id = 1"
    const rows: unknown[] = []
    for (const options of [{}, { dateStrings: true }, { timezone: '+05:00' }]) {
      const pool = engineOf().connect({ connectionLimit: 1, ...options })
      const db = createQueryOptimizer({ cache, driver: mysql(pool) })
      const [miss, hit] = [await db.query(sql), await db.query(sql)]
      expect(hit).toEqual(miss)
      expect(hit).toEqual((await pool.query(sql))[0])
      rows.push(hit)
    }
    expect(new Set(rows.map((one) => JSON.stringify(one))).size).toBe(3)
    await cache.close()
  })

  test('of a class of its own is returned and not kept', async () => {
    class Name {
      readonly name: string | null
      constructor(name: string | null) {
        this.name = name
      }
    }
    const typeCast = (field: { readonly type: string; string(): string | null }, next: () => unknown): unknown =>
      field.type === 'VAR_STRING' ? new Name(field.string()) : next()
    const { db } = openOne('classes', { typeCast })
    await db.query('select id from users')
    for (let round = 0; round < 2; round++) {
      const { rows, stats } = await db.executeWithStats(NAME)
      expect(rows[0]?.['name']).toBeInstanceOf(Name)
      expect(stats.reason).toBe('values')
    }
  })

  test('with prepared statements is the same', async () => {
    const pool = engineOf().connect()
    const db = createQueryOptimizer({ cache: bench().cache, driver: mysql(pool, { prepare: true }), name: 'execute' })
    for (let round = 0; round < 3; round++) {
      expect(await db.query('select id, name from users where id = ?', [1])).toMatchObject([{ id: 1, name: 'Ann' }])
    }
    await db.transaction((tx) => tx.query('update users set name = ? where id = ?', ['P', 1]))
    expect(await db.query('select id, name from users where id = ?', [1])).toMatchObject([{ id: 1, name: 'P' }])
  })
})

test('a server that goes away fails statements, and what comes next is right', async () => {
  const { db } = bench()
  await db.query(NAME)
  const broken = db.transaction(async (tx) => {
    await tx.query("update users set name = 'lost' where id = 1")
    await engineOf().server.kill()
    await tx.query('select 1')
  })
  await expect(broken).rejects.toThrow()
  await engineOf().server.restart()
  expect(await db.query(NAME)).toMatchObject([{ name: 'Ann' }])
  await db.query("update users set name = 'back' where id = 1")
  expect(await db.query(NAME)).toMatchObject([{ name: 'back' }])
  // A look at the schema may be under way.
  await expect.poll(() => db.stats(), { timeout: 20_000 }).toMatchObject({ lent: 0, openTransactions: 0 })
}, 60_000)

test('a server that was started anew is another one: a copy may have the same address, name and schema', async () => {
  const { db, open } = bench()
  await db.query(NAME)
  expect((await open().executeWithStats(NAME)).stats.source).toBe('memory')
  await engineOf().server.kill()
  await engineOf().server.restart()
  expect((await open().executeWithStats(NAME)).stats.source).toBe('database')
}, 60_000)
