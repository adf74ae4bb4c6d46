/** What each session of PostgreSQL has of its own: tenants, roles, schemas, time zones, temporary tables, transactions. */
import { createCache, memory } from '@hotpath/core'
import { describe, expect, test } from 'vitest'
import { type QueryOptimizer, type QueryOptions, createQueryOptimizer } from '../../src/index.ts'
import { pg } from '../../src/driver/pg.ts'
import { useEngine } from '../engines/engine.ts'
import { type PostgresEngine, clearPostgres, startPostgresEngine } from '../engines/postgres.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)
const engineOf = (): PostgresEngine => bench().engine

describe('tenants', () => {
  const TENANTS: readonly string[] = [
    'drop role if exists tenants',
    'create role tenants login',
    'create table orders (id integer primary key, tenant text, what text)',
    "insert into orders select n, 'tenant ' || n % 3, 'order ' || n from generate_series(1, 30) n",
    'alter table orders enable row level security',
    "create policy own on orders using (tenant = current_setting('app.tenant', true)) with check (tenant = current_setting('app.tenant', true))",
    'grant all on orders to tenants',
    'grant usage on schema public to tenants',
  ]
  const session = (tenant: string) => ({ key: tenant, settings: { 'app.tenant': tenant } })

  async function openTenants(): Promise<{ readonly db: QueryOptimizer; end(): Promise<void> }> {
    await engineOf().exec(...TENANTS)
    const pool = engineOf().connect({ user: 'tenants', max: 3 })
    const cache = createCache({ name: 'tenants', tiers: [memory({ maxEntries: 1_000 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool) })
    return {
      db,
      async end() {
        await cache.close()
        await pool.end()
        await engineOf().exec('drop table orders', 'drop owned by tenants', 'drop role tenants')
      },
    }
  }

  test('never see the rows of others, whatever fails in between', async () => {
    const { db, end } = await openTenants()
    const wrong: unknown[] = []
    const of = (round: number): string => `tenant ${round % 3}`
    const read = async (round: number): Promise<void> => {
      const own = { session: session(of(round)) }
      const rows = await db.query<{ tenant: string }>('select tenant, id from orders order by id', [], own)
      if (rows.length < 9 || rows.some(({ tenant }) => tenant !== of(round))) wrong.push(rows)
    }
    const disturb = async (round: number): Promise<void> => {
      const own = { session: session(of(round)) }
      await db.query('select 1 / 0 from orders', [], own).catch(() => {})
      await db.query("insert into orders values (1, 'tenant 9', 'x')", [], own).catch(() => {})
      await db.query('update orders set what = $1 where id = $2', [`round ${round}`, round % 30], own)
      await db
        .transaction(async (tx) => {
          await tx.query('select count(*) from orders')
          if (round % 2 === 0) throw new Error('undo')
        }, own)
        .catch(() => {})
    }
    for (let round = 0; round < 40; round += 4) {
      await Promise.all([0, 1, 2, 3].flatMap((more) => [read(round + more), disturb(round + more), read(round + more)]))
    }
    expect(wrong).toEqual([])
    // Without a session a connection has nobody's settings, and nothing is kept.
    for (let round = 0; round < 6; round++) {
      expect(await db.executeWithStats('select * from orders')).toMatchObject({
        rows: [],
        stats: { source: 'database', reason: 'row-security' },
      })
    }
    const again = await db.executeWithStats('select id from orders', [], { session: session('tenant 1') })
    expect(
      (await db.executeWithStats('select id from orders', [], { session: session('tenant 1') })).stats.source,
    ).toBe('memory')
    expect(again.rows).toHaveLength(10)
    await end()
  })

  test('in a transaction have the session of the transaction, and no other one', async () => {
    const { db, end } = await openTenants()
    await db.query('select id from orders order by id', [], { session: session('tenant 1') })
    const inTransaction = (options?: QueryOptions): Promise<{ id: number }[]> =>
      db.transaction((tx) => tx.query<{ id: number }>('select id from orders order by id', [], options), {
        session: session('tenant 2'),
      })
    expect((await inTransaction())[0]).toEqual({ id: 2 })
    expect((await inTransaction({ session: session('tenant 2') }))[0]).toEqual({ id: 2 })
    const refused = inTransaction({ session: session('tenant 1') })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
    await end()
  })
})

test.each([{ Standard_Conforming_Strings: 'off' }, { client_encoding: 'SJIS' }])(
  'a session with other strings than those of the optimizer is refused, before anything is run: %o',
  async (settings: Readonly<Record<string, string>>) => {
    const { db, source } = bench()
    const sql = 'select status from tickets where id = 7'
    await db.query(sql)
    // Without conforming strings it is row 7 that is written.
    const write = String.raw`update tickets set status = 'x\' where id = 8 --' where id = 7`
    const options = { session: { key: 'a', settings } }
    await expect(db.query(write, [], options)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    await expect(db.query(sql, [], options)).rejects.toThrow(/session\.settings/)
    await expect(db.transaction(() => {}, options)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
    expect(await source(sql)).toBe('memory')
    expect(await engineOf().direct('select status from tickets order by id')).toEqual([
      { status: 'open' },
      { status: 'open' },
    ])
    const usual = { standard_conforming_strings: 'on', client_encoding: 'UTF8' }
    expect(await db.query(sql, [], { session: { key: 'a', settings: usual } })).toEqual([{ status: 'open' }])
  },
)

describe('a connection that others use as well', () => {
  test('with another schema is noticed, for reads and writes', async () => {
    const pool = engineOf().connect({ max: 4 })
    const db = createQueryOptimizer({ cache: bench().cache, driver: pg(pool), name: 'shared-pool' })
    await engineOf().exec(
      'create schema if not exists other',
      'create table other.users (id integer primary key, name text)',
      "insert into other.users values (1, 'Other')",
    )
    await db.query('select name from users where id = 1')
    const clients = await Promise.all([1, 2, 3, 4].map(() => pool.connect()))
    await Promise.all(clients.map((client) => client.query('set search_path = other')))
    for (const client of clients) client.release()
    // What is kept stays right: it is that of `public`.
    const seen = new Set<string>()
    for (let round = 0; round < 3; round++) {
      const { rows, stats } = await db.executeWithStats<{ name: string }>('select name from users where id = 1')
      seen.add(`${stats.source} ${rows[0]?.name}`)
    }
    expect([...seen].filter((one) => one !== 'memory Ann')).toEqual([])
    await db.query('select count(*) from other.users')
    await db.query("update users set name = 'changed' where id = 1")
    expect((await db.executeWithStats('select count(*) from other.users')).stats.source).toBe('database')
    await pool.end()
    await engineOf().exec('drop schema other cascade')
  })

  test('with an open transaction keeps nothing and takes no writes', async () => {
    const pool = engineOf().connect({ max: 1 })
    const { cache } = bench()
    const db = createQueryOptimizer({ cache, driver: pg(pool), name: 'left-open' })
    await db.query('select 1 from users')
    await pool.query('begin')
    await pool.query("update users set name = 'uncommitted' where id = 1")
    expect((await db.executeWithStats('select name from users where id = 1')).stats.reason).toBe('settings')
    await expect(db.query("insert into audit values (1, 'x')")).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
    await expect(db.transaction(() => {})).rejects.toMatchObject({ code: 'ERR_DB_TRANSACTION' })
    await pool.query('rollback')
    expect(await db.query('select name from users where id = 1')).toEqual([{ name: 'Ann' }])
    expect((await db.executeWithStats('select name from users where id = 1')).stats.source).toBe('memory')
  })

  test('with a setting of another time zone has keys of its own', async () => {
    const { cache } = bench()
    const rows = async (options: string): Promise<unknown> => {
      const pool = engineOf().connect({ max: 1, options })
      const db = createQueryOptimizer({ cache, driver: pg(pool) })
      const sql = "select '2024-01-01 00:00+00'::timestamptz::text as at, id from users where id = 1"
      return [await db.query(sql), (await db.executeWithStats(sql)).rows]
    }
    expect(await rows('-c TimeZone=UTC')).toEqual([0, 1].map(() => [{ at: '2024-01-01 00:00:00+00', id: 1 }]))
    expect(await rows('-c TimeZone=Asia/Tokyo')).toEqual([0, 1].map(() => [{ at: '2024-01-01 09:00:00+09', id: 1 }]))
  })
})

describe('statements that change their session', () => {
  test.each([
    ['set search_path = pg_catalog', 'set_config'],
    ["select set_config('search_path', 'pg_catalog', false)", 'set'],
    ['create temporary table users (id integer, name text)', 'temporary'],
    ["begin; update users set name = 'open' where id = 1", 'several'],
  ])('%s: what comes next is right', async (sql) => {
    const pool = engineOf().connect({ max: 1 })
    const cache = createCache({ name: 'changing', tiers: [memory({ maxEntries: 100 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool) })
    await db.query('select name from users where id = 1')
    // What is left open is rolled back, and said.
    if (sql.startsWith('begin')) await expect(db.query(sql)).rejects.toThrow(/left a transaction open/)
    else await db.query(sql)
    for (let round = 0; round < 3; round++) {
      const { rows, stats } = await db
        .executeWithStats<{ name: string }>('select name from users where id = 1 and id > $1', [-round])
        .catch((error: Error) => ({ rows: [], stats: { source: error.message } }))
      if (stats.source === 'memory') expect(rows).toEqual([{ name: 'Ann' }])
    }
    const { rows } = await bench().db.executeWithStats('select name from users where id = 1')
    expect(rows).toEqual([{ name: 'Ann' }])
    await cache.close()
    await pool.end()
  })

  test('a temporary table ends with its connection, so that others are served by the cache again', async () => {
    const { db, source } = bench()
    await db.query('create temporary table users (id integer, name text)')
    await source('select name from users')
    expect(await source('select name from users')).toBe('memory')
    expect(await db.query('select name from users')).toHaveLength(2)
  })
})

test('a parameter that PostgreSQL takes for the time of the call is kept nowhere', async () => {
  const { db } = bench()
  for (const value of ['now', 'Today 12:00']) {
    const sql = "select id from users where $1::timestamp > timestamp '2024-01-01'"
    for (let round = 0; round < 2; round++)
      expect((await db.executeWithStats(sql, [value])).stats).toMatchObject({ source: 'database', reason: 'parameter' })
    const list = 'select id from users where now() > any($1::timestamp[])'.replace('now()', "timestamp '2024-01-01'")
    expect((await db.executeWithStats(list, [[value]])).stats.reason).toBe('parameter')
  }
})

test('parsers of the user hold for hits and misses', async () => {
  const types = { getTypeParser: () => (value: string) => `parsed ${value}` }
  const pool = engineOf().connect({ max: 1, types })
  const db = createQueryOptimizer({ cache: bench().cache, driver: pg(pool), name: 'parsers' })
  for (let round = 0; round < 2; round++) {
    expect(await db.query('select id, name from users where id = 1')).toEqual([{ id: 'parsed 1', name: 'parsed Ann' }])
  }
})

describe('a pool of one connection', () => {
  async function withOne(
    run: (db: QueryOptimizer, pool: ReturnType<PostgresEngine['connect']>) => Promise<void>,
  ): Promise<void> {
    const pool = engineOf().connect({ max: 1 })
    const cache = createCache({ name: 'one', tiers: [memory({ maxEntries: 1_000 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool), acquireTimeout: 200 })
    try {
      await run(db, pool)
    } finally {
      await db.close()
      await cache.close()
      await pool.end()
    }
  }

  test('that came too late is looked at by the next caller, as others had it before', async () => {
    await engineOf().exec('create schema elsewhere', 'create table elsewhere.users (id integer, name text)')
    const name = 'select name from users where id = 1'
    await withOne(async (db, pool) => {
      expect(await db.query(name)).toEqual([{ name: 'Ann' }])
      await db.query("update users set name = 'Bea' where id = 1")
      const other = await pool.connect()
      await other.query('set search_path to elsewhere')
      await expect(db.query(name)).rejects.toMatchObject({ code: 'ERR_DB_POOL_TIMEOUT' })
      other.release()
      const { rows, stats } = await db.executeWithStats(name)
      expect([rows, stats.reason]).toEqual([[], 'settings'])
      await pool.query('reset search_path')
      expect(await db.query(name)).toEqual([{ name: 'Bea' }])
    })
    await engineOf().exec('drop schema elsewhere cascade')
  })

  test('is out of the transaction that a string began before an error in it, when the next caller has it', async () => {
    await withOne(async (db) => {
      const failing = "begin; insert into audit select n, 'lost' from generate_series(1, 2000) n; select 1 / 0"
      for (let round = 0; round < 30; round++) {
        const failed = expect(db.query(failing)).rejects.toMatchObject({ code: '22012' })
        const next = db.query('select id from audit', [], { cache: false })
        await failed
        expect(await next).toEqual([])
      }
    })
  })
})
