/** Writes that a statement of PostgreSQL does not show: by triggers, functions, and names that are changed on the way. */
import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import { pg } from '../../src/driver/pg.ts'
import { createQueryOptimizer } from '../../src/index.ts'
import { compareWrites } from '../engines/compare-writes.ts'
import { useEngine } from '../engines/engine.ts'
import { clearPostgres, startPostgresEngine } from '../engines/postgres.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)
const compare = (reads: readonly string[], writes: readonly (string | readonly string[])[]): Promise<void> =>
  compareWrites(bench(), { reads, writes })

test('an insert whose trigger deletes changes what cascades from there', async () => {
  await bench().engine.exec(
    'create table parents (id integer primary key)',
    'create table children (id integer primary key, parent integer references parents on delete cascade)',
    'create table jobs (id integer primary key)',
    'create view job_view as select * from jobs',
    'insert into parents values (1), (2), (3)',
    'insert into children values (10, 1), (20, 2), (30, 3)',
    `create function drop_parent() returns trigger language plpgsql as $$ begin delete from parents where id = new.id; return new; end $$`,
    'create trigger drops after insert on jobs for each row execute function drop_parent()',
    'create trigger drops_too instead of insert on job_view for each row execute function drop_parent()',
  )
  await compare(
    ['select * from children order by id', 'select parent from children where id = 10'],
    [
      'insert into jobs values (1)',
      'insert into job_view values (2)',
      'insert into parents values (4); delete from parents where id = 3',
    ],
  )
})

test('names that an earlier statement of the string has moved are those of any table', async () => {
  await bench().engine.exec(
    'create schema moved',
    'create table places (id integer primary key, n integer)',
    'create table moved.places (id integer primary key, n integer)',
    'insert into places values (1, 1)',
    'insert into moved.places values (1, 1)',
  )
  await compare(
    ['select n from moved.places where id = 1', 'select n from places where id = 1'],
    [
      'set search_path = moved; update places set n = 2 where id = 1; reset search_path',
      'set local search_path = moved; update places set n = 3 where id = 1',
      "select set_config('search_path', 'moved', true); update places set n = 4 where id = 1",
      ['set local search_path = moved; update places set n = 5 where id = 1'],
    ],
  )
})

test('what is called by a view, a policy, a default of a domain or a body of its own writes all that it may', async () => {
  await bench().engine.exec(
    'create table log (what text)',
    'create table counted (id integer primary key, n integer)',
    'insert into counted values (1, 1)',
    `create function noted() returns integer language sql as $$ insert into log values ('x') returning 1 $$`,
    `create function quiet() returns integer language sql as $$ select count(*)::int from users $$`,
    'create view noting as select noted() as n',
    'create materialized view noted_once as select noted() as n',
    'create domain numbered as integer default noted()',
    'create table with_domain (id integer primary key, n numbered)',
    `create function within() returns trigger language plpgsql as $b$ begin do $x$ begin update counted set n = n + 1; end $x$; return new; end $b$`,
    'create trigger within after insert on audit for each row execute function within()',
  )
  await compare(
    ['select count(*) from log', 'select n from counted where id = 1'],
    [
      'select * from noting',
      'refresh materialized view noted_once',
      'insert into with_domain (id) values (1)',
      "insert into audit values (1, 'a')",
    ],
  )
})

test('functions are seen with columns behind them, by their defaults, in the temporary schema, and behind aggregates', async () => {
  await bench().engine.exec(
    'create table log (what text)',
    'create table told (what text)',
    "insert into told values ('one')",
    'create table factors (f integer)',
    'insert into factors values (1)',
    `create function telling(n integer) returns record language sql stable as $$ select n, what from told $$`,
    `create function noted() returns integer language sql volatile as $$ insert into log values ('x') returning 1 $$`,
    `create function told_now() returns text language sql stable as $$ select what from told $$`,
    `create function by_default(t text default told_now()) returns text language sql immutable as $$ select t $$`,
    `create function notes_by_default(n integer default noted()) returns integer language sql immutable as $$ select n $$`,
    `create function plus(s integer, v integer) returns integer language sql immutable as 'select s + v'`,
    `create function times(s integer, v integer) returns integer language sql stable as 'select s + v * (select f from factors)'`,
    `create function minus(s integer, v integer) returns integer language sql stable as 'select s - v * (select f from factors)'`,
    `create aggregate moving(integer) (sfunc = plus, stype = integer, initcond = '0', msfunc = times, minvfunc = minus, mstype = integer, minitcond = '0')`,
  )
  const { db, engine } = bench()
  for (const [read, write] of [
    ['select * from telling(1) as (k integer, v text)', "update told set what = 'two'"],
    ['select by_default() as x', "update told set what = 'three'"],
    [
      'select moving(id) over (order by id rows between 1 preceding and current row) as m from tickets order by id',
      'update factors set f = 10',
    ],
    ['select count(*)::int as n from log', 'select notes_by_default()'],
  ] as const) {
    const before = await db.query(read)
    await db.query(write)
    const after = await engine.direct(read)
    expect([read, after]).not.toEqual([read, before])
    expect([read, await db.query(read)]).toEqual([read, after])
  }
})

