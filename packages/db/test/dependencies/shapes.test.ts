/** Ways to write a statement that hide which rows and columns it reads or changes, and ways that do not. */
import { describe, expect, test } from 'vitest'
import type { Catalog } from '../../src/dependencies/catalog.ts'
import { type DependencyPlan, planDependencies } from '../../src/dependencies/plan.ts'
import type { Dialect } from '../../src/statement/index.ts'
import { DIALECTS } from '../statement/says.ts'

const key = { column: 'id', type: 'integer', max: 2 ** 31 - 1 } as const

/** The plan of a statement over `t` (id, a, b, c) and `u` (id, d). */
function planOf(sql: string, dialect: Dialect): DependencyPlan {
  const catalog: Catalog = {
    dialect,
    schema: 'main',
    searchPath: ['main'],
    tables: new Map([
      ['main.t', { key, columns: ['id', 'a', 'b', 'c'] }],
      ['main.u', { key, columns: ['id', 'd'] }],
    ]),
    functions: new Map([
      ['total', 'stable'],
      ['logged', 'volatile'],
      ['a', 'volatile'],
    ]),
  }
  return planDependencies(sql, catalog)
}

/** Dialects with spaces between them or `all`; a statement; its tags without those that all have. */
type Case = readonly [dialects: string, sql: string, tags: string]

function testTags(cases: readonly Case[], tagsOf: (plan: DependencyPlan) => readonly string[]): void {
  for (const [dialects, sql, tags] of cases) {
    for (const dialect of DIALECTS.filter((one) => dialects === 'all' || dialects.split(' ').includes(one))) {
      test(`${dialect}: ${sql}`, () => {
        const own = tagsOf(planOf(sql, dialect)).filter((tag) => !tag.startsWith('db#'))
        expect(own.map((tag) => tag.slice('table:'.length)).join(' ')).toBe(tags)
      })
    }
  }
}

describe('a read of all columns depends on the table', () => {
  const shapes: readonly Case[] = [
    ['postgres', 'select distinct on (a) * from t', 't'],
    ['postgres', 'select distinct on (x.a, (x.b)) * from t x order by x.a', 't'],
    ['postgres', 'select distinct on (a) *, 1 as one from t', 't'],
    ['postgres', 'select distinct on (a) id, * from t', 't'],
    ['mysql', 'select sql_no_cache * from t', 't'],
    ['mysql', 'select high_priority sql_small_result straight_join * from t', 't'],
    ['mysql', 'select distinctrow * from t', 't'],
    ['all', 'select all * from t', 't'],
    ['all', 'select a from u, (select * from t) q', 't'],
    ['all', 'select exists (select * from t)', 't'],
    ['postgres', 'select (x).* from t x', 't'],
    ['postgres', 'select x.to_jsonb from t x', 't'],
    ['postgres', 'select t.row_to_json from t', 't'],
    ['postgres', 'select main.t.count from main.t', 't'],
  ]
  testTags(
    shapes.map(([dialects, sql]) => [dialects, sql, sql.includes(' u,') ? 'u t' : 't']),
    (plan) => plan.readTags([]),
  )
})

describe('a read that names its columns depends on these', () => {
  testTags(
    [
      ['all', 'select count(*) from t', 't.id t#rows'],
      ['all', 'select a * 2 from t', 't.id t.a t#rows'],
      ['all', 'select (a) * b as c2 from t', 't.id t.a t.b t#rows'],
      ['all', 'select 2 * x.a from t x where x.b * -1 > 0', 't.id t.a t.b t#rows'],
      ['sqlite', "select x.'a' from t x", 't.id t.a t#rows'],
      ['all', 'select main.t.a from main.t', 't.id t.a t#rows'],
    ],
    (plan) => plan.readTags([]),
  )
})

describe('columns by other names', () => {
  testTags(
    [
      ['postgres', 'select c3 from t as x(c1, c2, c3)', 't'],
      ['postgres', "select * from t x(a, id, c) where x.id = '7'", 't'],
      ['postgres', 'select a from t x(a, id, c) where id = 7', 't'],
      ['postgres', 'select row_to_json(j) from (t join u using (id)) j', 't u'],
      ['postgres', 'select j.c4 from (t cross join (u)) as j(c1, c2, c3, c4) where j.c1 = 7', 't u'],
      ['postgres', 'select x.d from (t as x cross join u) as x(d, e, f, g, id) where x.id = 7', 't u'],
      ['postgres', 'select x from only (t) x', 't'],
      ['postgres', 'select to_json(lock) from t lock', 't'],
      ['postgres', 'select y.a from t x(a) join t y on y.a = x.a where y.id = 7', 't'],
      ['all', 'select q.e from (select a, b from t) as q(e, id) where q.id = 7', 't.id t.a t.b t#rows'],
      ['all', 'with q(e, id) as (select a, b from t) select e from q where id = 7', 't.id t.a t.b t#rows'],
      ['all', 'select t.a from (t join u on u.d = t.b) where t.id = 7', 't/7 t#rows u.id u.d u#rows'],
    ],
    (plan) => plan.readTags([]),
  )
})

