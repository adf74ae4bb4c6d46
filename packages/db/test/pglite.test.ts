import { createCache, memory } from '@hotpath/core'
import { expect, test } from 'vitest'
import { pglite } from '../src/driver/pglite.ts'
import { createQueryOptimizer, tableTag } from '../src/index.ts'
import { createPaginator } from '../src/paginate/paginator.ts'
import { readStatement } from '../src/statement/index.ts'
import { catalogCases } from './engines/catalog-cases.ts'
import { useEngine } from './engines/engine.ts'
import { POSTGRES_KINDS, clearPostgres, startPglite } from './engines/postgres.ts'
import { paramsCases } from './engines/params-cases.ts'
import { readCases } from './engines/read-cases.ts'
import { shapeCases } from './engines/shape-cases.ts'
import { transactionCases } from './engines/transaction-cases.ts'
import { valueCases } from './engines/value-cases.ts'

const bench = useEngine(startPglite, clearPostgres)
readCases(bench)
shapeCases(bench, 'postgres')
paramsCases(bench)
transactionCases(bench)
catalogCases(bench)
valueCases(bench, POSTGRES_KINDS)

test('all functions that PostgreSQL itself calls volatile are known, but for those that no query can call', async () => {
  const { engine } = bench()
  const { rows } = await engine.database.query<{ name: string }>(
    `select distinct proname as name from pg_proc
    where provolatile = 'v' and pronamespace = 'pg_catalog'::regnamespace and proname not like 'binary\\_upgrade%'
      and prorettype not in (select oid from pg_type where typname ~ '_?(handler|trigger)$')
      and not proargtypes @> array['internal'::regtype::oid]::oidvector`,
  )
  const unknown = rows.filter(
    ({ name }) => !readStatement(`select ${name}(a) from t`, 'postgres').bypass.includes('volatile'),
  )
  expect(rows.length).toBeGreaterThan(100)
  expect(unknown).toEqual([])
})

test('what may change anything changes what depends on a table, also under a name of no table', async () => {
  const { engine } = bench()
  await engine.exec(
    'create table jobs (id integer primary key)',
    'create function work() returns integer language sql as $$ update users set name = name returning id $$',
    'create view working as select work() as n',
    `create function run() returns trigger language plpgsql as $$ begin execute 'delete from audit'; return new; end $$`,
    'create trigger runs after insert on jobs for each row execute function run()',
  )
  const cache = createCache({ name: 'search', tiers: [memory({ maxEntries: 100 })] })
  const db = createQueryOptimizer({ cache, driver: pglite(engine.database), dependsOn: { search: ['users'] } })
  let loads = 0
  const own = (): Promise<number> => cache.getOrSet('own', () => ++loads, { tags: [tableTag('search')], ttl: '1h' })
  await own()
  await db.query('select * from working')
  expect(await own()).toBe(2)
  await db.invalidateTables(['working'])
  expect(await own()).toBe(3)
  await db.invalidateTables(['jobs'])
  expect(await own()).toBe(4)
  await db.query('select count(*) as n from audit')
  expect(await own()).toBe(4)
  expect((await db.explain('select * from working')).tags).toContain(tableTag('search'))
  await db.close()
  await cache.close()
})

test('a transaction in which an error was caught is rolled back, and says so', async () => {
  const { db } = bench()
  const committed: unknown[] = []
  const done = db.transaction(
    async (tx) => {
      await tx.query("insert into audit values (1, 'lost')")
      await tx.query('select 1 / 0').catch(() => {})
    },
    { onCommit: (token) => committed.push(token) },
  )
  await expect(done).rejects.toMatchObject({ code: 'ERR_DB_ROLLED_BACK' })
  expect([committed, await db.query('select id from audit')]).toEqual([[], []])
})

test('a parser that is set while results are cached holds for hits and misses alike', async () => {
  const { db, engine } = bench()
  const { parsers } = engine.database
  const read = (id: number): Promise<unknown[]> => db.query('select name from users where id = $1', [id])
  const usual = parsers[1043]
  await read(1)
  parsers[1043] = (value) => value.toUpperCase()
  try {
    expect([await read(1), await read(2), await read(1)]).toEqual([
      [{ name: 'ANN' }],
      [{ name: 'BEN' }],
      [{ name: 'ANN' }],
    ])
    expect(db.stats().hits).toBe(2)
  } finally {
    if (usual === undefined) delete parsers[1043]
    else parsers[1043] = usual
  }
  expect([await read(1), await read(2)]).toEqual([[{ name: 'Ann' }], [{ name: 'Ben' }]])
})

