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
