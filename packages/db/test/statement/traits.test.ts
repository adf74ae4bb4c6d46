/** Whether the result of a statement may be kept, by its words alone. */
import { expect, test } from 'vitest'
import { type Dialect, readStatement } from '../../src/statement/index.ts'

test.each<[Dialect, string, string]>([
  ['postgres', 'select * from a where due < now()', 'volatile'],
  ['postgres', "select * from a where due < 'now'", 'volatile'],
  ['postgres', "select '[today,tomorrow)'::daterange @> due from a", 'volatile'],
  ['postgres', "select array['12:00 Yesterday'::timestamp] from a", 'volatile'],
  ['postgres', "select * from a where title = 'nowadays'", ''],
  ['postgres', 'select * from a tablesample bernoulli (10)', 'volatile'],
  ['mysql', "select * from a where day = 'today'", ''],
  ['mysql', 'select uuid() from a', 'volatile'],
  ['mysql', 'select @a from a', 'session'],
  ['sqlite', "select date('now') from a", 'volatile'],
  ['sqlite', 'select date(?) from a', 'volatile'],
  ['sqlite', 'select date() from a', 'volatile'],
  ['sqlite', "select date('2024-01-01') from a", ''],
  ['sqlite', "select date(due, '-1 day'), unixepoch(due, 'subsec') from a", ''],
  ['sqlite', "select strftime('%Y', due), strftime('%Y', due, 'localtime'), date(coalesce(due, made)) from a", ''],
  ['sqlite', "select strftime('%s') from a", 'volatile'],
  ['sqlite', "select strftime('%f', 'subsec') from a", 'volatile'],
  ['sqlite', "select datetime('subsec', '+1 day') from a", 'volatile'],
  ['sqlite', "select strftime('%f', 'n' || 'ow') from a", 'volatile'],
  ['sqlite', "select date(replace('n_w', '_', 'o')) from a", 'volatile'],
  ['sqlite', "select timediff(due, 'subsec') from a", 'volatile'],
  ['sqlite', "with b (v) as (values ('now')) select date(v) from b", 'volatile'],
  ['sqlite', "select * from a where title = 'now'", ''],
  ['sqlite', 'select julianday("now"), datetime("now", "subsec") from a', 'volatile'],
  ['sqlite', 'select datetime("subsec") from a', 'volatile'],
  ['sqlite', 'select date("a"."known_on") from a', ''],
  ['sqlite', "select date(coalesce(due, '9999-12-31')), date(replace(due, '/', '-')), date(due || ':00') from a", ''],
  ['sqlite', "select date(a || 'o' || b) from t", 'volatile'],
  ['sqlite', "select date(json_extract(data, '$.on')), strftime('%Y', data ->> '$.known') from a", ''],
  ['mysql', "select date(concat(year, '-01-01')) from a", ''],
  ['mysql', 'select date(?), time(?), unix_timestamp(?) from a', ''],
  ['mysql', 'select unix_timestamp() from a', 'volatile'],
  ['mysql', 'select unix_timestamp() from a', 'volatile'],
  ['postgres', 'select * from a for update', 'lock'],
  ['postgres', 'select * from a; select * from b', 'several'],
  ['postgres', 'select * from pg_temp.a', 'temporary'],
])('%s: %s', (dialect, sql, reasons) => {
  expect(readStatement(sql, dialect).bypass.join(' ')).toBe(reasons)
})

test.each<[Dialect, string, boolean]>([
  ['postgres', 'commit', true],
  ['postgres', '/* commit */ select 1', false],
  ['postgres', '-- it is over\n; COMMIT and chain', true],
  ['postgres', 'select 1; commit', true],
  ['postgres', 'rollback', true],
  ['postgres', 'rollback transaction to savepoint a', false],
  ['postgres', "rollback prepared 'a'", true],
  ['postgres', "prepare transaction 'a'", true],
  ['postgres', 'prepare a as select 1', false],
  ['postgres', "select 'commit'", false],
  ['mysql', '/*! commit */', true],
  ['mysql', 'rollback work to a', false],
  ['mysql', 'start transaction read only', true],
  ['mysql', 'start slave', false],
  ['mysql', 'lock tables a write', true],
  ['postgres', 'lock table a', false],
  ['mysql', "xa end 'a'", true],
  ['sqlite', 'end transaction', true],
  ['sqlite', 'create trigger a after insert on b begin delete from c; end', false],
  ['sqlite', 'savepoint a; release a', false],
])('%s: whether it ends a transaction: %s', (dialect, sql, ends) => {
  expect(readStatement(sql, dialect).endsTransaction).toBe(ends)
})
