/** Statements written in ways that hide which rows and columns they read or change. */
import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../src/index.ts'
import type { Bench } from './engine.ts'

/** Dialects with spaces between them, a read, and a write that changes what it returns. */
type Case = readonly [dialects: string, read: string, write: string]

const TABLES: readonly string[] = [
  'create table items (id integer primary key, status varchar(20), title varchar(20), code varchar(20) unique, amount integer)',
  "insert into items values (1, 'open', 'old', 'a', 1), (3, 'done', 'odd', 'b', 2), (7, 'open', 'own', 'c', 3)",
  'create table notes (id integer primary key, body varchar(20))',
  "insert into notes values (1, 'one'), (3, 'three')",
]

const WITH_WORDS: readonly string[] = [
  'create table words (id integer primary key, minus integer, amount integer)',
  'insert into words values (1, 1, 1), (7, 1, 1)',
]

const WITH_FUNCTIONS: readonly string[] = [
  'create table log (what varchar(20))',
  "create function note_total(items) returns bigint language sql stable as 'select sum(length(body)) from notes'",
  `create function logged(items) returns integer language sql volatile as 'insert into log values (''x'') returning 1'`,
]

const CASES: readonly Case[] = [
  [
    'postgres',
    'select distinct on (status) * from items order by status, id',
    "update items set title = 'new' where id = 1",
  ],
  [
    'postgres',
    'select distinct on (i.status) * from items i order by i.status, i.id',
    "update items set title = 'new' where id = 1",
  ],
  ['mysql', 'select sql_no_cache * from items', "update items set title = 'new' where id = 1"],
  ['mysql', 'select high_priority straight_join * from items', "update items set title = 'new' where id = 1"],
  [
    'postgres',
    'select x.to_jsonb from items x where x.status is not null',
    "update items set title = 'new' where id = 1",
  ],
  ['sqlite', 'select id, title from items', "update items set amount = 4, 'title' = 'new' where id = 1"],
  ['sqlite', 'select amount from items where id = 9', "update items set amount = 4, 'id' = 9 where id = 1"],
  ['sqlite', "select x.'title' from items x", "update items set title = 'new' where id = 1"],
  [
    'postgres sqlite',
    'select id, title from items order by id',
    "update items set amount = case when status is distinct from 'x' then 4 else 5 end, title = 'new' where id = 1",
  ],
  [
    'postgres sqlite',
    'select id, title from items order by id',
    "update items set status = (title is not distinct from 'x'), amount = 3 + (amount), title = 'new' where id = 1",
  ],
  [
    'postgres',
    'select id, title from items order by id',
    "update items set amount = (1 is distinct from 2)::int, title = 'new' where id = 1",
  ],
  ['postgres', 'select c3 from items as x(c1, c2, c3) order by c1', "update items set title = 'new' where id = 1"],
  ['postgres', "select * from items as x(a, b, c, d, id) where x.id = '9'", 'update items set amount = 9 where id = 3'],
  ['postgres', 'select a, b from items x(a, b, c, d, id) where id = 9', 'update items set amount = 9 where id = 3'],
  [
    'postgres',
    'select row_to_json(j)::text as j from (items join notes using (id)) j order by 1',
    "update notes set body = 'new' where id = 1",
  ],
  [
    'postgres',
    'select a.b from (items i join notes n on n.id = i.id) as a(x, y, z, v, w, u, b) order by 1',
    "update notes set body = 'new' where id = 1",
  ],
  [
    'postgres',
    'select row_to_json(x)::text as j from only (items) as x order by 1',
    "update items set title = 'new' where id = 1",
  ],
  [
    'postgres',
    'select row_to_json(lock)::text as j from items lock order by 1',
    "update items set title = 'new' where id = 1",
  ],
  [
    'sqlite',
    'select amount from items where id = 7',
    "insert into items (id, code) values (70, 'c') on conflict (id) do nothing on conflict (code) do update set amount = 77",
  ],
  [
    'sqlite',
    'select amount from items where id = 7',
    "insert into items (id, code) values (70, 'c') on conflict (id) do update set amount = 1 on conflict (code) do update set amount = 66",
  ],
  [
    'postgres',
    'select x.id, x.note_total from items x where x.id = 1',
    "update notes set body = 'much longer' where id = 1",
  ],
  [
    'postgres',
    'select (items).note_total from items where id = 1',
    "update notes set body = 'much longer' where id = 1",
  ],
  ['postgres', 'select count(*) as n from log', 'select x.logged from items x'],
  [
    'postgres',
    'select count(*) as n from log',
    'update notes set body = i.logged::text from items i where notes.id = i.id',
  ],
  ['postgres', 'select id from listed where id = 7', 'insert into listed (tags, id) values (array[1, 2, 3], 7)'],
  [
    'postgres',
    'select id from listed where id = 7',
    'insert into listed (tags[0], id, a, b, c) values (1, 7, 3, 4, 9)',
  ],
  [
    'postgres',
    'select amount from items where id = 71',
    'with x as (insert into notes select id, title from items where id = 7 returning id) insert into items (id, amount) values (71, 1)',
  ],
  ['sqlite', 'select amount from items where id = 8', 'insert into items (id, rowid, amount) values (70, 8, 5)'],
  ['sqlite', 'select body from notes where id = 1', 'update item_view set id = 1 where id = 1'],
  [
    'mysql',
    'select * from periods where id = 8',
    "delete from periods for portion of valid from '2020-03-01' to '2020-04-01' where periods.id = 7",
  ],
  ['mysql', 'select * from parted where id = 8', 'insert into parted partition (id) values (5, 8)'],
  [
    'sqlite mysql',
    'select amount from words where id = 1',
    'update words set amount = 5 where id = 7 and minus = 3 or amount = 1',
  ],
  [
    'sqlite mysql',
    'select id from words where id = 7 and minus = 3 or amount = 9',
    'update words set amount = 9 where id = 1',
  ],
]

const SETUP: Readonly<Record<Dialect, readonly string[]>> = {
  postgres: [
    ...WITH_FUNCTIONS,
    'create table listed (id integer primary key, tags integer[], a integer, b integer, c integer)',
  ],
  mysql: [
    ...WITH_WORDS,
    'create table periods (id integer primary key auto_increment, first date, last date, period for valid (first, last))',
    "insert into periods values (7, '2020-01-01', '2021-01-01')",
    'create table parted (n integer, id integer primary key) partition by range (id) (partition id values less than maxvalue)',
  ],
  sqlite: [
    ...WITH_WORDS,
    'create view item_view as select * from items',
    "create trigger renamed instead of update on item_view begin update 'notes' set body = 'by a trigger' where id = new.id; end",
  ],
}

/** Runs those of the dialect. */
export function shapeCases(bench: () => Bench, dialect: Dialect): void {
  describe('after a write the rows are those of the database', () => {
    test.each(CASES.filter(([dialects]) => dialects.split(' ').includes(dialect)))(
      '%s: %s; %s',
      async (_, read, write) => {
        const { db, engine } = bench()
        await engine.exec(...TABLES, ...SETUP[dialect])
        const before = await db.query(read)
        expect(before).toEqual(await engine.direct(read))
        await db.query(write)
        const after = await engine.direct(read)
        expect(after).not.toEqual(before)
        expect(await db.query(read)).toEqual(after)
      },
    )
  })
}