test('cursors by columns whose parameters PGlite takes as no strings', async () => {
  const { db, engine } = bench()
  await engine.exec(
    'create table pins (id integer primary key, pinned boolean, code bytea)',
    String.raw`insert into pins values (1, true, '\x00ff'), (2, false, '\x01'), (3, true, '\x01'), (4, null, '\x02')`,
  )
  const paginate = createPaginator(db, { secret: 'a secret for tests alone', pageSize: 1 })
  for (const [column, ids] of [
    ['pinned', [2, 1, 3, 4]],
    ['code', [1, 2, 3, 4]],
  ] as const) {
    const found: unknown[] = []
    let after: string | undefined
    do {
      const page = await paginate.cursor({ sql: 'select id, pinned, code from pins', orderBy: [column, 'id'], after })
      found.push(...page.rows.map(({ id }) => id))
      after = page.next
    } while (after !== undefined)
    expect([column, found]).toEqual([column, ids])
  }
})

test.each([
  ['int4', 23],
  ['date', 1082],
  ['json', 114],
  ['bool', 16],
])('a parser of %s that is deleted while results are cached gives way to the usual one of PGlite', async (_, type) => {
  const { db, engine } = bench()
  const { parsers } = engine.database
  await engine.exec(
    'create table kept (id text, a int, b date, c json, d bool)',
    `insert into kept values ('x', 7, '2024-02-29', '{"e": 1}', true), ('y', 7, '2024-02-29', '{"e": 1}', true)`,
  )
  const sql = 'select a, b, c, d from kept where id = $1'
  const [before] = await db.query(sql, ['x'])
  const usual = parsers[type]
  const seen = async (): Promise<unknown[]> => [
    ...(await db.query(sql, ['x'])),
    ...(await db.query(sql, ['y'], { refresh: true })),
    ...(await engine.direct(sql, ['x'])),
  ]
  try {
    delete parsers[type]
    expect(await seen()).toEqual([before, before, before])
    parsers[type] = () => 'own'
    const [hit, miss, direct] = await seen()
    expect([hit, miss]).toEqual([direct, direct])
    delete parsers[type]
    expect(await seen()).toEqual([before, before, before])
  } finally {
    if (usual !== undefined) parsers[type] = usual
  }
})

test('a part in which an error was caught is undone alone, and invalidates nothing', async () => {
  const { db, source } = bench()
  const sources = async (): Promise<string[]> => [
    await source('select * from tickets'),
    await source('select * from audit'),
  ]
  await sources()
  await db.transaction(async (tx) => {
    await tx.query("update tickets set status = 'before' where id = 7")
    const part = tx.transaction(async (inner) => {
      await inner.query("insert into audit values (1, 'undone')")
      await inner.query('select 1 / 0').catch(() => {})
    })
    await expect(part).rejects.toMatchObject({ code: '25P02' })
    await tx.query("update tickets set status = 'after' where id = 8")
  })
  expect(await sources()).toEqual(['database', 'memory'])
  expect(await db.query('select status from tickets order by id')).toEqual([{ status: 'before' }, { status: 'after' }])
  expect(await db.query('select id from audit', [], { cache: false })).toEqual([])
})

test('what a program runs past us while a transaction is open is no part of it', async () => {
  const { db, engine } = bench()
  const { database } = engine
  let outside: Promise<unknown> | undefined
  const undone = db.transaction(async (tx) => {
    await tx.query("insert into audit values (1, 'undone')")
    outside = database.query("insert into audit values (2, 'outside')")
    await tx.query("insert into audit values (3, 'undone')")
    throw new Error('no')
  })
  await expect(undone).rejects.toThrow('no')
  await outside
  expect(await db.query('select id from audit', [], { cache: false })).toEqual([{ id: 2 }])
})
