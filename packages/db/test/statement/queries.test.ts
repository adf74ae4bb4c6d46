/** Which tables a query reads. */
import { describe } from 'vitest'
import { testCases } from './says.ts'

describe('tables of from', () => {
  testCases([
    ['all', 'select 1', 'read'],
    ['all', 'select * from a', 'read a'],
    ['all', 'select * from a, b x, c as y', 'read a b c'],
    ['all', 'select * from s.a join s.b on a.id = b.id', 'read s.a s.b'],
    ['all', 'select * from a left outer join b using (id, c) inner join d on d.x in (1, 2), e', 'read a b d e'],
    ['all', 'select * from a natural join b cross join c', 'read a b c'],
    ['all', 'select * from (a join (b join c on 1 = 1) on 2 = 2), d', 'read a b c d'],
    ['all', 'select * from (select * from a) x, b', 'read a b'],
    ['all', 'select * from a where a.x = 1 group by b, c having d > 1 order by e, f limit 3', 'read a'],
    ['all', 'select count(*) from a, a b', 'read a'],
    ['postgres', 'select * from only a, lateral (select * from b) x, lateral f(a.id) y, c*', 'read a b c'],
    ['postgres', 'select * from rows from (f(1), g(2)) as z, generate_series(1, 9) n, a', 'read a'],
    ['postgres', 'select * from a tablesample system (10), b for update of a, b', 'read a b'],
    ['postgres', 'table a', 'read a'],
    ['postgres', 'select * from db.s.a', 'read s.a'],
    ['postgres', 'select * from a set, b window, c', 'read a b c'],
    ['mysql', 'select * from a use index for order by (i), b force index (i, j) straight_join c', 'read a b c'],
    ['mysql', 'select * from a partition (p0, p1) x, b', 'read a b'],
    ['mysql', 'select * from { oj a left outer join b on a.x = b.x }, c', 'read a b c'],
    ['mysql', 'select 1 from dual', 'read'],
    ['mysql', "select * from json_table('[]', '$[*]' columns (x int path '$')) j, a", 'read a'],
    ['mysql', 'select * from a for system_time as of now() x, b', 'read a b'],
    ['mysql', 'select * from a offset, b lock in share mode', 'read a b'],
    ['sqlite', 'select * from a indexed by i, b not indexed, json_each(a.x) j', 'read a b'],
    ['sqlite', 'select * from \'a\', [b], `c`, "d"', 'read a b c d'],
  ])
})

describe('tables elsewhere', () => {
  testCases([
    ['all', 'select (select max(x) from a), exists (select 1 from b) from c', 'read a b c'],
    ['all', 'select * from a where x in (select y from b) and z = any (select w from c)', 'read a b c'],
    ['all', 'select case when exists (select 1 from a) then 1 else (select 2 from b) end', 'read a b'],
    ['sqlite', 'select * from a where x in b and y not in main.c or (z in d)', 'read a b main.c d'],
    ['sqlite', 'select * from a where x in f(1) and y in (1, 2)', 'read a'],
    ['all', 'select a from x order by (select max(b) from y)', 'read x y'],
    ['all', 'values (1, (select max(x) from a))', 'read a'],
  ])
})

describe('no tables', () => {
  testCases([
    ['all', "select extract(year from t), substring(x from 1 for 2), trim(both 'x' from y) from a", 'read a'],
    ['all', 'select x is distinct from y, z is not distinct from (w) from a', 'read a'],
    ['all', 'select \'from b\', "x" from a -- from c\n where 1 /* from d */ = 1', 'read a'],
    ['postgres', 'select x as from, y select, z table from a', 'read a'],
    ['postgres', "select x -> 'from' ? 'b', y #>> '{from,c}', z @> '{}' from a where w ?| array['d']", 'read a'],
    [
      'all',
      'select sum(x) over (partition by y order by z), count(*) filter (where w > 1) from a window q as (order by x), r as (q)',
      'read a',
    ],
  ])
})

describe('set operations', () => {
  testCases([
    ['all', 'select x from a union select x from b union all select y from c except select z from d', 'read a b c d'],
    ['postgres mysql', '(select x from a) union all (select x from b) order by 1', 'read a b'],
    ['postgres', 'select x from a intersect distinct table b', 'read a b'],
    ['all', 'select * from (select x from a union select y from b) q, c', 'read a b c'],
    ['postgres', 'select * from ((select x from a) union (select y from b)) q join c on true', 'read a b c'],
  ])
})

describe('with', () => {
  testCases([
    ['all', 'with x as (select * from a) select * from x, b', 'read a b'],
    ['all', 'with x (p, q) as (select 1, 2), y as (select * from x, a) select * from y join b on 1 = 1', 'read a b'],
    ['all', 'with recursive x as (select 1 union all select n + 1 from x) select * from x', 'read'],
    ['postgres mysql', 'with a as (select * from a) select * from a', 'read a'],
    ['postgres mysql', 'with x as (select * from y), y as (select 1) select * from x', 'read y'],
    ['postgres', 'with recursive x as (select * from y), y as (select 1) select * from x', 'read'],
    ['mysql', 'with recursive x as (select * from y), y as (select 1) select * from x', 'read y'],
    ['sqlite', 'with x as (select * from y), y as (select 1) select * from x', 'read'],
    ['all', 'with x as (select 1) select * from s.x', 'read s.x'],
    ['all', 'select * from (with x as (select * from a) select * from x) q, x', 'read a x'],
    ['all', 'select * from a where id in (with x as (select id from b) select id from x)', 'read a b'],
    [
      'postgres',
      'with x as not materialized (select * from a), y as materialized (table b) select * from x, y',
      'read a b',
    ],
    [
      'postgres',
      'with recursive x as (select 1) search depth first by n set o cycle n set c using p select * from x, a',
      'read a',
    ],
    [
      'postgres',
      'with gone as (delete from a using b where a.x = b.x returning *), kept as (insert into c select * from gone) select * from d',
      'write b d > a c',
    ],
    ['postgres', 'with update as (select 1) select * from update, a', 'read a'],
  ])
})
