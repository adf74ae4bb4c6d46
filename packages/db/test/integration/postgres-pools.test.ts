/** Pools of `pg` whose connections are not as `pg` makes them. */
import type { PoolClient } from 'pg'
import { expect, test } from 'vitest'
import { pg } from '../../src/driver/pg.ts'
import type { QueryOptimizer } from '../../src/index.ts'
import { useEngine } from '../engines/engine.ts'
import { clearPostgres, startPostgresEngine } from '../engines/postgres.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)

type Change = (query: object) => object

/** An optimizer over a pool whose connections change each query before they run it. */
function over(change: Change): QueryOptimizer {
  const { engine, open } = bench()
  const pool = engine.connect()
  pool.on('connect', (client: PoolClient) => {
    const query = client.query.bind(client) as (asked: object, ...rest: unknown[]) => unknown
    client.query = ((asked: object, ...rest: unknown[]) => query(change(asked), ...rest)) as never
  })
  return open({ name: 'wrapped', driver: pg(pool) })
}

test('copies of queries, as those who trace them make, are answered as the queries are', async () => {
  const { engine } = bench()
  const db = over((query) => ({ ...query, text: `${(query as { text: string }).text} /* traced */` }))
  for (const [sql, params] of [
    ["select id, 'x' as x, true as yes from tickets order by id", []],
    ['select id, status from tickets where id = $1', [7]],
  ] as const) {
    const direct = await engine.direct(sql, params)
    // Prepared from the second run on.
    for (const options of [{}, {}, { cache: false }, { cache: false }]) {
      expect(await db.query(sql, params, options)).toEqual(direct)
    }
  }
  await db.transaction((tx) => tx.query('update tickets set status = $1 where id = $2', ['done', 7]))
  expect(await db.query('select status from tickets where id = $1', [7])).toEqual([{ status: 'done' }])
})

const WAY_OUT = /ignore the `types` of a query.*`Pool` of pg without `native`/

test.each([
  // As the native client does.
  ['ignores how values are to be read', ({ types: _, ...rest }: { types?: unknown }) => rest],
  ['makes objects of rows', ({ rowMode: _, ...rest }: { rowMode?: unknown }) => rest],
])('a client that %s is refused by name at its first use', async (_, change) => {
  const db = over(change)
  const refused = { code: 'ERR_CONFIG_OPTION', message: expect.stringMatching(WAY_OUT) }
  await expect(db.query('select id from tickets')).rejects.toMatchObject(refused)
  await expect(db.query("update tickets set status = 'x'")).rejects.toMatchObject(refused)
  await expect(db.transaction((tx) => tx.query('select 1 as one'))).rejects.toMatchObject(refused)
  expect(await bench().engine.direct("select id from tickets where status = 'x'")).toEqual([])
  expect(db.stats().lent).toBe(0)
})
