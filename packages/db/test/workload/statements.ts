/** Statements of the workload, drawn from a seed. Each is one of a shape that applications write. */
import type { SeededRandom } from '@hotpath/testkit'
import type { Dialect } from '../../src/index.ts'

/** A statement and its parameters; `?` stands for each of them. */
export interface Drawn {
  readonly sql: string
  readonly params: readonly unknown[]
}

type Draw = (random: SeededRandom) => Drawn

const key = (random: SeededRandom): number => 1 + random.int(12)
const small = (random: SeededRandom): number => random.int(5)
const state = (random: SeededRandom): string => random.pick(['open', 'done', 'new'])
const word = (random: SeededRandom): string => random.pick(['alpha', 'Alpha', 'beta', 'gamma', 'delta '])
const of = (sql: string, ...params: readonly ((random: SeededRandom) => unknown)[]): Draw => {
  return (random) => ({ sql, params: params.map((param) => param(random)) })
}

const READS: readonly Draw[] = [
  of('select * from people where id = ?', key),
  of('select name from people where id in (?, ?)', key, key),
  of('select * from tasks where id = ?', key),
  of('select state from tasks where id = ? and n >= ?', key, small),
  of('select id, state from tasks where owner = ?', key),
  of('select id, n from tasks where state = ? order by n, id limit 3', state),
  of('select count(*) as c, sum(n) as s, max(n) as m from tasks'),
  of('select state, count(*) as c from tasks group by state having count(*) > ?', small),
  of('select p.name, t.id from people p join tasks t on t.owner = p.id where p.id = ?', key),
  of(
    'select p.id, count(t.id) as c from people p left join tasks t on t.owner = p.id and t.state = ? group by p.id',
    state,
  ),
  of('select name from people p where exists (select 1 from tasks t where t.owner = p.id and t.n > ?)', small),
  of('select id from tasks where owner in (select id from people where n > ?)', small),
  of('select n from tasks where id = (select max(task) from notes)'),
  of('select id, n from people union all select id, n from tasks where n = ?', small),
  of('select id from people where n = ? except select owner from tasks', small),
  of(
    'with busy_people as (select owner, count(*) as c from tasks group by owner) select * from busy_people where c > ?',
    small,
  ),
  of('select id, row_number() over (partition by state order by id) as r from tasks'),
  of('select * from open_tasks where n > ?', small),
  of('select * from busy'),
  of('select b.name, p.n from busy b join people p on p.name = b.name'),
  of('select * from notes where task = ?', key),
  of('select n.body, t.state from notes n, tasks t where t.id = n.task and n.id = ?', key),
  of('select * from words where word = ?', word),
  of('select word from words where n = ?', small),
  of('select n from pairs where a = ? and b = ?', small, small),
  of('select a, sum(n) as s from pairs group by a'),
  of('select count(*) as c from history where ref = ?', small),
  of('select what from history where id = ?', key),
  of('select * from parts where id = ?', key),
  of('select sum(n) as s from parts where id > ?', key),
  of('select t.id from tasks as t where t.id = ? or t.owner = ?', key, key),
  of('select "id", "state" from tasks where "tasks"."id" = ?', key),
  of('select id from tasks where id between ? and ?', key, key),
  of(
    'select t1.id, t2.id as other from tasks t1 join tasks t2 on t2.owner = t1.owner and t2.id > t1.id where t1.id = ?',
    key,
  ),
]

const WRITES: readonly Draw[] = [
  of('insert into people (id, name, n) values (?, ?, ?)', key, word, small),
  of('insert into people (name) values (?)', word),
  of('insert into tasks (id, owner, state, n) values (?, ?, ?, ?)', key, key, state, small),
  of('insert into tasks (owner, state, n) values (?, ?, ?), (?, ?, ?)', key, state, small, key, state, small),
  of('insert into notes (task, body) select id, state from tasks where n = ?', small),
  of('insert into notes (id, task, body) values (?, ?, ?)', key, key, word),
  of('insert into words (word, n) values (?, ?)', word, small),
  of('insert into pairs (a, b, n) values (?, ?, ?)', small, small, small),
  of('insert into parts (id, n) values (?, ?)', key, small),
  of('update people set name = ? where id = ?', word, key),
  of('update people set n = n + 1 where id in (?, ?)', key, key),
  of('update people set id = ? where id = ?', key, key),
  of('update tasks set state = ? where id = ?', state, key),
  of('update tasks set state = ?, n = n + 1 where id = ? and owner = ?', state, key, key),
  of('update tasks set n = ? where state = ?', small, state),
  of('update tasks set owner = ? where id = ?', key, key),
  of('update tasks set n = (select count(*) from notes where task = tasks.id) where owner = ?', key),
  of('update notes set body = ? where task in (select id from tasks where state = ?)', word, state),
  of('update words set n = ? where word = ?', small, word),
  of('update pairs set n = n + 1 where a = ?', small),
  of('update pairs set b = b + 1 where a = ? and b = ?', small, small),
  of('update parts set n = ? where id = ?', small, key),
  of('update parts set id = id + 1 where id = ?', key),
  of('delete from people where id = ?', key),
  of('delete from tasks where id = ?', key),
  of('delete from tasks where owner = ? and state = ?', key, state),
  of('delete from notes where id = ?', key),
  of('delete from words where word = ?', word),
  of('delete from words where n = ?', small),
  of('delete from pairs where a = ?', small),
  of('delete from parts where id = ?', key),
  of('delete from history'),
]

