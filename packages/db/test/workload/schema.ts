/** The tables of the workload, as each database writes them. */
import type { Dialect } from '../../src/index.ts'

/** Statements that make them. */
export function schemaOf(dialect: Dialect): readonly string[] {
  const serial = {
    sqlite: 'integer primary key',
    postgres: 'serial primary key',
    mysql: 'integer primary key auto_increment',
  }[dialect]
  return [
    `create table people (id ${serial}, name varchar(20), n integer default 0)`,
    `create table tasks (id ${serial}, owner integer references people (id) on delete cascade on update cascade, state varchar(10), n integer,
      foreign key (owner) references people (id) on delete cascade on update cascade)`,
    `create table notes (id ${serial}, task integer, body varchar(20), foreign key (task) references tasks (id) on delete set null on update cascade)`,
    'create table words (word varchar(20) primary key, n integer)',
    'create table pairs (a integer, b integer, n integer, primary key (a, b))',
    `create table history (id ${serial}, what varchar(20), ref integer)`,
    "create view open_tasks as select t.id, t.n, p.name from tasks t join people p on p.id = t.owner where t.state = 'open'",
    'create view busy as select name, count(*) as tasks from open_tasks group by name',
    ...TRIGGERS[dialect],
    ...(dialect === 'postgres'
      ? [
          'create table parts (id integer, n integer, primary key (id)) partition by range (id)',
          'create table parts_low partition of parts for values from (minvalue) to (10)',
          'create table parts_high partition of parts for values from (10) to (maxvalue)',
          'create materialized view totals as select state, count(*) as tasks from tasks group by state',
        ]
      : ['create table parts (id integer primary key, n integer)']),
  ]
}

/** `history` notes what happens to `words`. */
const TRIGGERS: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: [
    'create trigger words_in after insert on words begin insert into history (what, ref) values (new.word, new.n); end',
    'create trigger words_out after delete on words begin update people set n = n + 1 where id = old.n; end',
  ],
  mysql: [
    'create trigger words_in after insert on words for each row insert into history (what, ref) values (new.word, new.n)',
    'create trigger words_out after delete on words for each row update people set n = n + 1 where id = old.n',
  ],
  postgres: [
    `create function words_changed() returns trigger language plpgsql as $$ begin
      if tg_op = 'INSERT' then insert into history (what, ref) values (new.word, new.n); return new; end if;
      update people set n = n + 1 where id = old.n; return old; end $$`,
    'create trigger words_changes after insert or delete on words for each row execute function words_changed()',
  ],
}
