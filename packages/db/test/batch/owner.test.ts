import { expect, test } from 'vitest'
import { ownerOf } from '../../src/batch/owner.ts'
import type { Dialect } from '../../src/statement/index.ts'

const OF_ONE_KEY = 'a statement whose rows are those of each key by itself'

test.each<[sql: string, name: string, at?: number]>([
  ['select * from t where id in (?) and (a or b)', 'id'],
  ['select t.*, (select count(*) from u where u.t = t.id or x limit 1) n from t where t."Id" in (?)', 'id'],
  ['select owner, count(*) from t where owner in (?) group by owner, a having count(*) > 1', 'owner', 0],
  [
    'select * from (select *, row_number() over (partition by owner order by id) n from t where t.owner in (?)) t where n < 3',
    'owner',
  ],
  ['(select id from t where id in (?));', 'id', 0],
  [
    'with big as (select * from u where n > 7) select distinct t.id from t join big on big.t = t.id where t.id in (?)',
    'id',
    0,
  ],
  ['select o.id, a.id from a join o on o.acc = a.id where a.id in (?)', 'id', 1],
  ['select o.*, a.id from a join o on o.acc = a.id where a.id in (?)', 'id', -1],
  ['select o.*, a.id as acc, a.* from a join o on o.acc = a.id where a.id in (?)', 'acc'],
  ['select a.*, o.total from a join o on o.acc = a.id where a.id in (?)', 'id'],
  ['select name, t.id key from s.t where s.t.id in (?)', 'key', 1],
  ['select * from t join u on u.t = t.id where owner in (?)', 'owner'],
  ['select id from t where ((a = 1 and (id in (?))) and n between 1 and 2)', 'id', 0],
  ['select id from t where n between case when a or b then 1 else 2 end and 7 and id in (?)', 'id', 0],
  ['select x.id from (select id from t where id in (?)) as x where 1', 'id', 0],
  [
    'select k, sum(n) from (select a.id as k, o.n from a join o on o.acc = a.id where a.id in (?)) x group by k',
    'k',
    0,
  ],
  ['select a is distinct from b as d, id from t where id in (?)', 'id', 1],
  ['select id, max(a, min(b, 0)) m from t where id in (?)', 'id', 0],
  ['select n, t.id as k, count(*) c from t where id in (?) group by 1, 2', 'k', 1],
])('rows of each key by itself: %s', (sql, name, at) => {
  expect(ownerOf(sql, 'sqlite').column).toEqual({ name, at })
})

test.each([
  'select o.id, o.total from a join o on o.acc = a.id where a.id in (?)',
  'select o.*, a.* from a join o on o.acc = a.id where a.id in (?)',
  'select * from a join o on o.acc = a.id where a.id in (?)',
  'select o.acc as id, o.total from o where o.id in (?)',
  'select o.*, o.acc as id from o where id in (?)',
  'select o.*, max(acc) id from o where id in (?) group by id',
  "select *, 'id' from o where id in (?)",
  'select id isnull from o where id in (?)',
  'select id + 1 as id from o where id in (?)',
  'select name from o where id in (?)',
  'select id from (select acc as id from o where id in (?)) x',
  'select * from (select a.id, o.id from a join o on o.acc = a.id where a.id in (?)) x',
  'select rowid from a join o on o.acc = a.k where a.rowid in (?)',
  'select lower(a) a from t where lower(a) in (?)',
])('a column that may be another one is not taken for the key: %s', (sql) => {
  expect(() => ownerOf(sql, 'sqlite')).toThrow('`key` must be a column of the result')
  expect(ownerOf(sql, 'sqlite', 'own').column).toEqual({ name: 'own', at: undefined })
})