const OWN_WRITES: Readonly<Record<Dialect, readonly Draw[]>> = {
  sqlite: [
    of('insert or replace into people (id, name) values (?, ?)', key, word),
    of('replace into words (word, n) values (?, ?)', word, small),
    of('insert or ignore into tasks (id, owner, state, n) values (?, ?, ?, ?)', key, key, state, small),
    of(
      'insert into pairs (a, b, n) values (?, ?, ?) on conflict (a, b) do update set n = excluded.n',
      small,
      small,
      small,
    ),
    of('insert into people (id, name) values (?, ?) on conflict (id) do update set name = excluded.name', key, word),
    of('update tasks set n = p.n from people p where p.id = tasks.owner and p.id = ?', key),
    of('update people set rowid = ? where id = ?', key, key),
    of('update tasks set state = ? where id = ? returning id, n', state, key),
  ],
  mysql: [
    of('replace into people (id, name) values (?, ?)', key, word),
    of('insert into pairs (a, b, n) values (?, ?, ?) on duplicate key update n = n + 1', small, small, small),
    of('insert into people (id, name) values (?, ?) on duplicate key update name = ?', key, word, word),
    of('insert ignore into tasks (id, owner, state, n) values (?, ?, ?, ?)', key, key, state, small),
    of('insert into people set id = ?, name = ?', key, word),
    of('update tasks t join people p on p.id = t.owner set t.n = p.n, p.n = p.n + 1 where p.id = ?', key),
    of('delete t, n from tasks t join notes n on n.task = t.id where t.id = ?', key),
    of('delete from notes using notes join tasks on tasks.id = notes.task where tasks.state = ?', state),
    of('delete from tasks where state = ? order by id limit 1', state),
    of('truncate table history'),
  ],
  postgres: [
    of(
      'insert into pairs (a, b, n) values (?, ?, ?) on conflict (a, b) do update set n = pairs.n + 1',
      small,
      small,
      small,
    ),
    of('insert into people (id, name) values (?, ?) on conflict (id) do update set name = excluded.name', key, word),
    of('insert into tasks (owner, state, n) values (?, ?, ?) returning id', key, state, small),
    of('update tasks set n = p.n from people p where p.id = tasks.owner and p.id = ?', key),
    of('delete from notes using tasks where tasks.id = notes.task and tasks.state = ?', state),
    of(
      'with gone as (delete from tasks where id = ? returning id, state) insert into history (what, ref) select state, id from gone',
      key,
    ),
    of(
      'with moved as (update people set n = n + 1 where id = ? returning id) update tasks set n = 0 where owner in (select id from moved)',
      key,
    ),
    of(
      'merge into pairs p using (select 1 as a, 2 as b) s on p.a = s.a and p.b = s.b when matched then update set n = p.n + 1 when not matched then insert values (s.a, s.b, 0)',
    ),
    of('truncate history'),
    of('truncate notes'),
    of('update parts_low set n = n + 1 where id = ?', key),
    of('refresh materialized view totals'),
    of('update only tasks set n = 1 where id = ?', key),
  ],
}

const OWN_READS: Readonly<Record<Dialect, readonly Draw[]>> = {
  sqlite: [
    of('select rowid, name from people where rowid = ?', key),
    of('select name from people where id = ? and id = id', (random) => String(key(random))),
  ],
  mysql: [
    of('select `id`, `state` from `tasks` where `tasks`.`id` = ?', key),
    of('select name from people where id = ?', (random) => String(key(random))),
  ],
  postgres: [
    of('select * from totals'),
    of('table people'),
    of('select * from parts_low where id = ?', key),
    of(
      'select p.id, l.n from people p cross join lateral (select n from tasks t where t.owner = p.id order by id limit 1) l',
    ),
    of('select id from people where id = any(?)', (random) => [key(random), key(random)]),
  ],
}

const DDL: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: ['create index if not exists by_state on tasks (state)', 'drop index if exists by_state'],
  mysql: [
    'create or replace view busy as select name, 0 as tasks from people',
    'create or replace view busy as select name, count(*) as tasks from open_tasks group by name',
  ],
  postgres: [
    'create or replace view busy as select name, count(*) as tasks from open_tasks group by name',
    'create index if not exists by_state on tasks (state)',
  ],
}

const COMMON_DDL: readonly (readonly string[])[] = [
  ['alter table pairs add column extra integer default 3'],
  ['alter table pairs drop column extra'],
  ['drop view busy', 'create view busy as select name, n as tasks from people where n > 0'],
  ['drop view busy', 'create view busy as select name, count(*) as tasks from open_tasks group by name'],
  ['drop table pairs', 'create table pairs (a integer, b integer, n integer, primary key (a, b))'],
  ['alter table parts rename to other_parts', 'alter table other_parts rename to parts'],
]

/** Draws a read. */
export function drawRead(random: SeededRandom, dialect: Dialect): Drawn {
  return written(random.pick([...READS, ...OWN_READS[dialect]])(random), dialect)
}

/** Draws a write. */
export function drawWrite(random: SeededRandom, dialect: Dialect): Drawn {
  return written(random.pick([...WRITES, ...OWN_WRITES[dialect]])(random), dialect)
}

/** Draws a change of the schema. */
export function drawDdl(random: SeededRandom, dialect: Dialect): readonly string[] {
  return random.pick([...COMMON_DDL, ...DDL[dialect].map((sql) => [sql])])
}

/** As the database writes names. */
function written({ sql, params }: Drawn, dialect: Dialect): Drawn {
  return { sql: dialect === 'mysql' ? sql.replaceAll('"', '`') : sql, params }
}
