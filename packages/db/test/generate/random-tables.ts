/** Random tables of SQLite, of all the kinds that make a difference to tags, and reads and writes of them. */
import type { SeededRandom } from '@hotpath/testkit'

/** A statement and its parameters. */
export interface Call {
  readonly sql: string
  readonly params: readonly (string | number | bigint | null)[]
}

/** What is behind the first word of `create table`; all have the columns `id`, `a`, `b`, `c` and `lock`. */
const KINDS = [
  '(id integer primary key, a, b, c)',
  '(id integer primary key, a, b, c)',
  '(id integer primary key autoincrement, a integer, b text, c)',
  '("ID" INTEGER PRIMARY KEY DESC, a, b, c)',
  '(id text primary key, a, b, c)',
  '(id int primary key, a, b, c)',
  '(id integer primary key, a, b, c) without rowid',
  '(id integer primary key, a unique on conflict replace, b, c)',
  '(id integer primary key, a unique, b, c)',
  '(id integer, a, b, c)',
  '(id integer, a, b, c, primary key (id, a))',
  '(id integer primary key, a, b, c as (a + 1))',
  '(id integer primary key, a references t0 (id) on delete cascade on update cascade, b, c)',
  '(id integer primary key on conflict replace, a, b collate nocase, c check (c is null or c < 1000))',
] as const

/** Statements that make some tables, with rows, and what refers to them. */
export function randomSchema(random: SeededRandom): { readonly statements: string[]; readonly tables: string[] } {
  const { pick, chance, int } = random
  const tables = ['t0', 't1', 'Ticket Lines'].slice(0, 2 + int(2))
  const statements = ['pragma foreign_keys = on']
  for (const [index, table] of tables.entries()) {
    const kind = pick(index === 0 ? KINDS.slice(0, 5) : KINDS)
    // Its name is a word that comes after a condition in other databases.
    statements.push(`create table "${table}" ${kind}`, `alter table "${table}" add column lock default 1`)
    const columns = kind.includes(' as (') ? 'id, a, b' : 'id, a, b, c'
    for (let id = 0; id < 4; id++) {
      const a = kind.includes('references') || kind.includes('unique') ? id : int(4)
      statements.push(
        `insert into "${table}" (${columns}) values (${id}, ${a}, '${pick(['x', 'y'])}'${columns.endsWith('c') ? `, ${int(3)}` : ''})`,
      )
    }
  }
  if (chance(0.3))
    statements.push(
      'create view v as select x.id, x.a, y.b, y.c from t0 x left join t1 y on y.id = x.a',
      'create view w as select * from v where a > 0',
    )
  if (chance(0.2))
    statements.push('create trigger tr after update on t0 begin update t1 set b = b || new.id where id = old.a; end')
  if (chance(0.2))
    statements.push(
      'create trigger ti before delete on t1 when old.id > 1 begin insert into t0 (a) values (old.id); end',
    )
  if (chance(0.3)) statements.push('create index i on t1 (a, b)')
  const views = statements.some((sql) => sql.startsWith('create view')) ? ['v', 'w'] : []
  return { statements, tables: [...tables, ...views] }
}

/** Makes a call: `sql` has `$` in the place of a key. */
function call(random: SeededRandom, sql: string): Call {
  const { pick, int, chance } = random
  const params: (string | number | bigint | null)[] = []
  const text = sql.replaceAll('$', () => {
    const key = int(5)
    if (chance(0.3))
      return pick([`${key}`, `'${key}'`, `0${key}`, `+${key}`, `${key}.0`, `${key} + 0`, `-${key}`, `(${key})`])
    params.push(
      pick<string | number | bigint | null>([
        key,
        key,
        key,
        BigInt(key),
        `${key}`,
        ` ${key}`,
        `0${key}`,
        key + 0.5,
        null,
        'x',
      ]),
    )
    return '?'
  })
  return { sql: chance(0.15) ? text.toUpperCase() : text, params }
}

/** A name as it may be written. */
function spelled({ pick, chance }: SeededRandom, name: string): string {
  const quoted = pick([`"${name}"`, `[${name}]`, `\`${name}\``])
  return `${chance(0.1) ? 'main.' : ''}${name.includes(' ') || chance(0.2) ? quoted : name}`
}

