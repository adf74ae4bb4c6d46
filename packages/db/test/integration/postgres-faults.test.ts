/** Poolers, prepared statements, and servers that go away. */
import { createCache, memory } from '@hotpath/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type QueryOptimizer, createQueryOptimizer } from '../../src/index.ts'
import { pg } from '../../src/driver/pg.ts'
import { useEngine } from '../engines/engine.ts'
import { type Pgbouncer, startPgbouncer } from '../engines/pgbouncer.ts'
import { type PostgresEngine, clearPostgres, startPostgresEngine } from '../engines/postgres.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)
const engineOf = (): PostgresEngine => bench().engine
const PREPARED = "select count(*)::int as n from pg_prepared_statements where name like 'hotpath%'"

describe('prepared statements', () => {
  test('are made at the second run, bounded, and made anew for another schema', async () => {
    const pool = engineOf().connect({ max: 1 })
    const cache = createCache({ name: 'prepared', tiers: [memory({ maxEntries: 100 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool, { maxPrepared: 3 }) })
    const count = async (): Promise<unknown> => (await pool.query(PREPARED)).rows[0]
    await db.query('select * from users where id = $1', [1])
    expect(await count()).toEqual({ n: 0 })
    await db.query('select * from users where id = $1', [2])
    expect(await count()).toEqual({ n: 1 })
    // Past us, so that the statement is prepared for columns that are not there any more.
    await engineOf().exec('alter table users add column more integer default 4')
    expect(await db.query('select * from users where id = $1', [3])).toEqual([])
    expect((await db.executeWithStats('select * from users where id = $1', [1], { refresh: true })).rows).toEqual([
      { id: 1, name: 'Ann', more: 4 },
    ])
    for (let table = 0; table < 6; table++) {
      for (let round = 0; round < 3; round++) await db.query(`select ${table} as t, $1::int as r from users`, [round])
    }
    expect(await count()).toEqual({ n: 3 })
    await cache.close()
  })
})

describe('a statement that is prepared', () => {
  const setUp = async (maxPrepared?: number) => {
    const pool = engineOf().connect({ max: 1 })
    const db = bench().open({ driver: pg(pool, { maxPrepared }), name: 'types' })
    await engineOf().exec('create table typed (id integer primary key, k text)', "insert into typed values (1, '5')")
    for (const run of [0, 1, 2]) {
      await db.query('select id from typed where k = $1', [`${5 + run}`])
      await db.query('select id from typed where k = $1 and id = $2', ['5', run])
    }
    const names = async () =>
      (await pool.query("select name from pg_prepared_statements where name like 'hotpath%' order by 1")).rows.map(
        (row: { readonly name: string }) => row.name,
      )
    return { db, names }
  }

  test('takes the types that the optimizer changes at once, and those of before are given back', async () => {
    const { db, names } = await setUp(2)
    for (const [type, value] of [
      ['integer', 7],
      ['text', 'a'],
      ['boolean', true],
    ] as const) {
      const before = await names()
      expect(before).toHaveLength(2)
      await db.query(
        `alter table typed alter column k type ${type} using ${type === 'boolean' ? 'true' : `id::${type}`}`,
      )
      await db.query('update typed set k = $1 where id = $2', [value, 1])
      for (let run = 0; run < 3; run++) {
        for (const find of ['select id from typed where k = $1', 'select id from typed where k = $1 and id = $2']) {
          const params = find.includes('$2') ? [value, 1] : [value]
          expect(await db.query(find, params, { cache: false })).toEqual([{ id: 1 }])
        }
      }
      const after = await names()
      expect(after).toHaveLength(2)
      expect(before.filter((name) => after.includes(name))).toEqual([])
    }
  })

  test('is run anew where another process changed them', async () => {
    const { db } = await setUp()
    const find = 'select k from typed where id = $1'
    const add = 'insert into typed (id, k) values ($1, $2)'
    for (const id of [2, 3, 4]) {
      await db.query(add, [id, 'x'])
      await db.query(find, [id])
    }
    await engineOf().exec('alter table typed alter column id type bigint')
    await db.query(add, [3_000_000_000, 'y'])
    expect(await db.query(find, [3_000_000_000])).toEqual([{ k: 'y' }])
    await engineOf().exec('alter table typed alter column k type integer using length(k)')
    expect(await db.query('select id from typed where k = $1 and id = 2', [1], { cache: false })).toEqual([{ id: '2' }])
    expect(await db.query('select id from typed where k = $1', [9], { cache: false })).toEqual([])
    await db.query('update typed set k = $1 where id = $2', [8, 2])
  })

  test('is one that reads: values that are written would take the types of before', async () => {
    const pool = engineOf().connect({ max: 1 })
    const db = bench().open({ driver: pg(pool), name: 'written' })
    await engineOf().exec('create table written (id integer primary key, day date, code integer, size real)')
    const add = 'insert into written values ($1, $2, $3, $4)'
    const change = 'update written set day = $2, code = $3, size = $4 where id = $1'
    for (const id of [1, 2, 3]) {
      await db.query(add, [id, '2024-05-06', 1, 1])
      await db.query(change, [id, '2024-05-06', 1, 1])
    }
    await engineOf().exec(
      'alter table written alter day type timestamp, alter code type text, alter size type double precision',
    )
    const values = ['2024-05-06 10:20:30', '007', 1.1]
    await db.query(add, [4, ...values])
    await db.query(change, [1, ...values])
    const { rows } = await pool.query('select day::text, code, size from written where id in (1, 4)')
    const [day, code, size] = values
    expect(rows).toEqual([
      { day, code, size },
      { day, code, size },
    ])
  })

  test('is none of another optimizer on the same connections', async () => {
    const pool = engineOf().connect({ max: 1 })
    const [one, other] = ['one', 'other'].map((name) => bench().open({ driver: pg(pool), name })) as [
      QueryOptimizer,
      QueryOptimizer,
    ]
    await engineOf().exec(
      'create table days (id integer primary key, day date)',
      "insert into days values (1, '2024-05-06')",
    )
    const find = 'select id from days where day = $1'
    const run = async (db: QueryOptimizer, sql: string, param: unknown): Promise<unknown> => {
      for (let round = 0; round < 2; round++) await db.query(sql, [param], { cache: false })
      return db.query(sql, [param], { cache: false })
    }
    await run(other, 'select day from days where id = $1', 1)
    await run(other, find, '2024-05-06')
    await run(one, find, '2024-05-06')
    await one.query('alter table days alter column day type timestamp')
    await one.query("update days set day = '2024-05-06 10:20'")
    expect(await run(one, find, '2024-05-06 10:20')).toEqual([{ id: 1 }])
  })

  test('is not run anew where it calls a procedure, which may have committed', async () => {
    const { db } = await setUp()
    await db.query(`create procedure note(n integer) language plpgsql as $$
      begin insert into audit select coalesce(max(id), 0) + 1 from audit; commit; raise exception 'too large' using errcode = '22003'; end $$`)
    for (let run = 0; run < 3; run++) await expect(db.query('call note($1)', [1])).rejects.toThrow('too large')
    expect(await db.query('select id from audit order by id')).toHaveLength(3)
  })

  test('stays so where it is the value that is wrong', async () => {
    const { db, names } = await setUp()
    const before = await names()
    for (let run = 0; run < 3; run++) {
      await expect(db.query('select id from typed where k = $1 and id = $2', ['x', 'none'])).rejects.toMatchObject({
        code: '22P02',
      })
    }
    await db.query('select id from typed where k = $1 and id = $2', ['x', 1])
    expect(await names()).toEqual(before)
  })
})

describe('behind PgBouncer in transaction mode', () => {
  let bouncer: Pgbouncer
  beforeAll(async () => {
    bouncer = await startPgbouncer(engineOf().server.port)
  })
  afterAll(() => bouncer.stop())

  test('nothing is prepared, and everything works', async () => {
    const pool = engineOf().connect({ port: bouncer.port, max: 8 })
    const cache = createCache({ name: 'bouncer', tiers: [memory({ maxEntries: 100 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool) })
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (n) => {
          expect(await db.query('select id from users where id < $1', [n + round])).toHaveLength(
            Math.min(2, n + round - 1),
          )
          await db.transaction((tx) => tx.query('update tickets set status = $1 where id = $2', [`r${round}`, 6 + n]))
        }),
      )
    }
    expect(await db.query('select status from tickets where id = 7')).toEqual([{ status: 'r19' }])
    expect((await db.executeWithStats('select status from tickets where id = 7')).stats.source).toBe('memory')
    expect((await pool.query(PREPARED)).rows).toEqual([{ n: 0 }])
    await cache.close()
    await pool.end()
  })
})

describe('a statement that the server goes on with although the driver has given up', () => {
  test('invalidates what it changed when it has ended', async () => {
    const { cache } = bench()
    const db = createQueryOptimizer({
      cache,
      driver: pg(engineOf().connect({ max: 2, query_timeout: 3_000 })),
      name: 'late',
    })
    const sql = 'select status from tickets where id = 7'
    await db.query(sql)
    const other = await engineOf().pool.connect()
    await other.query('begin')
    await other.query('select * from tickets where id = 7 for update')
    await expect(db.query("update tickets set status = 'late' where id = 7")).rejects.toThrow(/timeout/)
    expect(await db.query(sql)).toEqual([{ status: 'open' }])
    expect((await db.executeWithStats(sql)).stats.source).toBe('memory')
    await other.query('commit')
    other.release()
    await expect.poll(() => db.query(sql), { timeout: 20_000 }).toEqual([{ status: 'late' }])
    await db.close()
  }, 60_000)
})

/** The first result after a restart: connections that ended with the server may fail before. */
async function afterRestart<Result>(run: () => Promise<Result>): Promise<Result> {
  let result: Result | undefined
  const succeeds = (): Promise<boolean> =>
    run().then(
      (one) => {
        result = one
        return true
      },
      () => false,
    )
  await expect.poll(succeeds, { timeout: 20_000 }).toBe(true)
  return result as Result
}

describe('a server that goes away', () => {
  test('fails statements with the error of the driver, and what comes next is right', async () => {
    const { db } = bench()
    await db.query('select status from tickets where id = 7')
    const slow = expect(db.query('select pg_sleep(20), id from users')).rejects.toThrow()
    const broken = db.transaction(async (tx) => {
      await tx.query("update tickets set status = 'lost' where id = 7")
      await engineOf().server.kill()
      await tx.query('select 1')
    })
    await expect(broken).rejects.toThrow()
    await slow
    await engineOf().server.restart()
    const read = (): Promise<unknown> => db.query('select status from tickets where id = 7', [], { cache: false })
    expect(await afterRestart(read)).toEqual([{ status: 'open' }])
    await afterRestart(() => db.query("update tickets set status = 'back' where id = 7"))
    expect(await db.query('select status from tickets where id = 7')).toEqual([{ status: 'back' }])
    // A look at the schema may be under way.
    await expect.poll(() => db.stats(), { timeout: 20_000 }).toMatchObject({ lent: 0, openTransactions: 0 })
  })

  test('at a write has a write whose outcome is not known, which invalidates', async () => {
    const { db, source, engine } = bench()
    await db.query('select status from tickets where id = 8')
    const sql = "update tickets set status = 'maybe' where id = 8 and pg_sleep(20) is null"
    const write = expect(db.query(sql)).rejects.toThrow()
    const running = "select 1 from pg_stat_activity where query like 'update%maybe%' and state = 'active'"
    await expect.poll(() => engine.direct(running), { timeout: 20_000 }).toHaveLength(1)
    await engineOf().server.kill()
    await write
    await engineOf().server.restart()
    expect(await afterRestart(() => source('select status from tickets where id = 8'))).toBe('database')
  })

  test('a pool that is ended fails with its own error, and hits go on', async () => {
    const pool = engineOf().connect({ max: 1 })
    const cache = createCache({ name: 'ended', tiers: [memory({ maxEntries: 100 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool), schemaCheck: '1h' })
    await db.query('select name from users')
    await pool.end()
    expect((await db.executeWithStats('select name from users')).stats.source).toBe('memory')
    await expect(db.query('select id from users')).rejects.toThrow(/after calling end/)
    await cache.close()
  })
})

test('a server that was started anew is another one: a copy may have the same address, name and schema', async () => {
  const { db, open } = bench()
  const sql = 'select status from tickets where id = 8'
  await db.query(sql)
  expect((await open().executeWithStats(sql)).stats.source).toBe('memory')
  await engineOf().server.kill()
  await engineOf().server.restart()
  const other = open()
  expect((await afterRestart(() => other.executeWithStats(sql))).stats.source).toBe('database')
  await afterRestart(() => engineOf().direct('select 1'))
}, 60_000)
