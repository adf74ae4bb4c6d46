/** Writes that a statement of MariaDB does not show. */
import { expect, test } from 'vitest'
import { compareWrites } from '../engines/compare-writes.ts'
import { useEngine } from '../engines/engine.ts'
import { clearMariadb, startMariadbEngine } from '../engines/mariadb.ts'

const bench = useEngine(startMariadbEngine, clearMariadb)

test('triggers, views, tables of tables and `set statement` are followed', async () => {
  await bench().engine.exec(
    'create table parents (id integer primary key)',
    'create table children (id integer primary key, parent integer, foreign key (parent) references parents (id) on delete cascade)',
    'create table jobs (id integer primary key)',
    'insert into parents values (1), (2)',
    'insert into children values (10, 1), (20, 2)',
    'create trigger drops after insert on jobs for each row delete from parents where id = new.id',
    'create table log (what varchar(9))',
    "create function noted() returns integer modifies sql data begin insert into log values ('x'); return 1; end",
    'create view noting as select noted() as n',
    'create table half_a (id integer, n integer, key (id)) engine = myisam',
    'create table half_b (id integer, n integer, key (id)) engine = myisam',
    'create table whole (id integer, n integer, key (id)) engine = merge union = (half_a, half_b) insert_method = last',
    'insert into half_a values (1, 1)',
    'insert into half_b values (2, 2)',
  )
  await compareWrites(bench(), {
    reads: [
      'select * from children order by id',
      'select count(*) from log',
      'select name from users where id = 1',
      'select * from half_b',
    ],
    writes: [
      'insert into jobs values (1)',
      'select * from noting',
      "set statement max_statement_time = 10 for update users set name = 'in time' where id = 1",
      ["set statement max_statement_time = 10 for update users set name = 'again' where id = 1"],
      'update whole set n = 10',
    ],
  })
}, 60_000)

test('an object or a list in the place of a parameter is what mysql2 makes of it', async () => {
  const { db, engine } = bench()
  const wrote = async (read: string, write: string, params: readonly unknown[]): Promise<void> => {
    const before = await db.query(read)
    await db.query(write, params)
    const after = await engine.direct(read)
    expect([write, after]).not.toEqual([write, before])
    expect([write, await db.query(read)]).toEqual([write, after])
  }
  await engine.exec(
    'create table free (id integer primary key, n integer, m integer)',
    'insert into free values (1, 1, 1), (2, 2, 2)',
  )
  await wrote('select n from free where id = 70', 'update free set ? where id = ?', [{ id: 70, n: 5 }, 1])
  await wrote('select n from free where id = 71', 'update free set n = 1, ? where id = ?', [{ id: 71 }, 2])
  await wrote('select n from free where id = 8', 'insert into free (n, id, m) values (?, ?)', [[1, 8], 3])
})

test('what was made in the mode of Oracle may do anything', async () => {
  const { db, engine } = bench()
  await engine.exec(
    'create table jobs (id integer primary key)',
    'create table log (what varchar(9))',
    'insert into jobs values (1)',
    "set sql_mode = 'ORACLE'",
    "create procedure noting as begin insert into log values ('x'); end",
    'create trigger notes after insert on jobs for each row begin noting; end',
    'create package tools as function total return int; end',
    'create package body tools as function total return int as n int; begin select count(*) into n from log; return n; end; end',
    'create view totals as select id, tools.total() as n from jobs',
    'set sql_mode = default',
  )
  await compareWrites(bench(), { reads: ['select count(*) from log'], writes: ['insert into jobs values (2)'] })
  await db.query('select * from totals')
  await db.query("insert into log values ('y')")
  expect(await db.query('select * from totals')).toEqual(await engine.direct('select * from totals'))
}, 60_000)

test('a table with the history of its rows is kept as any other', async () => {
  const { db, engine, source } = bench()
  await engine.exec(
    'create table prices (id integer primary key, price integer) with system versioning',
    'insert into prices values (1, 10), (2, 20)',
  )
  const [one, all, other] = [
    'select price from prices where id = 1',
    'select price from prices for system_time all where id = 1 order by price',
    'select name from users where id = 1',
  ]
  await compareWrites(bench(), {
    reads: [one, all, other],
    writes: [
      'update prices set price = 11 where id = 1',
      'delete from prices where id = 1',
      'delete history from prices',
    ],
  })
  await db.query(other)
  await db.query('update prices set price = 21 where id = 2')
  expect(await source(other)).toBe('memory')
}, 60_000)