/** A query; its rows are in no order unless there is a limit. */
export function randomRead(random: SeededRandom, tables: readonly string[]): Call {
  const { pick, int } = random
  const table = (): string => spelled(random, pick(tables))
  const id = pick(['id', 'x.id', '"id"', 'rowid', 'x.rowid', '[ID]', "x.'id'"])
  const columns = pick([
    '*',
    'a',
    'x.b, c',
    'x.*',
    'count(*)',
    'sum(a)',
    'max(id)',
    'id',
    'x.rowid',
    "json_object('a', x.a)",
    'case when a > 1 then b else c end',
    '(select count(*) from t1)',
    ...["x.'c'", 'sum(c)', 'a * b', '(a) * 2, c', 'count(*) * a', 'all *', 'distinct *'],
  ])
  const condition = pick([
    ...[`${id} = $`, `${id} = $`, `$ = ${id}`, `${id} in ($, $)`, `${id} in ($)`, `(${id} = $)`, `${id} = $ and a > 0`],
    ...[
      `a = $ and (${id} = $)`,
      `${id} = $ or a = 1`,
      `not ${id} = $`,
      `${id} between $ and $`,
      `${id} > $`,
      `a between 0 and 2 and ${id} = $`,
    ],
    ...[
      `${id} = $ and c is not null`,
      `${id} == $`,
      `${id} is $`,
      `(${id}, a) = ($, 1)`,
      `${id} = $ collate nocase`,
      `${id} = $ = 1`,
      `a = 1 and b = 'x'`,
    ],
    ...[
      `c in (select id from t1)`,
      `exists (select 1 from t0 y where y.id = x.a and x.id = $)`,
      `${id} = (select max(id) from t0)`,
      `${id} in t_keys`,
      `+${id} = $`,
    ],
    ...[
      `case when ${id} = $ then 1 else a end`,
      `${id} = $ and ${id} = $`,
      `$ in (${id}, 3)`,
      `b like 'x%'`,
      `a = $ union select a from t0 where id = $`,
    ],
    ...[
      `${id} = $ and lock = 1 or a = 1`,
      `${id} = $ and a is not distinct from lock or a = 1`,
      `${id} = $ and not lock`,
    ],
  ])
  return call(
    random,
    pick([
      ...[
        `select ${columns} from ${table()} x where ${condition}`,
        `select ${columns} from ${table()} as x where ${condition}`,
      ],
      ...[`select ${columns} from ${table()} x where ${condition}`, `select ${columns} from ${table()} as x`],
      `select x.a, y.b from ${table()} x join ${table()} y on y.id = x.a where x.id = $`,
      `select x.a, y.b from ${table()} x, ${table()} y where x.id = $ and y.id = $`,
      `select * from ${table()} x left join ${table()} y on y.a = x.id and y.id = $ where x.id = $`,
      `select y.c from ${table()} x left join ${table()} y using (id) where id = $`,
      `select x.a, (select y.b from ${table()} y where y.id = x.a) from ${table()} x where x.id = $`,
      `with q as (select * from ${table()} x where x.id = $) select a, b from q where id = $`,
      `with t0 as (select 1 as id, 2 as a) select t0.id, y.b from t0, ${table()} y where y.id = $`,
      `select a from ${table()} x where id = $ union all select b from ${table()} x where x.id = $`,
      `select a from ${table()} x group by a having count(*) > 1`,
      `select id, c from ${table()}`,
      `select x.id, row_number() over (order by a, x.id) from ${table()} x`,
      `select a from ${table()} x where id in (${Array.from({ length: 1 + int(24) }, () => '$').join(', ')})`,
      `select x.a from ${Array.from({ length: 9 }, (_, at) => `${table()} x${at || ''}`).join(', ')} where x.id = $ and x1.id = 1 and x2.id = 1 and x3.id = 2 and x4.id = 3 and x5.id = 0 and x6.id = 1 and x7.id = 2 and x8.id = 1`,
      `select * from (select * from ${table()} x where id = $) z where z.a = 1`,
      `select * from ${table()} x natural join ${table()} y where x.id = $`,
      `values ((select a from ${table()} x where ${condition}))`,
    ]),
  )
}

