/** Materialized views. */
import { expect, test } from 'vitest'
import { refreshView } from '../../src/views/refresh-view.ts'
import { useEngine } from '../engines/engine.ts'
import { clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { until } from './until.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)
const VIEW = 'create materialized view "Per status" as select status, count(*)::int as n from tickets group by status'
const READ = 'select * from "Per status" order by status'

test('a refresh invalidates what was read from the view, and from views over it', async () => {
  const { db, engine } = bench()
  await engine.exec(VIEW, 'create view busy as select status from "Per status" where n > 1')
  const read = async (): Promise<unknown> => [await db.query(READ), await db.query('select * from busy')]
  expect(await read()).toEqual([[{ status: 'open', n: 2 }], [{ status: 'open' }]])
  await db.query("update tickets set status = 'done' where id = 7")
  expect(await refreshView(db, '"Per status"')).toEqual({ isRefreshed: true, isConcurrent: false })
  const after = [
    [
      { status: 'done', n: 1 },
      { status: 'open', n: 1 },
    ],
    [],
  ]
  expect(await read()).toEqual(after)
  await engine.exec('create unique index on "Per status" (status)')
  expect(await refreshView(db, 'public."Per status"')).toEqual({ isRefreshed: true, isConcurrent: true })
})

test('of several that refresh it, one does', async () => {
  const { db, engine, open } = bench()
  await engine.exec(VIEW)
  const other = open()
  // Whoever refreshes it waits for whoever reads it.
  const [refreshed] = await db.transaction(async (tx) => {
    await tx.query(READ)
    const first = refreshView(other, '"Per status"')
    const isWaiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'refresh%'"
    await until(async () => (await engine.direct(isWaiting)).length > 0)
    expect(await refreshView(open(), '"Per status"')).toEqual({ isRefreshed: false, isConcurrent: false })
    return [first]
  })
  expect(await refreshed).toEqual({ isRefreshed: true, isConcurrent: false })
  expect(await refreshView(db, '"Per status"')).toMatchObject({ isRefreshed: true })
})

test('what is no materialized view is named', async () => {
  const { db } = bench()
  for (const view of ['tickets', 'open_tickets', 'nothing', '', 'tickets; drop table tickets'])
    await expect(refreshView(db, view)).rejects.toThrow('`view` must be the name of a materialized view')
  const sqlite = { driver: { kind: 'sqlite', dialect: 'sqlite' } } as never
  await expect(refreshView(sqlite, 'sales')).rejects.toThrow('`db` must be an optimizer of PostgreSQL')
})
