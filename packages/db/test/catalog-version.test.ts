/** What makes another version of a schema of PostgreSQL. */
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { postgresVersion } from '../src/catalog/postgres.ts'

let database: PGlite

const version = (): Promise<string> =>
  postgresVersion(async (sql) => {
    const { rows } = await database.query<unknown[]>(sql, [], { rowMode: 'array' })
    return rows
  })

beforeAll(async () => {
  database = new PGlite()
  await database.exec(`
    create table t (id integer primary key, a text);
    create view v as select id from t;
    create materialized view m as select count(*) from t;
    create schema other;
    create type other.kind as enum ('a');
    create type other.address as (street text);
    create collation other.words (provider = icu, locale = 'en', deterministic = false);
    create text search configuration other.words (copy = simple);
    create role reader`)
}, 120_000)

afterAll(() => database.close())

test.each([
  'truncate t',
  'refresh materialized view m',
  "insert into t values (1, 'a'); analyze t",
  'vacuum full t',
  'create temporary table own (id integer)',
  'create role guest',
])('not %s', async (sql) => {
  const before = await version()
  await database.exec(sql)
  expect(await version()).toBe(before)
})

test.each([
  'alter table t add column b integer',
  'alter table t rename to u; alter table u rename to t2',
  'alter table t2 enable row level security',
  'alter table t2 force row level security',
  'alter view v set (security_invoker = true)',
  'grant select on t2 to reader',
  'create or replace view v as select id, a from t2',
  'alter table t2 owner to reader',
  'drop materialized view m; create materialized view m as select 1 as one',
  'create table p partition of q for values in (1)',
  'alter table t2 alter column a type varchar(10)',
  'alter type other.address rename attribute street to road',
  'alter schema other rename to another',
  'alter schema another owner to reader',
  'grant usage on schema another to reader',
  'revoke usage on schema another from reader',
  'alter role reader bypassrls',
  'alter role reader nobypassrls superuser',
  'alter text search configuration another.words rename to terms',
  'alter collation another.words rename to terms',
  'create cast (text as another.kind) with inout as implicit',
])('%s', async (sql) => {
  if (sql.includes('partition of')) await database.exec('create table q (a integer) partition by list (a)')
  if (sql.includes('alter column a')) await database.exec('drop view v')
  const before = await version()
  await database.exec(sql)
  expect(await version()).not.toBe(before)
})
