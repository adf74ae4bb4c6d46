import { describe } from 'vitest'
import { catalogCases } from './engines/catalog-cases.ts'
import { useEngine } from './engines/engine.ts'
import { namedParamsCases, paramsCases } from './engines/params-cases.ts'
import { readCases } from './engines/read-cases.ts'
import { shapeCases } from './engines/shape-cases.ts'
import { SQLITE_KINDS, clearSqlite, startSqlite } from './engines/sqlite.ts'
import { transactionCases } from './engines/transaction-cases.ts'
import { valueCases } from './engines/value-cases.ts'

describe.each(['node:sqlite', 'better-sqlite3'] as const)('%s', (by) => {
  const bench = useEngine(() => startSqlite(by), clearSqlite)
  readCases(bench)
  shapeCases(bench, 'sqlite')
  paramsCases(bench)
  namedParamsCases(bench)
  transactionCases(bench)
  catalogCases(bench)
  valueCases(bench, SQLITE_KINDS)
})