/** A change of rows. */
export function randomWrite(random: SeededRandom, tables: readonly string[]): Call {
  const { pick, int } = random
  const table = spelled(random, pick(tables))
  const other = spelled(random, pick(tables))
  const id = pick(['id', 'id', '"id"', 'rowid', '[ID]', '_rowid_', 'oid'])
  const set = pick([
    'a = 3',
    'b = $',
    'a = a + 1, b = null',
    '(a, b) = (1, 2)',
    `c = (select max(id) from ${other})`,
    `${id} = ${10 + int(3)}`,
    'id = id',
    `a = 2, ${id} = id + 20`,
    '"b" = 7, [c] = 8',
  ])
  const condition = pick([
    `${id} = $`,
    `${id} = $`,
    `id in ($, $)`,
    `(${id} = $)`,
    `$ = ${id}`,
    `${id} = $ and a > 0`,
    `${id} = $ or a = 1`,
    'a = 1',
    `${id} > $`,
    `id in (select a from ${other})`,
    `not id = $`,
    `exists (select 1 from ${other} y where y.id = $)`,
    'a = 2 or b is null or 1',
  ])
  return call(
    random,
    pick([
      ...[
        `update ${table} set ${set} where ${condition}`,
        `update ${table} set ${set} where ${condition}`,
        `update ${table} as x set ${set} where x.${condition.startsWith('id') ? condition : 'id = $'}`,
      ],
      ...[
        `update ${table} set ${set}`,
        `update or ignore ${table} set ${set} where ${condition}`,
        `update or replace ${table} set ${set} where ${condition} returning *`,
      ],
      ...[`delete from ${table} where ${condition}`, `delete from ${table} where ${condition}`, `delete from ${table}`],
      ...[
        `insert into ${table} (id, a, b) values ($, 1, 2)`,
        `insert into ${table} (a, id) values (7, ${4 + int(3)})`,
        `insert into ${table} (a, b) values (1, 2)`,
        `insert into ${table} (b, a, [ID]) values (1, 2, 7), (3, 4, 8)`,
      ],
      ...[
        `insert or replace into ${table} (id, a) values ($, 5)`,
        `replace into ${table} (id, a) values ($, $)`,
        `insert or ignore into ${table} (id, a) values ($, 6)`,
        `insert into ${table} (rowid, a) values ($, 6)`,
      ],
      ...[
        `insert into ${table} (id, a) values ($, 6) on conflict (id) do update set a = 9`,
        `insert into ${table} (id, a) values ($, 6) on conflict do nothing`,
        `insert into ${table} (id, a) values ($, 6) on conflict (id) do update set id = 17, b = 3`,
        `insert into ${table} (id, a) values ($, 1) on conflict (id) do nothing on conflict (a) do update set b = 5`,
        `insert into ${table} (id, a) values ($, 2) on conflict (id) do update set b = 4 on conflict do update set b = 6`,
      ],
      ...[
        `insert into ${table} (id, a) values ($, 6) on conflict (id) do update set (b, id) = (1, 18)`,
        `insert into ${table} (id, a) select id + 40, a from ${other}`,
        `insert into ${table} (id, a) values ($, (select max(a) from ${other})), (null, 3)`,
      ],
      ...[
        `update ${table} as x set a = y.a + 50 from ${other} y where y.id = x.id and x.id = $`,
        `update ${table} as x set b = y.b from ${other} as y where x.id = y.a`,
      ],
      ...[
        `with q as (select 1 as k) update ${table} set b = 8 where id in (select k from q)`,
        `with q as (select id from ${other} where id = $) delete from ${table} where id in (select id from q)`,
      ],
      `insert into ${table} values (${4 + int(2)}, 3, 4, 5, 1)`,
      ...[
        `update ${table} set lock = a is distinct from b, c = 9 where id = $`,
        `update ${table} set lock = case when a is not distinct from 1 then 2 else b end, c = 9 where id = $`,
        `update ${table} set b = 4, c = 9 where id = $ and lock = 1 or a >= 0`,
        `delete from ${table} where id = $ and a is not distinct from lock or b = 'x'`,
      ],
      `insert into ${table} default values`,
      `delete from ${table} where id = $; update ${other} set a = 77`,
    ]),
  )
}
