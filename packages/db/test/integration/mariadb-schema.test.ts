/** What makes another version of a schema of MariaDB, also within the second in which the catalog was read. */
import type { Pool, RowDataPacket } from 'mysql2/promise'
import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { mysqlVersion } from '../../src/catalog/mysql.ts'
import { useEngine } from '../engines/engine.ts'
import { clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'

const bench = useEngine(startMariadbEngine, clearMariadb)

const version = (pool: Pool = bench().engine.pool): Promise<string> =>
  mysqlVersion(async (sql) => {
    const [rows] = await pool.query<RowDataPacket[][]>({ sql, rowsAsArray: true })
    return rows
  })

/** Functions, procedures and triggers that are made after it have one and the same time. */
const ONE_TIME = 'set timestamp = 1700000000'

const MADE = [
  ONE_TIME,
  'create function f(a integer, b integer) returns integer deterministic no sql return a - b',
  'create procedure p() select 1',
  'create table parents (id integer primary key, a integer not null, g integer as (a * 2) virtual)',
  'create table others (id integer primary key)',
  'create table children (id integer primary key, p integer, constraint parent foreign key (p) references parents (id) on delete cascade)',
  'create trigger t before update on parents for each row set @a = 1',
  'create sql security definer view v as select id from parents',
]

describe('another version of the schema is made by', () => {
  test.each([
    'create or replace function f(a integer, b integer) returns integer deterministic no sql return a - b - 1',
    'create or replace function f(b integer, a integer) returns integer deterministic no sql return a - b',
    'create or replace function f(a integer, b integer) returns bigint deterministic no sql return a - b',
    'create or replace function f(a integer, b integer) returns integer deterministic reads sql data return a - b',
    'create or replace function f(a integer, b integer) returns integer not deterministic no sql return a - b',
    'alter function f sql security invoker',
    'create or replace procedure p() select 2',
    'create or replace trigger t after update on parents for each row set @a = 1',
    'create or replace trigger t before insert on parents for each row set @a = 1',
    'create or replace trigger t before update on parents for each row set @a = 2',
    'create or replace sql security invoker view v as select id from parents',
    'create or replace sql security definer view v as select id from parents where id > 1',
    'alter table parents modify g integer as (a * 20) virtual',
    'alter table parents drop primary key, add primary key (a)',
    'alter table children drop foreign key parent; alter table children add constraint parent foreign key (p) references others (id) on delete cascade',
    'alter table children drop foreign key parent; alter table children add constraint parent foreign key (p) references parents (id)',
  ])('%s', async (sql) => {
    await bench().engine.exec(...MADE)
    const before = await version()
    await bench().engine.exec(...sql.split('; '))
    expect(await version()).not.toBe(before)
  })
})

test('another version of the schema is made by what its user may do, and by no other user', async () => {
  const { engine } = bench()
  await engine.exec(
    "create user reader identified by 'secret', other identified by 'secret'",
    'grant select on app.users to reader',
  )
  const pool = engine.connect({ user: 'reader', password: 'secret' })
  const versions = [await version(pool)]
  for (const sql of [
    'grant select on app.* to other',
    'revoke select on app.* from other',
    'grant select (id) on app.tickets to reader',
    'grant trigger on app.* to reader',
    'revoke trigger on app.* from reader',
    'grant process on *.* to reader',
  ]) {
    await engine.exec(sql)
    versions.push(await version(pool))
  }
  const names = versions.map((one) => versions.indexOf(one))
  expect(names).toEqual([0, 0, 0, 3, 4, 3, 6])
  await engine.exec('drop user reader, other')
})

test('a function that another process replaces within the second is seen within `schemaCheck`, with what it reads', async () => {
  const { engine, open, source } = bench()
  const start = 'create or replace function f() returns integer deterministic'
  await engine.exec(ONE_TIME, `${start} no sql return 5`)
  const clock = createFakeClock()
  const db = open({ name: 'replaced', clock, schemaCheck: '5s' })
  const sql = 'select f() as n from users where id = 1'
  expect(await db.query(sql)).toEqual([{ n: 5 }])
  expect(await source(sql, [], db)).toBe('memory')
  await engine.exec(`${start} reads sql data return (select max(id) from tickets)`)
  clock.advance(5_001)
  expect(await db.query(sql)).toEqual([{ n: 8 }])
  await db.query("insert into tickets values (9, 'open', 1)")
  expect(await db.query(sql)).toEqual([{ n: 9 }])
})

test('a key that is moved to another parent cascades from there at once', async () => {
  const { engine, db, source } = bench()
  await engine.exec(...MADE, 'insert into parents (id, a) values (1, 1)', 'insert into others values (1)')
  await engine.exec('insert into children values (1, 1)')
  const sql = 'select count(*) as n from children'
  await db.query(sql)
  await db.query('alter table children drop foreign key parent')
  await db.query('alter table children add constraint parent foreign key (p) references others (id) on delete cascade')
  await db.query(sql)
  expect(await source(sql)).toBe('memory')
  await db.query('delete from others where id = 1')
  expect(await db.query(sql)).toEqual([{ n: 0 }])
})
