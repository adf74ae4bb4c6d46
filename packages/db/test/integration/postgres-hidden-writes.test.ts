/** Writes that a statement of PostgreSQL does not show: by triggers, functions, and names that are changed on the way. */
import { expect, test } from 'vitest'
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
