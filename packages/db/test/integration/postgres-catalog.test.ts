/** What the catalog of PostgreSQL says: partitions, inheritance, materialized views, rules, views that can be written. */
import { createFakeClock } from '@hotpath/testkit'
import { describe, expect, test } from 'vitest'
import { compareWrites } from '../engines/compare-writes.ts'
import { createQueryOptimizer } from '../../src/index.ts'
import { pg } from '../../src/driver/pg.ts'
import { useEngine } from '../engines/engine.ts'
import { clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { readStatement } from '../../src/statement/index.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)

const compare = (reads: readonly string[], writes: readonly (string | readonly string[])[]): Promise<void> =>
  compareWrites(bench(), { reads, writes })

describe('a write to', () => {
  test('a partitioned table or one of its partitions changes what is read by the other', async () => {
    await bench().engine.exec(
      'create table events (id integer, day date, what text) partition by range (day)',
      "create table events_1 partition of events for values from ('2024-01-01') to ('2024-02-01')",
      "create table events_2 partition of events for values from ('2024-02-01') to ('2024-03-01') partition by list (what)",
      "create table events_2a partition of events_2 for values in ('a')",
      'create table events_2b partition of events_2 default',
    )
    await compare(
      ['events', 'events_1', 'events_2', 'events_2a', 'events_2b'].map((table) => `select * from ${table} order by id`),
      [
        "insert into events values (1, '2024-01-05', 'a')",
        "insert into events_2a values (2, '2024-02-05', 'a')",
        "update events set what = 'b' where id = 2",
        "update events set day = '2024-02-07' where id = 1",
        'delete from events_2',
        "insert into events values (3, '2024-01-06', 'c')",
        'truncate events_1',
      ],
    )
  })

  test('a parent or a child of it changes what is read by the other', async () => {
    await bench().engine.exec(
      'create table things (id integer primary key, name text)',
      'create table cars (wheels integer) inherits (things)',
    )
    await compare(
      [
        'select * from things order by id',
        'select * from only things',
        'select * from cars',
        'select name from things where id = 1',
      ],
      [
        "insert into cars values (1, 'x', 4)",
        "update things set name = 'y' where id = 1",
        "insert into things values (2, 'z')",
        'delete from only things',
        'delete from things',
      ],
    )
  })

  test('a materialized view is its refresh, and to a view that can be written one to its table', async () => {
    await bench().engine.exec(
      "create materialized view open_count as select count(*)::int as n from tickets where status = 'open'",
      'create unique index on open_count (n)',
      "create view open_only as select id, status from tickets where status = 'open'",
      'create view over_mat as select n + 1 as m from open_count',
    )
    await compare(
      [
        'select * from open_count',
        'select * from over_mat',
        'select * from open_only order by id',
        'select status from tickets where id = 7',
      ],
      [
        "update tickets set status = 'done' where id = 7",
        'refresh materialized view open_count',
        "update open_only set status = 'held' where id = 8",
        'refresh materialized view concurrently open_count',
        "insert into open_only values (9, 'open')",
        'delete from open_only',
      ],
    )
  })

  test('a table by any kind of statement is seen', async () => {
    await bench().engine.exec(
      "create procedure fill(n integer) language sql as $$ insert into audit values (n, 'by call') $$",
      'create table other (id integer primary key, name text)',
      "insert into other values (1, 'Oda'), (5, 'Olaf')",
      "create type mood as enum ('a', 'b')",
    )
    await compare(
      [
        'select * from users order by id',
        'select name from users where id = 1',
        'select * from audit order by id',
        'select u.name, t.status from tickets t join users u on u.id = t.owner order by t.id',
        'select * from other order by id',
      ],
      [
        'merge into users u using other o on u.id = o.id when matched then update set name = o.name when not matched then insert values (o.id, o.name)',
        'update users u set name = o.name || u.id from other o where o.id = 5 and u.id = 1',
        'delete from audit using users',
        'with moved as (delete from other where id = 5 returning *) insert into audit select id, name from moved',
        "insert into users values (1, 'x') on conflict (id) do update set name = excluded.name || '!'",
        "do $$ begin update users set name = 'by do' where id = 1; end $$",
        'call fill(77)',
        ["prepare p as update users set name = 'prepared' where id = $1", 'execute p(1)', 'deallocate p'],
        [
          'declare c cursor for select * from users where id = 1 for update',
          'fetch c',
          "update users set name = 'at cursor' where current of c",
        ],
        [
          'savepoint s',
          "update users set name = 'undone'",
          'rollback to s',
          "update users set name = 'kept' where id = 1",
        ],
        "explain analyze update users set name = 'explained' where id = 1",
        'alter table users rename to people; alter table other rename to users; alter table people rename to other',
        'alter table users rename column name to title; alter table users add column name text',
        "update users set name = 'again'",
        'truncate users, audit restart identity cascade',
        'create table made as select * from other; insert into users select id, name, null from made',
        "select 1 as id, 'into'::text as name into more",
        'drop table made; delete from only users',
      ],
    )
  })

  test('a table with a rule, or a view with a trigger in its place, changes what these name', async () => {
    await bench().engine.exec(
      "create rule also as on update to users do also insert into audit select coalesce(max(id), 0) + 1, 'by rule' from audit",
      'create view names as select name from users',
      `create function add_name() returns trigger language plpgsql as $$
        begin insert into users values (10 + length(new.name), new.name); return new; end $$`,
      'create trigger instead_of instead of insert on names for each row execute function add_name()',
      "create function bump() returns integer language sql volatile as $$ update users set name = name || '!' where id = 1; select 1 $$",
    )
    await compare(
      ['select * from audit order by id', 'select name from users order by id', 'select name from users where id = 1'],
      [
        "update users set name = 'Ann2' where id = 1",
        "insert into names values ('Dora')",
        'select bump()',
        'select 1 from tickets where id = bump() + 6',
      ],
    )
  })
})

describe('a schema', () => {
  const SWAP = [
    'alter schema live rename to old',
    'alter schema next rename to live',
    'alter schema old rename to next',
  ]
  const SCHEMAS = [
    'create schema live',
    'create schema next',
    "create table live.t as select 1 as id, 'old' as a",
    "create table next.t as select 1 as id, 'new' as a",
    'create function log_one() returns trigger language plpgsql as $$ begin insert into audit values (new.id); return new; end $$',
    'create trigger logs after insert on next.t for each row execute function log_one()',
  ]
  const drop = 'drop schema if exists live, next, old cascade'
  const sql = 'select a from live.t'

  test('whose name another process gives to another one is seen within `schemaCheck`', async () => {
    const { engine, open, source } = bench()
    await engine.exec(drop, ...SCHEMAS)
    const clock = createFakeClock()
    const db = open({ name: 'swapped', clock, schemaCheck: '5s' })
    await db.query(sql)
    expect(await source(sql, [], db)).toBe('memory')
    await engine.exec(['begin', ...SWAP, 'commit'].join('; '))
    clock.advance(5_001)
    expect(await db.query(sql)).toEqual([{ a: 'new' }])
    expect(await source(sql, [], db)).toBe('memory')
    await engine.exec(drop)
  })

  test('that is renamed through the optimizer takes what is known of its tables along', async () => {
    const { engine, db, source } = bench()
    await engine.exec(drop, ...SCHEMAS)
    await db.query(sql)
    for (const step of SWAP) await db.query(step)
    await db.query('select * from audit')
    expect(await source('select * from audit')).toBe('memory')
    await db.query("insert into live.t values (9, 'x')")
    expect(await db.query('select * from audit')).toEqual([{ id: 9, what: null }])
    await db.query('alter schema live rename to old')
    await db.query('select a from old.t')
    expect(await source('select a from old.t')).toBe('memory')
    expect((await db.explain("update next.t set a = 'y'")).tags).not.toContain('table:users')
    await db.invalidateTables(['old.t'])
    await engine.exec(drop)
  })

  test('that a role may not use any more is not read by it', async () => {
    const { engine, cache } = bench()
    const role = 'drop owned by visitor; drop role visitor'
    await engine.exec(drop, ...SCHEMAS, 'create role visitor login', 'grant usage on schema live to visitor')
    await engine.exec('grant select on live.t to visitor')
    const clock = createFakeClock()
    const driver = pg(engine.connect({ user: 'visitor' }))
    const db = createQueryOptimizer({ cache, driver, name: 'visitor', clock, schemaCheck: '5s' })
    await db.query(sql)
    await engine.exec('revoke usage on schema live from visitor')
    clock.advance(5_001)
    await expect(db.query(sql)).rejects.toThrow('permission denied for schema live')
    await db.close()
    await engine.exec(drop, role)
  })
})

test('volatile functions of the database are known', async () => {
  const rows = await bench().engine.direct(
    `select distinct proname::text as name from pg_proc where pronamespace = 'pg_catalog'::regnamespace and provolatile = 'v'
      and prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype) and not 'internal'::regtype = any(proargtypes) order by 1`,
  )
  const unknown = (rows as { readonly name: string }[])
    .map(({ name }) => name)
    // What the server has for its own upkeep.
    .filter((name) => !/^(?:amvalidate|binary_upgrade_|brin_|gin_|plpgsql_)/.test(name))
    .filter((name) => readStatement(`select ${name}(a.x) from a`, 'postgres').bypass.length === 0)
  expect(unknown).toEqual([])
})
