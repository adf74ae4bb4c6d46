import { expect, test } from 'vitest'
import { batchQuery } from '../../src/batch/batch-query.ts'
import { tellsApart } from '../../src/batch/key-kinds.ts'
import { listStatement } from '../../src/batch/list-statement.ts'
import { rowsByKey } from '../../src/batch/rows-by-key.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { batchCases } from './batch-cases.ts'

const bench = useEngine(() => startSqlite('node:sqlite'), clearSqlite)

batchCases(bench)

test('statements for one key and for many', () => {
  const postgres = listStatement('select * from t where id = ANY ( $1::int[] ) order by id', 'postgres')
  expect(postgres.one).toBe('select * from t where id = $1 order by id')
  expect(postgres.many([1, 2, 3]).params).toEqual([[1, 2, 3]])
  const sqlite = listStatement('select * from t where id in (?)', 'sqlite')
  expect(sqlite.one).toBe('select * from t where id = ?')
  // By powers of two.
  expect(sqlite.many([1, 2, 3])).toEqual({ sql: 'select * from t where id in (?, ?, ?, ?)', params: [1, 2, 3, 3] })
})

test('only a number or a uuid is sure to have no rows', () => {
  const uuid = '6f1e3a0e-0000-4000-8000-00000000000a'
  expect(rowsByKey([1, 2n, uuid, 'x'], [['1'], ['1']], 0)).toEqual([[['1'], ['1']], [], [], undefined])
  // `bigint` as `pg` returns it.
  // `'5.00'` is another spelling of 5.
  expect(rowsByKey([5, '5.00', 6], [['5.00']], 0)).toEqual([undefined, undefined, undefined])
  expect(rowsByKey(['1', '22', '-3', '02', '1.0'], [['1']], 0)).toEqual([[['1']], [], [], undefined, undefined])
  // A row that nobody has asked for is somebody's by other rules.
  expect(rowsByKey([1, 2], [['1'], ['02']], 0)).toEqual([undefined, undefined])
})

test('an aggregate over columns from outside of its query, which makes one row of all keys, is run for each of them', async () => {
  const { db, engine } = bench()
  await engine.exec("insert into tickets values (9, 'new', 1)")
  for (const others of ['', 'from audit', 'from users']) {
    const counts = batchQuery<{ n: number }>(
      db,
      `select t.id, (select count(t.status) ${others}) as n from tickets t where t.id in (?)`,
    )
    const alone = [7, 8, 9].map((id) =>
      db.query<{ n: number }>(`select t.id, (select count(t.status) ${others}) as n from tickets t where t.id = ${id}`),
    )
    expect(await counts.loadMany([7, 8, 9])).toEqual((await Promise.all(alone)).map(([row]) => row))
  }
})

test('keys of one kind go out together, in a list of their own', async () => {
  const { db } = bench()
  const users = batchQuery<{ name: string }>(db, 'select id, name from users where id in (?)')
  const found = await users.loadMany([1, 2, '1', '2', 'x', 'y', 1.5, -0] as never)
  expect(found.map((user) => user?.name)).toEqual(['Ann', 'Ben', 'Ann', 'Ben', ...Array(4)])
  const sent = db
    .stats()
    .fingerprints.flatMap(({ fingerprint, count }) =>
      fingerprint.includes(' in (') ? Array(count).fill(fingerprint) : [],
    )
  expect(sent).toHaveLength(2)
})

test('columns that do not tell large numbers apart, or take numbers for something else', () => {
  const large = ['9007199254740993', '9007199254740992']
  const [real, double, bigint] = [700, 701, 20]
  expect([real, double, bigint].map((type) => tellsApart(['k', type], large, 'postgres'))).toEqual([false, false, true])
  expect([real, double, bigint].map((type) => tellsApart(['k', type], [7], 'postgres'))).toEqual([false, true, true])
  const [float, longlong, year, string, enumeration] = [4, 8, 13, 253, 247]
  const ofMysql = (keys: readonly unknown[]): boolean[] =>
    [float, longlong, year, string, enumeration].map((type) => tellsApart(['k', type], keys, 'mysql'))
  expect(ofMysql(large)).toEqual([false, true, false, false, true])
  expect(ofMysql([7])).toEqual([false, true, false, true, false])
  // What is read as a number has lost digits.
  expect(rowsByKey(large, [[9007199254740992]], 0)).toEqual([undefined, undefined])
})

