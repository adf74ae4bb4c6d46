import { useEngine } from '../engines/engine.ts'
import { clearSqlite, startSqlite } from '../engines/sqlite.ts'
import { reportCases } from './report-cases.ts'

reportCases({
  bench: useEngine(() => startSqlite('node:sqlite'), clearSqlite),
  expected: ['duplicate-index orders', 'foreign-key orders', 'full-scan customers', 'missing-statistics events'],
})
