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

test('an optimizer of another database is refused', () => {
  const { engine } = bench()
  expect(() => pgliteClient({ driver: { kind: 'pg' } } as never, engine.database)).toThrow(
    '`db` must be an optimizer whose driver is pglite(database)',
  )
})
