/** Drizzle on PGlite, compared with the same PGlite without an optimizer. */
import { drizzle } from 'drizzle-orm/pglite'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { pgliteClient } from '../../src/drizzle/pglite-client.ts'
import { useEngine } from '../engines/engine.ts'
import { clearPostgres, startPglite } from '../engines/postgres.ts'
import { drizzleCases } from './drizzle-cases.ts'
import { TYPED, programOfPglite } from './drizzle-postgres.ts'

const bench = useEngine(startPglite, clearPostgres)

drizzleCases({
  bench,
  db: () => programOfPglite(pgliteClient(bench().db, bench().engine.database)),
  bare: () => programOfPglite(bench().engine.database),
  kinds: TYPED,
})

test('errors are those of PGlite', async () => {
  const { db, engine } = bench()
  const errorOf = (client: typeof engine.database): Promise<unknown> =>
    drizzle({ client })
      .execute(sql`select * from nothing`)
      .then(
        () => undefined,
        ({ cause }: Error) => (cause as { readonly code?: string }).code,
      )
  expect(await errorOf(pgliteClient(db, engine.database))).toBe('42P01')
  expect(await errorOf(engine.database)).toBe('42P01')
})

test('several statements in one string are refused', async () => {
  const client = pgliteClient(bench().db, bench().engine.database)
  await expect(client.exec('select 1; select 2')).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTION' })
  expect(client.ready).toBe(true)
})

test('a statement that comes after the end of its transaction is not run', async () => {
  const { db, engine } = bench()
  const client = pgliteClient(db, engine.database)
  const over = { code: 'ERR_DB_TRANSACTION' }
  const insert = "insert into audit values (1, 'late')"
  let late: { query(sql: string): Promise<unknown> } | undefined
  await client.transaction(async (tx) => void (late = tx))
  await expect(late?.query(insert)).rejects.toMatchObject(over)
  await client.transaction(async (tx) => {
    await tx.rollback()
    await expect(tx.query(insert)).rejects.toMatchObject(over)
  })
  expect(await db.query('select id from audit')).toEqual([])
})

test('an optimizer of another database is refused', () => {
  const { engine } = bench()
  expect(() => pgliteClient({ driver: { kind: 'pg' } } as never, engine.database)).toThrow(
    '`db` must be an optimizer whose driver is pglite(database)',
  )
})
