/** Which tables a change of rows reads and writes. */
import { describe } from 'vitest'
import { testCases } from './says.ts'

describe('insert', () => {
  testCases([
    ['all', 'insert into a values (1)', 'write > a'],
    ['all', 'insert into s.a (x, y) values (1, (select max(z) from b))', 'write b > s.a'],
    ['all', 'insert into a (x) select y from b join c on b.i = c.i', 'write b c > a'],
    ['postgres sqlite', 'insert into a default values', 'write > a'],
    ['all', 'insert into a with x as (select * from b) select * from x', 'write b > a'],
    ['postgres', 'insert into a (x) table b', 'write b > a'],
    [
      'postgres',
      'with x as (select * from b) insert into a as z select * from x returning id, (select 1 from c)',
      'write b c > a',
    ],
    [
      'postgres sqlite',
      'insert into a select * from b where true on conflict (id) do update set x = (select 1 from c), y = excluded.y where z = 1',
      'write b c > a',
    ],
    ['postgres', 'insert into a overriding system value select * from b', 'write b > a'],
    [
      'mysql',
      'insert low_priority ignore into a select * from b on duplicate key update x = values(x), y = (select 1 from c)',
      'write b c > a',
    ],
    ['mysql', 'insert a set x = 1, y = (select 2 from b)', 'write b > a'],
    ['mysql', 'insert into a partition (p0) (x) values (1), (2) as n on duplicate key update x = n.x', 'write > a'],
    ['mysql sqlite', 'replace into a (x) select y from b', 'write b > a'],
    ['mysql', 'replace delayed a values (1)', 'write > a'],
    ['sqlite', 'insert or rollback into a values (1)', 'write > a'],
    ['sqlite', 'insert into ignore values (1)', 'write > ignore'],
  ])
})

describe('update', () => {
  testCases([
    ['all', 'update a set x = 1 where y = 2', 'write > a'],
    ['all', 'update s.a set x = (select max(y) from b) where z in (select w from c)', 'write b c > s.a'],
    [
      'postgres',
      'update only a as t set (x, y) = (select 1, 2 from b) from c, d join e on d.i = e.i where t.i = c.i',
      'write b c d e > a',
    ],
    ['sqlite', 'update or ignore a as t set x = 1 from b where b.i = t.i returning *', 'write b > a'],
    ['mysql', 'update a, b set a.x = b.x where a.i = b.i', 'write b > a'],
    [
      'mysql',
      'update a t join b u on t.i = u.i left join c on 1 set t.x = 1, u.y = (select 2 from d)',
      'write c d > a b',
    ],
    ['mysql', 'update a join b using (i) set x = 1', 'write > a b'],
    ['mysql', 'update s.a join b set s.a.x = 1', 'write b > s.a'],
    ['mysql', 'update low_priority ignore a set x = 1 order by y limit 1', 'write > a'],
    ['mysql', 'update (a join (select * from b) d on 1) set a.x = 1', 'write b > a'],
    ['mysql', 'with c as (select * from b) update a join c on 1 set a.x = 1', 'write b > a'],
    ['mysql', 'update quick q set x = 1', 'write > quick'],
  ])
})

describe('delete', () => {
  testCases([
    ['all', 'delete from a', 'write > a'],
    ['all', 'delete from a where x in (select y from b)', 'write b > a'],
    [
      'postgres',
      'delete from only a as t using b, c join d on c.i = d.i where t.i = b.i returning *',
      'write b c d > a',
    ],
    ['sqlite', 'with x as (select 1 from b) delete from a where i in x', 'write b > a'],
    ['mysql', 'delete a from a join b on a.i = b.i', 'write b > a'],
    ['mysql', 'delete quick t.*, u from a t, b u, c', 'write c > a b'],
    ['mysql', 'delete from t, u using a as t join b as u join c where 1', 'write c > a b'],
    ['mysql', 'delete from s.a using s.a join b', 'write b > s.a'],
    ['mysql', 'delete x from a t', 'write > a'],
    ['mysql', 'delete low_priority ignore from a where x = 1 order by y limit 2', 'write > a'],
  ])
})

describe('merge', () => {
  testCases([
    [
      'postgres',
      'merge into a as t using b on t.i = b.i when matched and b.x then update set x = 1, y = (select 2 from c) when not matched then insert (x, y) values (1, 2)',
      'write b c > a',
    ],
    [
      'postgres',
      'with s as (select * from b) merge into only a using (select * from s join c using (i)) q on true when matched then delete',
      'write b c > a',
    ],
  ])
})

describe('whole tables', () => {
  testCases([
    ['postgres', 'truncate a', 'write > a'],
    ['postgres', 'truncate table only a, s.b restart identity', 'write > a s.b'],
    ['postgres', 'truncate a cascade', 'write > a ?'],
    ['mysql', 'truncate table a', 'write > a'],
    ['postgres', 'copy a (x, y) from stdin with (format csv)', 'write > a'],
    ['postgres', "copy s.a to '/x'", 'read s.a'],
    ['postgres', 'copy (select * from a join b using (i)) to stdout', 'read a b'],
    ['postgres', 'copy (delete from a returning *) to stdout', 'write > a'],
    ['mysql', "load data local infile 'x' replace into table a fields terminated by ','", 'write > a'],
    ['postgres', 'refresh materialized view concurrently a with no data', 'write > a'],
    ['postgres', 'lock table a, b in share mode', 'transaction a b'],
    ['mysql', 'lock tables a as x read, s.b write', 'transaction a s.b'],
    ['postgres', 'vacuum (full, analyze) a (x), b', 'session a b'],
    ['all', 'analyze a', 'session a'],
  ])
})
