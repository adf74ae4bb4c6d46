/** What a report finds in PostgreSQL, and what it does where the server refuses. */
import type { Pool } from 'pg'
import { expect, test } from 'vitest'
import { withReport } from '../../src/advice/with-report.ts'
import { pg } from '../../src/driver/pg.ts'
import type { Bench } from '../engines/engine.ts'
import type { PostgresEngine } from '../engines/postgres.ts'
import { reportCases } from './report-cases.ts'
import { COUNT_NOW } from './seeded.ts'

/** A large table by two columns: one tells its rows apart, the other one hardly. */
const ITEMS = [
  "create table items as select n as id, n as code, n % 2 as side, 'item ' || n as name from generate_series(1, 20000) n",
  'analyze items',
]

/** Runs them. */
export function postgresReportCases(bench: () => Bench<PostgresEngine>): void {
  let pool: Pool
  reportCases({
    bench,
    driver(isFaulty) {
      pool = bench().engine.connect({ max: 1, options: `-c work_mem=${isFaulty ? '1MB' : '64MB'}` })
      return pg(pool)
    },
    counted: async () => void (await pool.query(COUNT_NOW)),
    expected: [
      ...['duplicate-index orders', 'foreign-key orders', 'full-scan customers', 'missing-statistics events'],
      ...['sort-on-disk', 'unused-index events', 'wrong-estimate'],
    ],
  })

  test('statistics are advised once for the same columns, in a form that each version takes', async () => {
    const { engine, open } = bench()
    const values = "select n as id, 'city ' || n % 100 as city, n % 100 as zip from generate_series(1, 20000) n"
    await engine.exec(`create table "Places" as ${values}`, 'analyze "Places"')
    const db = withReport(open())
    await db.query('select id from "Places" where city = $1 and zip = $2', ['city 7', 7])
    await db.query('select id from "Places" where zip = $1 and city = $2', [7, 'city 7'])
    const fixes = async (): Promise<readonly string[]> =>
      (await db.report()).advice.filter(({ kind }) => kind === 'wrong-estimate').map(({ fix }) => fix)
    const found = await fixes()
    expect(found).toHaveLength(1)
    await engine.exec(...found)
    expect(await fixes()).toEqual([])
    await db.close()
    await engine.exec('drop table "Places"')
  })

  test.each([false, true])('rows of parallel workers are counted together, with `analyze`: %s', async (analyze) => {
    const { engine, open } = bench()
    const values = 'select n as id, n % 7 = 0 as odd, repeat(md5(n::text), 8) as note from generate_series(1, 60000) n'
    await engine.exec(`create table letters as ${values}`, 'analyze letters')
    const settings = [
      'parallel_setup_cost=0',
      'parallel_tuple_cost=0',
      'min_parallel_table_scan_size=0',
      'work_mem=1MB',
    ]
    const parallel = engine.connect({ options: settings.map((one) => `-c ${one}`).join(' ') })
    const db = withReport(open({ driver: pg(parallel) }), { analyze })
    const sql = 'select * from letters order by note'
    expect(JSON.stringify((await parallel.query(`explain (format json) ${sql}`)).rows)).toContain('"Gather Merge"')
    await db.query(sql)
    const { advice } = await db.report()
    expect(advice.map(({ finding }) => finding)).toEqual(['60,000 rows are sorted on disk.'])
    await db.close()
    await parallel.end()
    await engine.exec('drop table letters')
  })

  test('a plan that may not be seen, or takes too long, is named, and the others are read', async () => {
    const { engine, open } = bench()
    await engine.exec(...ITEMS, 'create table secrets as select 1 as id', 'create table busy as select 1 as id')
    await engine.exec(
      'drop role if exists reader',
      'create role reader login',
      'grant select on all tables in schema public to reader',
    )
    const readers = engine.connect({ user: 'reader', max: 2 })
    const db = withReport(open({ driver: pg(readers) }), { timeout: '300ms' })
    for (const table of ['secrets', 'busy']) await db.query(`select id from ${table} where id = $1`, [1])
    await db.query('select id from items where code = $1', [7])
    await engine.exec('revoke select on secrets from reader')
    const holder = await engine.pool.connect()
    await holder.query('begin; lock table busy in access exclusive mode')
    const { advice, unread } = await db.report()
    await holder.query('rollback')
    holder.release()
    expect(unread.toSorted((one, other) => one.reason.localeCompare(other.reason))).toEqual([
      { fingerprint: 'select id from secrets where id = ?', reason: 'rights', code: '42501' },
      { fingerprint: 'select id from busy where id = ?', reason: 'timeout', code: '57014' },
    ])
    expect(advice.map(({ fix }) => fix)).toEqual(['create index concurrently on items (code)'])
    expect(db.stats()).toMatchObject({ lent: 0, openTransactions: 0 })
    await db.close()
    await readers.end()
    await engine.exec('drop owned by reader', 'drop role reader')
  })

  test('the planner is asked by HypoPG where it is installed and allowed; otherwise its rows decide', async ({
    skip,
  }) => {
    const { engine, open } = bench()
    const [found] = await engine.direct("select 1 from pg_available_extensions where name = 'hypopg'")
    if (found === undefined) skip('HypoPG is not installed: apt-get install postgresql-15-hypopg')
    await engine.exec(...ITEMS, 'create extension hypopg')
    const one = engine.connect({ max: 1 })
    const db = withReport(open({ driver: pg(one) }))
    await db.query('select id from items where code = $1', [7])
    await db.query('select id from items where side = $1', [1])
    const { advice } = await db.report()
    expect(advice).toMatchObject([{ basis: 'hypothetical-index', fix: 'create index concurrently on items (code)' }])
    const left = await one.query('select * from hypopg_list_indexes')
    expect(left.rows).toEqual([])
    expect(await engine.direct("select 1 from pg_indexes where tablename = 'items'")).toEqual([])

    await engine.exec('drop role if exists guest', 'create role guest login', 'grant select on items to guest')
    await engine.exec('revoke execute on all functions in schema public from public')
    const guests = engine.connect({ user: 'guest', max: 1 })
    const asGuest = withReport(open({ driver: pg(guests), name: 'guest' }))
    await asGuest.query('select id from items where code = $1', [7])
    expect((await asGuest.report()).advice).toMatchObject([{ basis: 'plan', kind: 'full-scan' }])
    await asGuest.close()
    await guests.end()
    await engine.exec('drop extension hypopg', 'drop owned by guest', 'drop role guest')
  })

  test('with `analyze` reads are run for their plans, and nothing else', async () => {
    const { engine, open } = bench()
    await engine.exec(
      ...ITEMS,
      'create table calls (n integer)',
      'create function noted() returns integer language sql as $$ insert into calls values (1) returning n $$',
    )
    const db = withReport(open(), { analyze: true })
    // The planner takes a third of the rows for such a condition, and one in 200 for the other one.
    await db.query("select count(*) as n from items where lower(name) like 'item%' and code % 1 = 0")
    await db.query('update items set side = side where id < $1', [5])
    await db.query('select noted() as n')
    const { advice, unread } = await db.report()
    expect(unread).toEqual([])
    expect(advice.filter(({ kind }) => kind === 'wrong-estimate')).toMatchObject([
      { fingerprint: 'select count (*) as n from items where lower (name) like ? and code % ? = ?' },
    ])
    expect(await engine.direct('select count(*)::int as n from calls')).toEqual([{ n: 1 }])
  })
}
