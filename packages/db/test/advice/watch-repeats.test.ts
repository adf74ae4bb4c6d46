import { expect, test } from 'vitest'
import { batchingFix } from '../../src/advice/batching-fix.ts'
import { callSite } from '../../src/advice/call-site.ts'
import { type RepeatedStatement, watchRepeats } from '../../src/advice/watch-repeats.ts'
import { withReport } from '../../src/advice/with-report.ts'
import { batchQuery } from '../../src/batch/batch-query.ts'
import type { Queryable } from '../../src/index.ts'
import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'

const bench = useEngine(() => startSqlite('node:sqlite'), clearSqlite)
const ids = [1, 2, 3, 4, 5, 6, 7]

async function loop(db: Queryable, times: number): Promise<void> {
  for (const id of ids.slice(0, times)) await db.query('select name from users where id = ?', [id])
}

test('a statement that a request runs for each row is found once, with its place and its fix', async () => {
  const seen: RepeatedStatement[] = []
  const watch = watchRepeats(bench().db, { onRepeat: (found) => void seen.push(found) })
  await watch.request(() => loop(watch.db, 7))
  await watch.request(() => loop(watch.db, 7))
  expect(watch.found()).toHaveLength(1)
  expect(seen).toHaveLength(1)
  expect(watch.found()[0]).toEqual({ ...seen[0], spared: 12 })
  expect(seen[0]).toMatchObject({ fingerprint: 'select name from users where id = ?', count: 5 })
  expect(seen[0]?.site).toMatch(/watch-repeats\.test\.ts:\d+:\d+$/)
  expect(seen[0]?.fix).toContain('batchQuery(db, "select id, name from users where id in (?)")')
})

test('fewer of them, those of several requests, other places, and none in a request are no loop', async () => {
  const watch = watchRepeats(bench().db)
  await loop(watch.db, 7)
  await Promise.all([watch.request(() => loop(watch.db, 4)), watch.request(() => loop(watch.db, 4))])
  await watch.request(async () => {
    const sql = 'select name from users where id = ?'
    await watch.db.query(sql, [1])
    await watch.db.query(sql, [2])
    await watch.db.query(sql, [3])
    await watch.db.query(sql, [4])
    await watch.db.query(sql, [5])
    await watch.db.query(sql, [6])
  })
  expect(watch.found()).toEqual([])
})

test('in a transaction too', async () => {
  const watch = watchRepeats(bench().db)
  await watch.request(() => watch.db.transaction((tx) => loop(tx, 5)))
  expect(watch.found()).toHaveLength(1)
  const nested = watchRepeats(bench().db)
  await nested.request(() => nested.db.transaction((tx) => tx.transaction((inner) => loop(inner, 5))))
  expect(nested.found()).toHaveLength(1)
})

test('a batch is no loop', async () => {
  const watch = watchRepeats(bench().db, { strict: true })
  const users = batchQuery<{ id: number }>(watch.db, 'select id, name from users where id in (?)')
  expect((await watch.request(() => users.loadMany(ids))).map((user) => user?.id)).toEqual([1, 2, ...Array(5)])
  expect(watch.found()).toEqual([])
})

test('with `strict` the statement is refused', async () => {
  const watch = watchRepeats(bench().db, { strict: true, threshold: 4 })
  await expect(watch.request(() => loop(watch.db, 4))).rejects.toMatchObject({ code: 'ERR_DB_REPEATED' })
  await watch.request(() => loop(watch.db, 3))
  expect(watch.db.stats().lent).toBe(0)
})

test('what to write in place of a statement', () => {
  expect(batchingFix('select * from users u where u.id = $1', 'postgres')).toContain(
    '"select * from users u where u.id = any($1)"',
  )
  // Nor where the rows are not sure to be those of each key.
  for (const sql of [
    'select o.*, a.* from a join o on o.acc = a.id where a.id = ?',
    'select id from a where not id = ?',
    'select id from a where id = ? or other',
  ])
    expect(batchingFix(sql, 'sqlite')).toMatch(/^Fetch what all of them need/)
  // Rows are told apart by the key, so they have it.
  expect(batchingFix('select u.name from users u where u.id = ?', 'sqlite')).toContain(
    '"select u.id, u.name from users u where u.id in (?)"',
  )
  expect(batchingFix('select name, t."id" from t where id = $1', 'postgres')).toContain('"select name, t.\\"id\\" from')
  for (const sql of [
    'select 1 from t where a = $1 and b = $2',
    'select 1 from t where a > $1',
    'select count(*) from t where a = $1',
    'select * from t where a = $1 order by b limit 1',
  ])
    expect(batchingFix(sql, 'postgres')).toMatch(/^Fetch what all of them need/)
})

test('what to write in place of a statement that writes', async () => {
  const insert = 'insert into users values (?, ?)'
  expect(batchingFix(insert, 'sqlite')).toMatch(
    /^Write them by one `insert` of many rows, `values .* in one `db\.transaction\(…\)`\.$/,
  )
  expect(batchingFix('replace into t values (?)', 'mysql')).toContain('one `replace` of many rows')
  expect(batchingFix('update t set a = $1 where t.id = $2', 'postgres')).toMatch(
    /^Write them by one `update` for all keys, `where t\.id = any\(\$1\)`, .* `db\.transaction\(…\)`\.$/,
  )
  expect(batchingFix('update t set a = ?', 'mysql')).toMatch(/^Write them by one `update` for all keys, or run/)
  expect(batchingFix('delete from t where id = ?', 'sqlite')).toContain('`delete` for all keys, `where id in (…)`')
  expect(batchingFix('with a as (select 1) insert into t select * from a where b = $1', 'postgres')).toContain(
    '`insert`',
  )
  const watch = watchRepeats(bench().db)
  await watch.request(async () => {
    for (const id of ids) await watch.db.query(insert, [id + 100, 'Zoe'])
  })
  expect(watch.found()).toMatchObject([{ fix: batchingFix(insert, 'sqlite') }])
})

test('the place of a call is the first that is of the program', () => {
  const stack = `Error: here
    at note (file:///app/node_modules/@hotpath/db/dist/advice.js:1:1)
    at async KyselyDriver.run (/app/node_modules/kysely/dist/a.js:2:2)
    at async Promise.all (index 0)
    at async handle (file:///app/src/tickets.ts:7:12)`
  expect(callSite(stack)).toBe('file:///app/src/tickets.ts:7:12')
  expect(callSite('Error: here\n    at <anonymous> (/app/a.ts:1:2)\n    at b (/app/b.ts:3:4)')).toBe('/app/a.ts:1:2')
  expect(callSite('Error: here\n    at node:internal/a:1:1')).toBe('a place that the stack does not show')
})

test('what is wrong with an option is named', () => {
  expect(() => watchRepeats(bench().db, { threshold: 3 })).toThrow('`threshold` must be at least 4')
  for (const db of [watchRepeats(bench().db), withReport(bench().db)])
    expect(() => db.request(undefined as never)).toThrow('`run` must be a function, received undefined')
})
