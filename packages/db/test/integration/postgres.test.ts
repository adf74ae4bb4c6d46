import { batchCases } from '../batch/batch-cases.ts'
import { catalogCases } from '../engines/catalog-cases.ts'
import { useEngine } from '../engines/engine.ts'
import { POSTGRES_KINDS, clearPostgres, startPostgresEngine } from '../engines/postgres.ts'
import { paramsCases } from '../engines/params-cases.ts'
import { readCases } from '../engines/read-cases.ts'
import { shapeCases } from '../engines/shape-cases.ts'
import { postgresReportCases } from '../report/postgres-cases.ts'
import { transactionCases } from '../engines/transaction-cases.ts'
import { valueCases } from '../engines/value-cases.ts'
import { pagingCases } from '../paginate/paging-cases.ts'

const bench = useEngine(startPostgresEngine, clearPostgres)
readCases(bench)
shapeCases(bench, 'postgres')
paramsCases(bench)
transactionCases(bench)
catalogCases(bench)
valueCases(bench, POSTGRES_KINDS)
pagingCases({ bench, rounds: 6, time: 'timestamp(6)' })
batchCases(bench)
postgresReportCases(bench)