test('what is wrong with a statement or an option is named', () => {
  const { db } = bench()
  for (const sql of [
    'select 1',
    'select * from t where a in (?) and b in (?)',
    'select * from t where a in (?) and b = ?',
    7 as never,
  ])
    expect(() => batchQuery(db, sql)).toThrow('`sql` must be a statement with `where id in (?)` and no other parameter')
  for (const sql of [
    'delete from t where id in (?)',
    'with gone as (delete from t where id in (?) returning id) select id from gone',
  ])
    expect(() => batchQuery(db, sql)).toThrow('`sql` must be a statement that reads')
  expect(() => batchQuery(db, 'select * from t where id in (?)', { window: '1s' })).toThrow(
    "`window` must be at most '100ms'",
  )
  expect(() => batchQuery(db, 'select * from t where id in (?)', { kye: 'a' } as never)).toThrow('`key`')
  expect(() => batchQuery(db, 'select * from t where id in (?)', { key: 7 as never })).toThrow('`key` must be a string')
  expect(() => batchQuery(db, 'select * from t where id in (?)', { ttl: 'soon' as never })).toThrow('`ttl`')
})

test('what is wrong with a call is named, also when its row is at hand', async () => {
  const users = batchQuery(bench().db, 'select id, name from users where id in (?)')
  await users.load(1)
  const wrong: [unknown, string][] = [
    [{ priority: 'urgent' }, '`priority` must be one of'],
    [{ signal: 7 }, '`signal` must be an AbortSignal'],
    [{ prioriti: 'low' }, 'Did you mean `priority`?'],
    ['low', 'must be an object'],
  ]
  for (const [options, message] of wrong) {
    await expect(users.load(1, options as never)).rejects.toThrow(message)
    await expect(users.loadAll(1, options as never)).rejects.toThrow(message)
    await expect(users.loadMany([1, 2], options as never)).rejects.toThrow(message)
  }
  await expect(users.loadMany(1 as never)).rejects.toThrow('`keys` must be a list')
})

test('what is no key is refused, as drivers take some of it for SQL', async () => {
  const users = batchQuery(bench().db, 'select id, name from users where id in (?)')
  for (const key of [{ id: 1 }, [1], true, null, Number.NaN])
    await expect(users.load(key as never)).rejects.toThrow('`key` must be a string, a finite number or a bigint')
})

test('a key that is no column of the result is named', async () => {
  const { db } = bench()
  expect(() => batchQuery(db, 'select name from users where id in (?)')).toThrow(
    /`key` must be a column of the result, received undefined. None is sure to be the one/,
  )
  const users = batchQuery(db, 'select name from users where id in (?)', { key: 'id', attempts: 1 })
  await expect(users.loadMany([1, 2])).rejects.toThrow(
    "`key` must be a column of the result, received 'id'. Add it to the `select`.",
  )
  const twice = batchQuery(db, 'select u.*, t.* from users u join tickets t on t.owner = u.id where u.id in (?)', {
    ...{ key: 'id', attempts: 1 },
  })
  await expect(twice.loadMany([1, 2])).rejects.toThrow('Several have this name: give it another by `as`.')
})

test('a caller that leaves does not end the load of others', async () => {
  const users = batchQuery<{ name: string }>(bench().db, 'select id, name from users where id in (?)')
  const leaving = new AbortController()
  const first = users.load(1, { signal: leaving.signal })
  const others = [users.load(1), users.load(2)]
  leaving.abort(new Error('left'))
  await expect(first).rejects.toThrow('left')
  expect((await Promise.all(others)).map((user) => user?.name)).toEqual(['Ann', 'Ben'])
})

test.each([
  'select * from t where id in (?) limit 1',
  'select * from (select * from t where id in (?) limit 5) t',
  'select * from t where id in (?) or vip',
  'select * from t where (id in (?) or vip) and a',
  'select * from t where id not in (?)',
  'select count(*) from t where id in (?)',
  'select coalesce(sum(a), 0) from t where id in (?)',
  'select id, json_group_array(a) from t where id in (?)',
  'select a, count(*) from t where id in (?) group by a',
  'select id, row_number() over (order by a) n from t where id in (?)',
  'select * from t where id in (?) union all select * from u',
])('rows of several keys together are refused: %s', (sql) => {
  expect(() => batchQuery(bench().db, sql)).toThrow('a statement whose rows are those of each key by itself')
})

test('the key is the column that is compared, or named', async () => {
  const { db } = bench()
  const byOwner = batchQuery<{ id: number }>(db, 'select id, owner from tickets where OWNER in (?)')
  expect((await byOwner.loadMany([1, 2])).map((ticket) => ticket?.id)).toEqual([7, 8])
  expect(() => batchQuery(db, 'select id from tickets where lower(status) in (?)')).toThrow('`key` must be')
})

test('a batch of no session is that of none, whoever is current when it is sent', async () => {
  let current: { readonly key: string } | undefined
  const db = bench().open({ session: () => current })
  await db.query('select 1')
  const users = batchQuery<{ name: string }>(db, 'select id, name from users where id in (?)', { attempts: 1 })
  const asked = users.loadMany([1, 2])
  // A session that is refused wherever it is asked for.
  current = { key: '' }
  expect((await asked).map((user) => user?.name)).toEqual(['Ann', 'Ben'])
  // One that fails would be divided into keys alone.
  expect(db.stats().fingerprints.some(({ fingerprint }) => fingerprint.includes(' in ('))).toBe(true)
})
