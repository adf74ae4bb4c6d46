/** One table of accounts, 200 of each branch. */
import { Pool } from 'pg'
import { startPostgres } from '../../../../scripts/postgres-server.ts'

/** Rows of the table. */
export const ROWS = 100_000

/** A PostgreSQL with the table. */
export interface Accounts {
  /** A pool of its own for each contestant. */
  pool(): Pool
  close(): Promise<void>
}

/** Starts a server, and makes the table. */
export async function startAccounts(): Promise<Accounts> {
  const server = await startPostgres()
  const pools: Pool[] = []
  const pool = (): Pool => {
    const one = new Pool({ host: '127.0.0.1', port: server.port, user: 'admin', database: 'postgres', max: 8 })
    pools.push(one)
    return one
  }
  const maker = pool()
  await maker.query(`create table accounts as select n::int as id, (n / 200)::int as branch, 'name ' || n as name, 0 as version
    from generate_series(1, ${ROWS}) n`)
  await maker.query('alter table accounts add primary key (id)')
  await maker.query('create index on accounts (branch)')
  await maker.query('analyze accounts')
  return {
    pool,
    async close() {
      await Promise.all(pools.map((one) => one.end()))
      await server.stop()
    },
  }
}
