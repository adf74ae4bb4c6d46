import { expect, test } from 'vitest'
import { catalogCases } from './engines/catalog-cases.ts'
import { useEngine } from './engines/engine.ts'
import { POSTGRES_KINDS, clearPostgres, startPglite } from './engines/postgres.ts'
import { readCases } from './engines/read-cases.ts'
import { transactionCases } from './engines/transaction-cases.ts'
import { valueCases } from './engines/value-cases.ts'

const bench = useEngine(startPglite, clearPostgres)
readCases(bench)
transactionCases(bench)
catalogCases(bench)
valueCases(bench, POSTGRES_KINDS)

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
