/** Which tables a definition is about, and what is inside of other statements. */
import { describe } from 'vitest'
import { testCases } from './says.ts'

describe('tables', () => {
  testCases([
    [
      'all',
      'create table if not exists a (id int primary key, b int references b (id) on delete cascade, check (c > 0))',
      'ddl > a b',
    ],
    ['all', 'create table a as select * from b', 'ddl b > a'],
    ['postgres', 'create temp table a on commit drop as with x as (table b) select * from x', 'ddl b > a'],
    ['postgres', 'create table a (like b including all, x int) inherits (c, d)', 'ddl > a b c d'],
    ['postgres', 'create table a partition of b for values from (1) to (2)', 'ddl > a b'],
    ['mysql', 'create table a like b', 'ddl > a b'],
    ['mysql', 'create table a (x int) engine = innodb ignore select x from b', 'ddl b > a'],
    ['postgres', 'select x into unlogged table a from b', 'ddl b > a'],
    ['postgres', 'select x into temp from b', 'ddl b > temp'],
    ['mysql', 'select x into @y from b', 'read b'],
    ['all', 'drop table if exists a, s.b', 'ddl > a s.b'],
    ['all', 'alter table a rename to b', 'ddl > a b'],
    ['mysql', 'rename table a to b, s.c to d', 'ddl > a b s.c d'],
    [
      'postgres',
      'alter table only a add constraint c foreign key (x, y) references b (x, y), alter d type int',
      'ddl > a b',
    ],
    ['postgres', 'alter table a attach partition b default', 'ddl > a b'],
    ['all', 'create unique index i on a (x, lower(y))', 'ddl > a'],
  ])
})

describe('views, rules and triggers', () => {
  testCases([
    ['all', 'create view v as select * from a join b on 1 = 1', 'ddl a b > v'],
    [
      'postgres',
      'create or replace view s.v (x) as (select 1 from a union table b) with check option',
      'ddl a b > s.v',
    ],
    ['postgres', 'create materialized view v as values (1)', 'ddl > v'],
    [
      'postgres',
      'create rule r as on insert to a where new.x > 1 do also (insert into b values (1); delete from c)',
      'ddl > a b c',
    ],
    ['postgres', 'create trigger t after update of x, y on a for each row execute function f()', 'ddl > a'],
    ['postgres', 'create policy p on a using (x in (select y from b))', 'ddl b > a'],
    [
      'sqlite',
      'create trigger t after insert on a when new.x > 1 begin update c set y = case when 1 then 2 end; insert into d select * from e; end',
      'ddl e > a c d',
    ],
    [
      'postgres',
      'create function f() returns int begin atomic insert into a values (1); select x from b; end',
      'ddl b > a',
    ],
    ['mysql', 'create trigger t before insert on a for each row begin insert into b values (1); end', 'ddl ?'],
    ['mysql', 'create procedure p() select * from a', 'ddl ?'],
  ])
})

describe('rights', () => {
  testCases([
    ['postgres', 'grant select, insert (x), update on table a, s.b to c, d', 'ddl > a s.b'],
    ['postgres', 'revoke all on a from b, c', 'ddl > a'],
    ['postgres', 'grant usage on schema s to b', 'ddl'],
    ['postgres', 'grant execute on function f(int), g(int) to b', 'ddl'],
    ['postgres', 'grant a, b to c', 'ddl'],
  ])
})

describe('statements inside of others', () => {
  testCases([
    ['all', 'explain select * from a', 'read a'],
    ['postgres', 'explain (analyze, format json) with x as (table a) update b set y = 1 from x', 'write a > b'],
    ['postgres', 'explain analyze create table a as select * from b', 'ddl b > a'],
    ['sqlite', 'explain query plan select * from a', 'read a'],
    ['mysql', 'explain format=json delete from a where x = (select 1 from b)', 'write b > a'],
    ['mysql', 'analyze format=json select * from a', 'session a'],
    ['postgres', 'prepare p (int) as select * from a where x = $1', 'session a'],
    ['postgres', 'declare c scroll cursor with hold for select * from a', 'session a'],
  ])
})

describe('what may be anything', () => {
  testCases([
    ['all', 'execute p (1)', 'unknown ?'],
    ['all', 'call p(1)', 'unknown ?'],
    ['postgres', 'do $$ begin delete from a; end $$', 'unknown ?'],
    ['postgres', 'explain execute p', 'read ?'],
    ['postgres', 'create table a as execute p', 'ddl > a ?'],
    ['mysql', 'begin not atomic delete from a; end', 'unknown ?'],
    ['all', 'shutdown', 'unknown ?'],
    ['all', 'selec * from a', 'unknown ?'],
  ])
})

describe('sessions and transactions', () => {
  testCases([
    ['all', 'begin', 'transaction'],
    ['all', 'start transaction', 'transaction'],
    ['all', 'rollback to savepoint s', 'transaction'],
    ['all', 'release s', 'transaction'],
    ['postgres', "set search_path = 'x'", 'session'],
    ['mysql', 'set @x = (select max(y) from a)', 'session a'],
    ['sqlite', 'pragma table_info(a)', 'session'],
    ['mysql', 'show tables', 'session'],
    ['mysql', 'use app', 'session'],
  ])
})