const SQLITE = [
  'id, n from t where not id in (?)',
  'id from t where (id in (?)) = 0',
  'id from t where id in (?) is false',
  'id from t where (not (id in (?)))',
  'id from t where a and not id in (?) and b',
  'id from t where n = id in (?)',
  'id from t where n between 1 and id in (?)',
  'id from t where case when a then b and id in (?) and c end',
  'id from t where coalesce(id in (?), 1)',
  'id from t where a and (b or id in (?))',
  'id from t where id in (?) collate nocase',
  "id from t where 'id in (?)' = a",
  'id from a join o on a.id in (?) where 1',
  'id from o left join (select * from a where id in (?)) a on a.id = o.acc where o.n = 1',
  'id from t where exists (select 1 from o where o.acc = t.id and o.id in (?))',
  'id from t where id in (select acc from o where id in (?))',
  'x.id from (select id from t where id in (?)) x join t',
  'id from t where id in (?); select 1',
  'id from t where id in (?) group by id % 2',
  'id, n, count(*) c from t where id in (?) group by 2',
  'id, count(*) c from t where id in (?) group by 1.0',
  'id, count(*) c from t where id in (?) group by +1',
  '*, id, count(*) c from t where id in (?) group by 0',
  '*, id, count(*) c from t where id in (?) group by 1',
  'id, sum(n) over (partition by 1) s from t where id in (?)',
  'id, max((a, b)) m from t where id in (?)',
  'id, max(a order by b, c) m from t where id in (?)',
  'a.id, count(*) as n from a join o on o.k = a.k where a.id in (?) group by o.id',
  'a.id, count(*) over (partition by o.id) as n from a join o on o.k = a.k where a.id in (?)',
  'id, count(*) filter (where n > 1) over (order by n) from t where id in (?)',
  'id, mine(n) filter (where n > 1) from t where id in (?)',
  'id, "sum"(n) from t where id in (?)',
  'id, coalesce((select 1), sum(n)) from t where id in (?)',
  'id from t where id in (?) having n > 1',
  'id, count(*) from (select o.acc as id, a.id as k from a join o where a.id in (?)) x group by id',
].map((sql): [Dialect, string] => ['sqlite', `select ${sql}`])

test.each<[Dialect, string]>([
  ...SQLITE,
  ['postgres', 'select id from t where not id = any($1)'],
  ['postgres', 'select id from t where not (id = any($1))'],
  ['postgres', 'select id from t where (id = any($1)) is false'],
  ['postgres', 'select id from t where id >= any($1)'],
  ['postgres', 'select id from t where id <> any($1)'],
  ['postgres', 'select id, pg_catalog.sum(n) from t where id = any($1)'],
  ['postgres', 'select id, percentile_disc(0.5) within group (order by n) from t where id = any($1)'],
  ['mysql', 'select id from t where ! (id in (?))'],
  ['mysql', 'select id from t where id in (?) || n = 3'],
  ['mysql', 'select id from t where n = 3 || id in (?)'],
  ['mysql', 'select id from t where id in (?) xor n = 3'],
  ['mysql', 'select id from t where n = 3 xor id in (?)'],
  ['mysql', 'select id from t where @n := a and id in (?)'],
  ['mysql', 'select id from t where d + interval a and id in (?) and b day'],
  ['mysql', 'select id, a, sum(n) from t where id in (?) group by id, a with rollup'],
  ['mysql', 'select id, rownum() from t where id in (?)'],
])('rows that are not of each key by itself are refused, on %s: %s', (dialect, sql) => {
  expect(() => ownerOf(sql, dialect)).toThrow(OF_ONE_KEY)
  // Nor is a key that is named believed.
  expect(() => ownerOf(sql, dialect, 'id')).toThrow(OF_ONE_KEY)
})

test.each<[Dialect, string]>([
  ['postgres', "select id from t where a || b = 'x' and id = any($1::int[]) order by n"],
  ['postgres', "select id from t where id = any($1) and d > now() - interval '1 day' and n = 1"],
  ['mysql', 'select id, n + 1 as m from t where id in (?) having m > 3'],
  ['mysql', 'select id from t where d > e + interval n day and id in (?)'],
  ['mysql', 'select straight_join `id` from t use index for join (i) where `id` in (?) for share'],
])('and others are not, on %s: %s', (dialect, sql) => {
  expect(ownerOf(sql, dialect).column).toEqual({ name: 'id', at: 0 })
})

test('an expression is compared where the key is named', () => {
  const key = (sql: string, dialect: Dialect): string => ownerOf(sql, dialect, 'k').column.name
  expect(key("select d->>'k' as k from t where d->>'k' = any($1)", 'postgres')).toBe('k')
  expect(key('select id::text k from t where (id::text) = any($1)', 'postgres')).toBe('k')
  expect(key('select lower(a) k from t where n = 1 and lower(a) in (?)', 'mysql')).toBe('k')
})

test('a function that nobody knows may make one row of all', () => {
  const mayBe = (sql: string, dialect: Dialect = 'sqlite'): boolean => ownerOf(sql, dialect).mayBeOneRow
  expect(mayBe('select id, mine(n) from t where id in (?)')).toBe(true)
  expect(mayBe('select id from t where id in (?) order by mine(n)')).toBe(true)
  expect(mayBe('select id, mine(n) from t where id in (?) group by id')).toBe(false)
  expect(mayBe('select id, mine(n) over (partition by id) from t where id in (?)')).toBe(false)
  expect(mayBe('select id, coalesce(n, lower(m)) from t where mine(n) and id in (?)')).toBe(false)
  // PostgreSQL refuses a column beside one.
  expect(mayBe('select id, mine(n) from t where id = any($1)', 'postgres')).toBe(false)
})