test('a temporary function may write, and is run each time', async () => {
  const { engine } = bench()
  await engine.exec('create table log (what text)')
  const pool = engine.connect({ max: 1 })
  const cache = createCache({ name: 'temporary', tiers: [memory({ maxEntries: 100 })] })
  const db = createQueryOptimizer({ cache, driver: pg(pool) })
  await db.query(
    `create function pg_temp.noted() returns integer language sql as $$ insert into log values ('x') returning 1 $$`,
  )
  const count = async (): Promise<unknown> => (await db.query('select count(*)::int as n from log'))[0]?.['n']
  expect(await count()).toBe(0)
  await db.query('select pg_temp.noted()')
  await db.query('select pg_temp.noted()')
  expect(await count()).toBe(2)
  await cache.close()
  await pool.end()
})

test('an upsert of many columns changes what cascades from its key', async () => {
  const names = Array.from({ length: 90 }, (_, at) => `a_column_with_a_long_name_${at}`)
  await bench().engine.exec(
    `create table wide (id integer primary key, code text unique, ${names.map((name) => `${name} integer`).join(', ')})`,
    "insert into wide (id, code) values (1, 'old')",
    'create table narrow (id integer primary key, code text references wide (code) on update cascade)',
    "insert into narrow values (1, 'old')",
  )
  await compare(
    ['select code from narrow where id = 1'],
    [
      `insert into wide (id, code, ${names.join(', ')}) values (1, 'new', ${names.map(() => 1).join(', ')}) on conflict (id) do update set code = excluded.code`,
    ],
  )
})

test('a schema may have a comma in its name', async () => {
  const { engine } = bench()
  await engine.exec(
    'create schema "one,two"',
    'create schema two',
    'create table "one,two".places (id integer primary key, n integer)',
    'create table two.places (id integer primary key, n integer)',
    'insert into "one,two".places values (1, 1)',
  )
  const pool = engine.connect({ max: 1, options: '-c search_path=\\"one,two\\",two' })
  const cache = createCache({ name: 'comma', tiers: [memory({ maxEntries: 100 })] })
  const db = createQueryOptimizer({ cache, driver: pg(pool) })
  const read = async (): Promise<unknown> => (await db.query('select n from places where id = 1'))[0]?.['n']
  expect(await read()).toBe(1)
  await db.query('update "one,two".places set n = 2 where id = 1')
  expect(await read()).toBe(2)
  await db.close()
  await cache.close()
  await pool.end()
})

test('settings of pg_trgm are a part of keys', async () => {
  const { engine } = bench()
  const keys = []
  for (const threshold of ['0.3', '0.9']) {
    const pool = engine.connect({ max: 1, options: `-c pg_trgm.similarity_threshold=${threshold}` })
    const cache = createCache({ name: 'settings', tiers: [memory({ maxEntries: 100 })] })
    const db = createQueryOptimizer({ cache, driver: pg(pool) })
    keys.push((await db.explain('select * from users')).key)
    await db.close()
    await cache.close()
    await pool.end()
  }
  expect(keys[0]).toBeDefined()
  expect(keys[1]).not.toBe(keys[0])
})

test('a foreign table may be one of the same database', async () => {
  const { engine } = bench()
  const { host, port, database, user } = engine.pool.options
  await engine.exec(
    'create extension if not exists postgres_fdw',
    `create server itself foreign data wrapper postgres_fdw options (host '${host}', port '${port}', dbname '${database}')`,
    `create user mapping for current_user server itself options (user '${user}', password_required 'false')`,
    `create foreign table same_users (id integer, name text) server itself options (schema_name 'public', table_name 'users')`,
  )
  await compare(['select name from users where id = 1'], ["update same_users set name = 'from afar' where id = 1"])
  await engine.exec('drop server itself cascade', 'drop extension postgres_fdw')
})

test('a view whose function only reads invalidates nothing, though nobody said that it is stable', async () => {
  const { db, engine, source } = bench()
  await engine.exec(
    `create function quiet() returns integer language sql as $$ select count(*)::int from users $$`,
    'create view reading as select quiet() as n',
  )
  await db.query('select * from tickets')
  await db.query('select * from reading')
  expect(await source('select * from tickets')).toBe('memory')
})

test('rights that came by a membership end with it', async () => {
  const { db, engine, open, source } = bench()
  const [{ version }] = (await engine.direct("select current_setting('server_version_num') as version")) as [
    { version: string },
  ]
  expect(Number(version)).toBeGreaterThan(150_000)
  const before = await db.explain('select * from users')
  await engine.exec('drop role if exists readers', 'create role readers', 'grant readers to current_user')
  const later = open({ name: 'later' })
  const after = await later.explain('select * from users')
  expect(after.key).not.toBe(before.key)
  expect(await source('select * from users')).toBeDefined()
  await engine.exec('drop role readers')
  await later.close()
})

test('functions in domains, defaults and checks that write nothing are no reason to invalidate what they cannot change', async () => {
  const { db, engine, source } = bench()
  await engine.exec(
    `create function fits(v text) returns boolean language plpgsql as $$ begin return v like '%@%'; end $$`,
    `create function new_id() returns text language plpgsql as $$ declare r text := ''; begin for i in 1..9 loop r := r || chr(97 + floor(random() * 26)::int); end loop; return r; end $$`,
    'create domain mail as text check (fits(value))',
    'create table people (id text primary key default new_id(), address mail, other text check (fits(other)))',
  )
  const read = 'select name from users where id = 1'
  await db.query(read)
  for (const write of [
    "insert into people (address, other) values ('a@b', 'c@d')",
    "update people set address = 'x@y'",
    'delete from people',
  ]) {
    await db.query(read)
    await db.query(write)
    expect([write, await source(read)]).toEqual([write, 'memory'])
  }
})