describe('a word that may be a column does not end a condition', () => {
  testTags(
    [
      ['sqlite mysql', 'select a from t where id = 7 and offset = 3 or a = 1', 't.id t.a t#rows'],
      ['all', 'select a from t where id = 7 and lock = 3 or a = 1', 't.id t.a t#rows'],
      ['all', 'select a from t where id = 7 and not minus or a = 1', 't.id t.a t#rows'],
      ['all', 'select a from t where id = 7 and b is not distinct from procedure or a = 1', 't.id t.a t.b t#rows'],
      ['sqlite', 'select a from t where window = 3 or a = 1', 't.id t.a t#rows'],
      ['postgres', 'select a from t where id = 7 and 1 operator(pg_catalog.=) lock or a = 1', 't.id t.a t#rows'],
      ...[
        'where id = 7 limit 1',
        'where id = 7 and b is null order by a',
        'where id = 7 and b limit 1',
        'where (id = 7) group by a',
        'where 7 = id limit 1',
        'where id = 7 and x.b = y.c limit 1',
        "where id = 7 and b = 'x' limit 1",
        'where id = 7 and a < b limit 1',
        'where id = 7 and b is not false order by a',
      ].map((where): Case => ['all', `select a from t ${where}`, 't/7 t#rows']),
      ['postgres', 'select a from t where id = 7::bigint limit 1', 't/7 t#rows'],
      ['mysql', 'select a from t force index (i) where id = 7', 't/7 t#rows'],
      ['sqlite', 'select a from t indexed by i where id = 7', 't/7 t#rows'],
    ],
    (plan) => plan.readTags([]),
  )
})

describe('an update by key changes all columns that it sets', () => {
  testTags(
    [
      ['postgres sqlite', 'update t set a = b is distinct from c, c = 1 where id = 7', 't t/7 t.a t.c'],
      ['postgres sqlite', 'update t set a = b is not distinct from 1, c = 1 where id = 7', 't t/7 t.a t.c'],
      ['postgres', 'update t x set a = b is distinct from u.d, c = 1 from u where x.id = 7', 't t/7 t.a t.c'],
      [
        'all',
        "update t set a = case when b = 1 then 2 else 3 end, c = trim(both 'x' from b) where id = 7",
        't t/7 t.a t.c',
      ],
      ['mysql', 'update t set returning = 1, c = 2 where id = 7', 't t/7 t.returning t.c'],
      ['mysql', 'update t set a = returning, c = 2 where id = 7', 't t/7 t.a t.c'],
      ['postgres sqlite', 'update t set a = 1 where id = 7 returning b, c', 't t/7 t.a'],
      ['sqlite', "update t set a = 1, 'c' = 2 where id = 7", 't t/7 t.a t.c'],
      ['sqlite', "update t set (a, 'c') = (1, 2) where id = 7", 't t/7 t.a t.c'],
      ['sqlite', "update t set a = 1, 'id' = 9 where id = 7", 't t#rows'],
      ['mysql sqlite', 'update t set a = 1 where id = 7 and offset = 2 or b = 1', 't t#rows'],
    ],
    (plan) => plan.writeTags([]),
  )
})

describe('an insert changes the row of its key alone', () => {
  const CONFLICT = 'insert into t (id, a) values (7, 1) on conflict (id) do'
  testTags(
    [
      ['all', 'insert into t (a, id) values (1, 7)', 't t/7 t.id'],
      ['postgres', 'insert into t (a, id) values (array[1, 2, 3], 7)', 't t/7 t.id'],
      ['postgres', 'insert into t (a[1], id, b, c) values (1, 7, 3, 4)', 't t#rows'],
      ['mysql', 'insert into t (t.a, id, b, c) values (1, 7, 3, 4)', 't t#rows'],
      ['postgres sqlite', `${CONFLICT} nothing`, 't t/7 t.id'],
      ['postgres sqlite', `${CONFLICT} update set a = 2`, 't t/7 t.id'],
      ['sqlite', `${CONFLICT} update set 'id' = 9`, 't t#rows'],
      ['sqlite', `${CONFLICT} update set (a, 'id') = (1, 9)`, 't t#rows'],
      ['sqlite', `${CONFLICT} nothing on conflict (a) do update set b = 2`, 't t#rows'],
      ['sqlite', `${CONFLICT} update set a = 2 on conflict (a) do update set b = 2`, 't t#rows'],
      ['sqlite', `${CONFLICT} nothing on conflict do update set b = 2`, 't t#rows'],
    ],
    (plan) => plan.writeTags([]),
  )
})

describe('a function that is called as a field of a row', () => {
  test.each([
    'select x.total from t x',
    'select (x).total from t x',
    'select (select u from u limit 1).total from t',
    'select q.total from (select 1 as total) q',
  ])('is one that reads: %s', (sql) => {
    const { calls, bypass } = planOf(sql, 'postgres')
    expect(calls).toContain('total')
    expect(bypass).toEqual(['volatile'])
  })

  test.each([
    'select x.logged from t x',
    'update u set d = t.logged from t where t.id = u.id',
    'select (x).a from t x',
    'select y.a from t x, u y',
  ])('is one that may write: %s', (sql) => {
    const plan = planOf(sql, 'postgres')
    expect(plan.writesTables).toBeUndefined()
    expect(plan.writeTags([])).toContain('db#any')
  })

  test.each(['select x.a from t x', 'select main.t.a from main.t', 'select t.a, u.d from t join u on u.id = t.id'])(
    'is none where the table has the column: %s',
    (sql) => {
      const { calls, bypass, writesTables } = planOf(sql, 'postgres')
      expect([calls, bypass, writesTables]).toEqual([[], [], []])
    },
  )

  test.each(['mysql', 'sqlite'] as const)('is none in %s', (dialect) => {
    expect(planOf('select x.total from t x', dialect)).toMatchObject({ calls: [], bypass: [] })
  })
})
